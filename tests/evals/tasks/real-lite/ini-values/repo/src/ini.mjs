/** Sections of a text, each with its keys. Keys before the first section are in the section ''. */
export function read(text) {
  const sections = { '': {} };
  let section = '';
  for (const line of text.split('\n')) {
    const head = line.match(/^\[(.*)\]$/);
    if (head) {
      section = head[1];
      sections[section] = {};
    } else if (line.includes('=')) {
      const [key, value] = line.split('=');
      sections[section][key] = value;
    }
  }
  return sections;
}

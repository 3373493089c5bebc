// Reasons of the server: the first paragraph is for people, what follows is output.

export function paragraphs(text: string): [said: string, output: string] {
  const cut = text.search(/\n\s*\n/);
  return cut < 0 ? [text.trim(), ""] : [text.slice(0, cut).trim(), text.slice(cut).trim()];
}

/** Settings out of a file's text. */
export function settings(text) {
  const { name = 'app', timeout = 10 } = JSON.parse(text);
  return { name, timeout };
}

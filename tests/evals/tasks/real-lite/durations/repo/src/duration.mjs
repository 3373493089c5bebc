/** Seconds of a text. */
export function parse(text) {
  return Number(text);
}

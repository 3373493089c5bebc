/** A text as HTML. */
export function escape(text) {
  return String(text).replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A text of at most `most` characters; what was cut ends in an ellipsis. */
export function shorten(text, most) {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}

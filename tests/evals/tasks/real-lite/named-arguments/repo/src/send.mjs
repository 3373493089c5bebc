/** Puts a letter into the box. */
export function send(box, to, subject = 'Hello', body = '', urgent = false, copy = null) {
  box.push({ to, subject: urgent ? `! ${subject}` : subject, body, ...(copy ? { copy } : {}) });
}

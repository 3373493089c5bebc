/** Cents of a text such as 4.50, 4 or -0.5. */
export function cents(text) {
  const found = text.match(/^(-?)(\d+)(?:\.(\d{1,2}))?$/);
  if (!found) throw new Error(`not an amount: ${text}`);
  const [, sign, whole, part = ''] = found;
  const value = Number(whole) * 100 + Number(part.padEnd(2, '0'));
  return sign ? -value : value;
}

/** A text such as 4.50 of cents. */
export function show(value) {
  const size = Math.abs(value);
  return `${value < 0 ? '-' : ''}${Math.floor(size / 100)}.${String(size % 100).padStart(2, '0')}`;
}

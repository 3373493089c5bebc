import { lines } from './address.mjs';

/** The label as text, framed for the cutter: exactly as many frame lines as text lines. */
export function label(address) {
  const text = lines(address);
  const width = Math.max(...text.map((line) => line.length));
  return [`+${'-'.repeat(width)}+`, ...text.map((line) => `|${line.padEnd(width)}|`), `+${'-'.repeat(width)}+`].join('\n');
}

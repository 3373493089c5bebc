import { entry } from './entry.mjs';

/** All entries of a text, by day and otherwise as they came. Empty lines and comments are passed over. */
export function read(text) {
  const lines = text.split('\n').map((line) => line.trim()).filter((line) => line && !line.startsWith('#'));
  return lines.map(entry).sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
}

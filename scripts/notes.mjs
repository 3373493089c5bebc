// What tests tell beside what passed and failed: what was not run here, and which foreign programs really ran. A test
// that passes is shown by no runner, so it writes that to a file, which the lane prints at its end.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new file for the notes of one lane: its variable, its lines (each once, with how often it was told), its end. */
export function takeNotes() {
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-notes-'));
  const file = join(folder, 'notes');
  return {
    env: { TEST_NOTES: file },
    lines() {
      let text = '';
      try {
        text = readFileSync(file, 'utf8');
      } catch {
        return [];
      }
      const times = new Map();
      for (const line of text.split('\n').filter(Boolean)) times.set(line, (times.get(line) ?? 0) + 1);
      return [...times].sort().map(([line, n]) => (n > 1 ? `${line} (${n} times)` : line));
    },
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}

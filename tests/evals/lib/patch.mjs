// A patch as a model would make it: one edit for each hunk where the text is unmistakable, else `git apply` in the shell.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files of a patch: `{ path, plain, created, hunks: [{ old, new }] }`; `plain` is false for renames, deletions and modes. */
export function filesOf(patch) {
  return patch.split(/^(?=diff --git )/m).filter((part) => part.startsWith('diff --git ')).map((part) => {
    const [head, ...bodies] = part.split(/^(?=@@ )/m);
    const path = head.match(/^diff --git a\/.+? b\/(.+)$/m)[1];
    const created = /^new file mode 100644$/m.test(head);
    const plain = !/^(deleted file|rename |copy |old mode|new mode|new file mode 100755|Binary|GIT binary)/m.test(head) && !part.includes('\\ No newline at end');
    const side = (body, signs) =>
      body.split('\n').slice(1).filter((line, n, all) => !(n === all.length - 1 && line === '')).filter((line) => signs.includes(line[0] ?? ' ')).map((line) => `${line.slice(1)}\n`).join('');
    return { path, created, plain, hunks: bodies.map((body) => ({ old: side(body, ' -'), new: side(body, ' +') })) };
  });
}

/** Lines a patch adds, without their sign. */
export const addedLines = (patch) => patch.split('\n').filter((line) => line.startsWith('+') && !line.startsWith('+++')).map((line) => line.slice(1));

/** The whole patch as one shell command. */
export const asShell = (patch) => ({ name: 'bash', arguments: { command: `git apply --whitespace=nowarn - <<'END_OF_PATCH'\n${patch.replace(/\n*$/, '\n')}END_OF_PATCH` } });

/** The patch as calls of the edit tool on the repository at `root`, or as one shell command where edits cannot say it. */
export function asCalls(patch, root) {
  if (!patch.trim()) return [];
  const calls = [];
  for (const file of filesOf(patch)) {
    const at = join(root, file.path);
    if (!file.plain || (!file.created && !existsSync(at))) return [asShell(patch)];
    const text = file.created ? '' : readFileSync(at, 'utf8');
    for (const hunk of file.hunks) {
      const times = hunk.old === '' ? 1 : text.split(hunk.old).length - 1;
      if (times !== 1 || (!file.created && hunk.old === '')) return [asShell(patch)];
      calls.push({ name: 'edit', arguments: { path: file.path, old: hunk.old, new: hunk.new } });
    }
  }
  return calls;
}

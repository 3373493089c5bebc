// The archive of the command line: the headless server, its worker and their papers, for machines without a
// display and systems without our packages. The same input gives the same bytes (on Linux).

import { copyFileSync, mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ask, root, Stop } from '../run.mjs';
import { programs } from './stage.mjs';

const windows = process.platform === 'win32';

/** The version everything is released as. */
export const version = () => JSON.parse(readFileSync(join(root, 'tauri.conf.json'), 'utf8')).version;

/** The time of the last commit, in seconds, or of 1980 where git does not know one. */
const commitTime = () => ask('git', ['log', '-1', '--format=%ct']).out.trim() || '315532800';

/** Writes it into `out` and answers its path. */
export function archive(staged, thirdParty, out) {
  const name = `pilothouse-${version()}-${staged.triple}`;
  const path = join(out, name + (windows ? '.zip' : '.tar.gz'));
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-archive-'));
  try {
    const inside = join(folder, name);
    mkdirSync(inside);
    for (const program of programs.slice(1)) {
      copyFileSync(staged.program(program), join(inside, program + (windows ? '.exe' : '')));
    }
    for (const paper of [join(root, 'LICENSE'), join(root, 'README.md'), thirdParty]) copyFileSync(paper, join(inside, basename(paper)));
    const steady = process.platform === 'linux' ? ['--sort=name', `--mtime=@${commitTime()}`, '--owner=0', '--group=0', '--numeric-owner'] : [];
    const pressed = staged.profile === 'debug' && process.platform === 'linux' ? ['--use-compress-program=gzip -1', '-cf'] : [windows ? '-acf' : '-czf'];
    const { ok } = ask('tar', [...steady, ...pressed, path, '-C', folder, name]);
    if (!ok) throw new Stop(`tar could not write ${path}.`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return path;
}

// Signatures for the updater. Each is bound to the version, so an old package cannot be offered as a newer one.

import { join } from 'node:path';
import { must, root } from '../run.mjs';
import { version } from './archive.mjs';

/** Whether there is a key to sign with. */
export const signing = () => Boolean(process.env.TAURI_SIGNING_PRIVATE_KEY || process.env.TAURI_SIGNING_PRIVATE_KEY_PATH);

/** Writes `path`.sig. The key and its password are read by the CLI from the environment, never from arguments. */
export async function sign(path) {
  const cli = join(root, 'node_modules', '@tauri-apps', 'cli', 'tauri.js');
  // Without the variable the CLI would ask a terminal.
  const env = { TAURI_SIGNING_PRIVATE_KEY_PASSWORD: process.env.TAURI_SIGNING_PRIVATE_KEY_PASSWORD ?? '' };
  await must(process.execPath, [cli, 'signer', 'sign', '--app-version', version(), path], { env });
}

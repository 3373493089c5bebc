import { join } from 'node:path';

/** The path of a file by the name in an address. */
export function fileOf(folder, name) {
  return join(folder, decodeURIComponent(name));
}

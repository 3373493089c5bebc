import { fileOf } from './file-of.mjs';

/** What a request for a name is answered with. */
export function answer(folder, name, read) {
  const path = fileOf(folder, name);
  return path === null ? { status: 404 } : { status: 200, body: read(path) };
}

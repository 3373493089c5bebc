// Ids are long so that they never meet; people need only their beginning.

const LONG = /^[0-9a-f]{8}-[0-9a-f]{4}-/;

/** A branch of a worker, with the long id in its name as short as everywhere else. */
export function shortBranch(name: string): string {
  return name.replace(/([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "$1");
}

/** The first eight figures of a long id; short ids as they are. */
export function shortId(id: string): string {
  return LONG.test(id) ? id.slice(0, 8) : id;
}

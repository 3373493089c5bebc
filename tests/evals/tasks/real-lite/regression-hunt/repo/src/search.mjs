import { key } from './key.mjs';

/** Names that begin with what was typed. */
export const search = (names, typed) => names.filter((name) => key(name).startsWith(key(typed)));

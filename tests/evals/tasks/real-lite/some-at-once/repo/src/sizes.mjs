import { some } from './some.mjs';

/** Sizes of files by name, two asked for at a time. */
export const sizes = async (names, sizeOf) => Object.fromEntries((await some(names, 2, sizeOf)).map((size, n) => [names[n], size]));

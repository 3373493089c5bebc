import { settings } from './settings.mjs';

/** When a request that begins now is given up, in milliseconds since 1970. */
export const deadline = (text, now) => now + settings(text).timeout * 1000;

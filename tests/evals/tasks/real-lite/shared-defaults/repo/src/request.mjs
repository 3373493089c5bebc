import { merge } from './merge.mjs';

const DEFAULTS = { method: 'GET', headers: { accept: 'text/plain' }, codes: [200, 204] };

/** The options of one request. */
export const optionsOf = (own = {}) => merge(DEFAULTS, own);

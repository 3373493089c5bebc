import { parse } from './duration.mjs';
import { show } from './show.mjs';

/** What is said when a timer is set. */
export const said = (text) => `timer set to ${show(parse(text))}`;

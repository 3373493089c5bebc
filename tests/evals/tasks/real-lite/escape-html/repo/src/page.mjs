import { escape } from './escape.mjs';

const entry = ({ name, site, text }) => `<li><a href="${site}" title="${escape(name)}">${name}</a>: ${escape(text)}</li>`;

/** The guest book as a list. */
export const page = (entries) => `<ul>${entries.map(entry).join('')}</ul>`;

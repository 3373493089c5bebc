import { greeting } from './greeting.mjs';

export const welcome = (name) => `${greeting()}, ${name}`;

import { shorten } from './shorten.mjs';

export const card = ({ title }) => `[${shorten(title, 8)}]`;

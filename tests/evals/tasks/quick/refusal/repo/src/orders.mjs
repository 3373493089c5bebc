import { total } from './invoices.mjs';

export const order = (lines) => ({ lines, total: total(lines) });

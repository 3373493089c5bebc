import { balances } from './balance.mjs';
import { show } from './money.mjs';

/** The accounts and what they hold, by name. */
export function report(entries) {
  const rows = [...balances(entries)].sort(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)} ${show(Math.round(value)).padStart(10)}`).join('\n');
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { balances } from '../src/balance.mjs';
import { read } from '../src/book.mjs';
import { report } from '../src/report.mjs';

test('what leaves one account arrives at another', () => {
  const held = balances(read('2026-01-01 a b 10.00 EUR\n2026-01-02 b c 4.00 USD'));
  assert.equal([...held.values()].reduce((sum, value) => sum + value, 0), 0);
});

test('the report is by name and in EUR', () => {
  assert.equal(report(read('2026-01-01 b a 10.00 EUR\n2026-01-02 b ccc 1.00 USD')), 'a        10.00\nb       -10.92\nccc       0.92');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { balances } from '../src/balance.mjs';
import { read } from '../src/book.mjs';
import { inEuro } from '../src/convert.mjs';
import { report } from '../src/report.mjs';

test('nothing is rounded before it is shown', () => {
  assert.ok(Math.abs(inEuro({ cents: 10, currency: 'NOK' }) - 0.855) < 1e-9);
  const held = balances(read(Array.from({ length: 7 }, () => '2026-01-01 a b 0.01 JPY').join('\n')));
  assert.ok(Math.abs(held.get('b') - 0.0427) < 1e-9);
});

test('a debt and a claim of the same size are shown as the same figure', () => {
  for (let n = 1; n < 60; n += 1) {
    const rows = report(read(`2026-01-01 a b ${(n / 100).toFixed(2)} NOK`)).split('\n').map((row) => row.trim().split(/ +/)[1]);
    assert.equal(rows[0].replace('-', ''), rows[1]);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bill } from '../src/bill.mjs';
import { nights } from '../src/stay.mjs';

test('a whole day is a night', () => {
  assert.equal(nights('2026-05-01T12:00', '2026-05-03T12:00'), 2);
});

test('who comes late and leaves early has slept here all the same', () => {
  assert.equal(nights('2026-05-01T23:00', '2026-05-02T07:00'), 1);
});

test('leaving on the same day is no night', () => {
  assert.equal(nights('2026-05-01T08:00', '2026-05-01T20:00'), 0);
});

test('a bill counts nights', () => {
  assert.deepEqual(bill({ arrival: '2026-05-01T12:00', departure: '2026-05-02T12:00' }, 9000), { nights: 1, cents: 9000 });
});

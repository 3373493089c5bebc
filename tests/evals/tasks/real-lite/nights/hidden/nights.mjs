import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nights } from '../src/stay.mjs';

test('no clock change takes or gives a night', () => {
  for (const [arrival, departure, count] of [
    ['2026-03-28T15:00', '2026-03-30T14:00', 2], ['2026-03-07T18:00', '2026-03-09T06:00', 2], ['2026-10-24T15:00', '2026-10-26T16:00', 2],
    ['2026-12-31T23:59', '2027-01-01T00:01', 1], ['2028-02-28T10:00', '2028-03-01T10:00', 2], ['2026-04-05T00:30', '2026-04-05T23:30', 0],
  ]) assert.equal(nights(arrival, departure), count, `${arrival} to ${departure}`);
});

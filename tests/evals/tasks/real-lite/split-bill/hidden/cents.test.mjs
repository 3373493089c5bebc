import assert from 'node:assert/strict';
import { test } from 'node:test';
import { split } from '../src/split.mjs';

test('no cent is lost, none is made, and nobody is a cent behind another by more than one', () => {
  for (let people = 1; people <= 6; people += 1) {
    for (let cents = -40; cents <= 40; cents += 1) {
      const shares = split(cents, people);
      assert.equal(shares.length, people);
      assert.equal(shares.reduce((sum, share) => sum + share, 0), cents);
      const sizes = shares.map(Math.abs);
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
      assert.deepEqual(sizes, [...sizes].sort((a, b) => b - a), `${cents} / ${people}: the first have the larger shares`);
      assert.ok(shares.every((share) => !Object.is(share, -0) || cents <= 0));
    }
  }
});

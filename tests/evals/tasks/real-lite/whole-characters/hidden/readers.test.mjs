import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shorten } from '../src/shorten.mjs';

const seen = (text) => [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)].map(({ segment }) => segment);

test('no cut is inside a character, and none is too long', () => {
  const texts = ['e\u0301te\u0301 a\u0300 la mer', '👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', '🇳🇴🇸🇪🇩🇰', 'plain words', '👍🏽👍🏽👍🏽', ''];
  for (const text of texts) {
    const all = seen(text);
    for (let most = 1; most <= all.length + 1; most += 1) {
      const expected = all.length <= most ? text : `${all.slice(0, most - 1).join('')}…`;
      assert.equal(shorten(text, most), expected, `${text} at ${most}`);
    }
  }
});

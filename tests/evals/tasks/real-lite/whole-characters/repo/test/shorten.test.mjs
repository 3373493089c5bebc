import assert from 'node:assert/strict';
import { test } from 'node:test';
import { card } from '../src/card.mjs';
import { shorten } from '../src/shorten.mjs';

test('short texts stay', () => {
  assert.equal(shorten('tern', 4), 'tern');
});

test('a cut text is as long as it may be', () => {
  assert.equal(shorten('lighthouse', 6), 'light…');
});

test('an emoji is kept whole or left out', () => {
  assert.equal(card({ title: 'seaside🌊 walk' }), '[seaside…]');
  assert.equal(shorten('🌊🌊🌊', 2), '🌊…');
});

test('a flag is one character', () => {
  assert.equal(shorten('🇳🇴🇸🇪', 2), '🇳🇴🇸🇪');
});

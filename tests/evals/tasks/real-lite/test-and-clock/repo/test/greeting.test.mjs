import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greeting } from '../src/greeting.mjs';
import { welcome } from '../src/welcome.mjs';

test('a welcome names the guest', () => {
  assert.match(welcome('Ada'), /^Good (morning|day|evening), Ada$/);
});

test('mornings, days and evenings have their words', () => {
  const hour = new Date().getHours();
  if (hour >= 18 && hour < 20) return;
  assert.equal(greeting(), hour < 12 ? 'Good morning' : hour < 18 ? 'Good day' : 'Good evening');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greeting } from '../src/greeting.mjs';
import { welcome } from '../src/welcome.mjs';

test('every hour has its word', () => {
  for (let hour = 0; hour < 24; hour += 1) {
    const word = hour < 12 ? 'morning' : hour < 18 ? 'day' : 'evening';
    assert.equal(greeting(hour), `Good ${word}`, String(hour));
  }
});

test('without an hour it is the clock that counts', () => {
  assert.equal(greeting(), greeting(new Date().getHours()));
  assert.match(welcome('Eve'), /^Good (morning|day|evening), Eve$/);
});

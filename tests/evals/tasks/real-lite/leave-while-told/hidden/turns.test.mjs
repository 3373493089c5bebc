import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bell } from '../src/bell.mjs';

test('who is added meanwhile hears the next one', () => {
  const bell = new Bell();
  const heard = [];
  bell.on('ring', () => {
    if (heard.length < 5) bell.on('ring', () => heard.push('late'));
    heard.push('first');
  });
  bell.emit('ring');
  assert.deepEqual(heard, ['first']);
  bell.emit('ring');
  assert.deepEqual(heard, ['first', 'first', 'late']);
});

test('the same listener may be there twice and be taken off once', () => {
  const bell = new Bell();
  let calls = 0;
  const count = () => (calls += 1);
  bell.on('ring', count);
  bell.on('ring', count);
  bell.emit('ring');
  bell.off('ring', count);
  bell.emit('ring');
  assert.equal(calls, 3);
});

test('an event inside an event is told whole', () => {
  const bell = new Bell();
  const heard = [];
  bell.on('a', () => bell.emit('b', 1));
  bell.on('b', (value) => heard.push(value));
  bell.on('a', () => heard.push('end'));
  bell.emit('a');
  assert.deepEqual(heard, [1, 'end']);
});

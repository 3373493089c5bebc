import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bell } from '../src/bell.mjs';
import { once } from '../src/once.mjs';

test('who listens once does not make others deaf', () => {
  const bell = new Bell();
  const heard = [];
  once(bell, 'ring', () => heard.push('once'));
  bell.on('ring', () => heard.push('always'));
  bell.emit('ring');
  bell.emit('ring');
  assert.deepEqual(heard, ['once', 'always', 'always']);
});

test('who was taken off hears nothing', () => {
  const bell = new Bell();
  const heard = [];
  const second = () => heard.push('second');
  bell.on('ring', () => bell.off('ring', second));
  bell.on('ring', second);
  bell.emit('ring');
  assert.deepEqual(heard, []);
});

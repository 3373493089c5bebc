import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alarm } from '../src/alarm.mjs';
import { invite } from '../src/invite.mjs';
import { remind } from '../src/remind.mjs';

const sent = (work) => {
  const box = [];
  work(box);
  return box;
};

test('letters are what they were', () => {
  assert.deepEqual(sent((box) => invite(box, 'Ada', 'Sunday')), [{ to: 'Ada', subject: 'Party', body: 'Come on Sunday.' }]);
  assert.deepEqual(sent((box) => alarm(box, 'Fire')), [{ to: 'keeper', subject: '! Fire', body: '', copy: 'mayor' }]);
  assert.deepEqual(sent((box) => remind(box, ['Ada'])), [{ to: 'Ada', subject: 'Hello', body: 'Do not forget.' }]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alarm } from '../src/alarm.mjs';
import { remind } from '../src/remind.mjs';
import { send } from '../src/send.mjs';

test('the box comes first and everything else by its name', () => {
  const box = [];
  send(box, { to: 'Ada' });
  send(box, { urgent: true, copy: 'Eve', body: 'b', to: 'Kim', subject: 's' });
  send(box, { to: 'Ada', subject: undefined, copy: null });
  assert.deepEqual(box, [{ to: 'Ada', subject: 'Hello', body: '' }, { to: 'Kim', subject: '! s', body: 'b', copy: 'Eve' }, { to: 'Ada', subject: 'Hello', body: '' }]);
});

test('callers send what they sent', () => {
  const box = [];
  remind(box, ['Ada', 'Eve']);
  alarm(box, 'Storm');
  assert.deepEqual(box.map(({ to, subject, body }) => [to, subject, body]), [['Ada', 'Hello', 'Do not forget.'], ['Eve', '! Hello', 'Do not forget.'], ['keeper', '! Storm', '']]);
});

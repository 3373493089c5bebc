import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer } from '../src/serve.mjs';

const read = (path) => `contents of ${path}`;

test('files in the folder and below are served', () => {
  assert.deepEqual(answer('/srv/pictures', 'cat.png', read), { status: 200, body: 'contents of /srv/pictures/cat.png' });
  assert.equal(answer('/srv/pictures', 'old/dog.png', read).body, 'contents of /srv/pictures/old/dog.png');
  assert.equal(answer('/srv/pictures', 'a..b.png', read).status, 200);
});

test('nothing above the folder is served', () => {
  assert.deepEqual(answer('/srv/pictures', '../secret', read), { status: 404 });
  assert.deepEqual(answer('/srv/pictures', '%2e%2e%2fsecret', read), { status: 404 });
  assert.deepEqual(answer('/srv/pictures', 'x/../../secret', read), { status: 404 });
});

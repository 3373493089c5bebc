import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileOf } from '../src/file-of.mjs';

test('no way of writing it leads out', () => {
  for (const name of ['..', '../pictures-private/a', 'a/../../pictures-private/a', '%2e%2e/x', '..%2fx', '../../etc/passwd', 'a\0b', '%00', '%']) {
    assert.equal(fileOf('/srv/pictures', name), null, name);
  }
});

test('what stays inside is found', () => {
  assert.equal(fileOf('/srv/pictures', 'a/../b.png'), '/srv/pictures/b.png');
  assert.equal(fileOf('/srv/pictures/', '..hidden'), '/srv/pictures/..hidden');
  assert.equal(fileOf('/srv/pictures', 'sun%20set.png'), '/srv/pictures/sun set.png');
});

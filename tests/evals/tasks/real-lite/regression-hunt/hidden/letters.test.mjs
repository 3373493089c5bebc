import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found, search } from '../src/search.mjs';

test('letters of every language are letters', () => {
  for (const name of ['Östen', 'Élodie', 'Ægir', 'Żaneta', 'Ολγα', '李']) {
    assert.deepEqual(search([name, 'Bo'], [...name][0]), [name]);
    assert.equal(found([name], name.toUpperCase()), 1);
  }
  assert.deepEqual(search(['Bo', 'Tarnö'], 'tarnö'), ['Tarnö']);
});

test('blanks still do not matter, and nothing still finds nothing', () => {
  assert.deepEqual(search(['  Ögmundur\t'], ' ö'), ['  Ögmundur\t']);
  assert.deepEqual(search(['Ada', ''], '  '), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { read } from '../src/ini.mjs';

test('line ends of Windows, blanks and a section that comes twice', () => {
  assert.deepEqual(read(' a = 1 \r\n[ s ]\r\nb=\r\n[t]\r\nc==\r\n[s]\r\nd=4'), { '': { a: '1' }, s: { b: '', d: '4' }, t: { c: '=' } });
});

test('the example', () => {
  assert.deepEqual(read(readFileSync('examples/site.ini', 'utf8')), { '': { name: 'demo' }, links: { home: 'http://localhost/?a=b' } });
});

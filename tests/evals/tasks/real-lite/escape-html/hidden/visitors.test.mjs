import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from '../src/page.mjs';

const unescape = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll(/&#(39|x27);|&apos;/g, "'").replaceAll('&amp;', '&');

test('every part comes back as it was typed, and only the page itself makes markup', () => {
  for (const odd of ['<', '>', '"', "'", '&', '&lt;', '&amp;lt;', 'a"b\'c', '"><script>alert(1)</script>']) {
    const html = page([{ name: odd, site: odd, text: odd }]);
    const parts = html.match(/^<ul><li><a href="([^"<>]*)" title="([^"<>]*)">([^<>]*)<\/a>: ([^<>]*)<\/li><\/ul>$/);
    assert.ok(parts, html);
    assert.deepEqual(parts.slice(1).map(unescape), [odd, odd, odd, odd]);
  }
});

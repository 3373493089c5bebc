import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page, pageCount } from '../src/page.mjs';

test('every article is on exactly one page, for every small size and number', () => {
  for (let size = 1; size <= 7; size += 1) {
    for (let articles = 0; articles <= 30; articles += 1) {
      const list = Array.from({ length: articles }, (_, n) => n);
      const pages = Array.from({ length: pageCount(articles, size) }, (_, n) => page(list, n + 1, size));
      assert.deepEqual(pages.flat(), list);
      assert.ok(pages.every((one) => one.length > 0), `${articles} at ${size}: no page is empty`);
    }
  }
});

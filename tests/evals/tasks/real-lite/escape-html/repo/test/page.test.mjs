import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from '../src/page.mjs';

test('an entry is a list item', () => {
  assert.equal(page([{ name: 'Ada', site: 'http://a.invalid', text: 'Hi' }]), '<ul><li><a href="http://a.invalid" title="Ada">Ada</a>: Hi</li></ul>');
});

test('no markup of a visitor gets through', () => {
  const html = page([{ name: '<b>', site: '"><script>', text: '<i>' }]);
  assert.doesNotMatch(html, /<b>|<i>|<script>/);
  assert.equal(html.split('"').length, 5);
});

test('what was typed is shown', () => {
  assert.match(page([{ name: 'A', site: '', text: '&amp;' }]), /: &amp;amp;</);
  assert.match(page([{ name: 'A', site: '', text: '1 < 2' }]), /: 1 &lt; 2</);
});

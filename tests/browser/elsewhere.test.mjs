// What comes from elsewhere while a page is open: a choice made by another client, and the strips over a page on glass.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { lighthouse } from './scene.mjs';

const pictures = process.env.PILOTHOUSE_PICTURES;
const picture = async (me, name) => pictures && writeFileSync(join(pictures, `${name}.png`), await me.page.screenshot());

test('an open settings page shows what another client chooses, without being loaded again', async (t) => {
  const { me } = await lighthouse(t);
  await me.open('/settings#notifications');
  const finished = (person) => person.page.getByRole('switch', { name: 'Finished' });
  await finished(me).and(me.page.locator('[aria-checked=true]')).waitFor();
  await me.page.evaluate(() => Object.assign(globalThis, { hereBefore: true }));
  const second = await me.another();
  await finished(second).click();
  await finished(me).and(me.page.locator('[aria-checked=false]')).waitFor();
  await me.call('config.set_notify', { finished: true, quiet: { on: true, from: '21:30', until: '06:00' } });
  for (const person of [me, second]) {
    await finished(person).and(person.page.locator('[aria-checked=true]')).waitFor();
    await person.page.getByLabel('Quiet hours, from').and(person.page.locator('[value="21:30"]')).waitFor();
  }
  assert.equal(await me.page.evaluate(() => globalThis.hereBefore), true);
  assert.deepEqual(me.errors, []);
});

test('two strips over a page on a phone have air, are read whole, and leave most of the glass to the page', async (t) => {
  for (const [locale, offline, resume] of [['en', /^Offline\. /, 'Resume everything'], ['de', /^Getrennt\. /, 'Alles fortsetzen']]) {
    await t.test(locale, async (t) => {
      const { server, me } = await lighthouse(t, { width: 390, height: 844, touch: true });
      await me.page.evaluate((tag) => localStorage.setItem('pilothouse.locale', tag), locale);
      await me.call('system.hold', { note: 'The disk of the build machine is being exchanged' });
      await me.open('/w/lighthouse/s/dev');
      const button = me.button(resume);
      await button.waitFor();
      // What is pressed is as large as a thumb, though it looks smaller.
      const under = (dx, dy) =>
        button.evaluate((it, [x, y]) => {
          const { left, top, right, bottom } = it.getBoundingClientRect();
          return document.elementFromPoint(x < 0 ? left + x : right + x, y < 0 ? top + y : bottom + y) === it;
        }, [dx, dy]);
      assert.deepEqual([await under(-5, -5), await under(5, 5)], [true, true]);
      await picture(me, `banner-${locale}`);
      await server.kill();
      await me.sees(offline);
      const strips = await me.page.locator('.page > .banner').all();
      assert.equal(strips.length, 2);
      await picture(me, `banners-${locale}`);
      let height = 0;
      for (const strip of strips) {
        const { box, inside } = await strip.evaluate((it) => {
          const rect = (one) => (({ left, top, right, bottom }) => ({ left, top, right, bottom }))(one.getBoundingClientRect());
          return { box: rect(it), inside: [...it.children].filter((one) => one.getClientRects().length > 0).map(rect) };
        });
        height += box.bottom - box.top;
        for (const one of inside) {
          assert.ok(one.top >= box.top + 5 && one.bottom <= box.bottom - 5, `air above and below: ${JSON.stringify({ box, one })}`);
          assert.ok(one.left >= box.left + 15 && one.right <= box.right - 15, `and at the sides: ${JSON.stringify({ box, one })}`);
        }
        const text = await strip.locator('.grow').evaluate((it) => it.getBoundingClientRect().width);
        assert.ok(text >= 195, `the words have half of the width: ${text}`);
      }
      assert.ok(height <= 844 / 5, `a fifth of the glass at most: ${height}`);
      assert.equal(await me.overflow(), 0);
    });
  }
});

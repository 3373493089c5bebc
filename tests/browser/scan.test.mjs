// Codes to pair by, as a camera has them: pictures of the page and of a terminal, read by a decoder of its own.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { lighthouse } from './scene.mjs';
import { programs, until } from './harness.mjs';
import { opened, screen, terminals } from './terminal_page.mjs';

const decoder = readFileSync(createRequire(new URL('../../ui/package.json', import.meta.url)).resolve('jsqr'), 'utf8');

/** What a picture of this part of the page says; none where nothing is read. No negatives: not every camera reads them. */
async function scanned(me, part) {
  const picture = (await part.screenshot()).toString('base64');
  await me.page.evaluate(decoder);
  return me.page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const sheet = new OffscreenCanvas(image.width, image.height).getContext('2d');
    sheet.drawImage(image, 0, 0);
    const { data } = sheet.getImageData(0, 0, image.width, image.height);
    return globalThis.jsQR(data, image.width, image.height, { inversionAttempts: 'dontInvert' })?.data;
  }, picture);
}

for (const colorScheme of ['light', 'dark']) {
  test(`the code of the page and the one of a terminal are read from their pictures, ${colorScheme}`, async (t) => {
    const { data, me, server } = await lighthouse(t);
    await me.page.emulateMedia({ colorScheme });
    await me.open('/devices');
    await me.live();
    await me.button('Pair a device').first().click();
    const shown = me.page.getByTestId('pair-panel').getByRole('img', { name: /Pairing code/ });
    await shown.waitFor();
    const ofPage = await until('it is read', () => scanned(me, shown));
    const claim = { nonce: new URLSearchParams(new URL(ofPage).hash.slice(1)).get('n'), name: 'scanner', kind: 'phone' };
    const claimed = await fetch(`${server.url}/pair/claim`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(claim) });
    assert.equal(claimed.status, 200, await claimed.text());

    await terminals(me);
    await opened(me);
    await me.page.keyboard.type(`clear; ${programs.server} --data ${data} pair --no-wait\n`);
    await until('the link is printed', async () => (await screen(me).innerText()).includes('Next: pilothouse devices approve'));
    const printed = (await screen(me).innerText()).replace(/\s/g, '');
    const ofTerminal = await until('it is read', () => scanned(me, me.page.locator('.xterm-screen').first()));
    assert.ok(ofTerminal.includes('/pair') && printed.includes(ofTerminal), `${ofTerminal} in ${printed}`);
    assert.notEqual(ofTerminal, ofPage);
    assert.deepEqual(me.errors, []);
  });
}

// A session of 50,000 events: how soon its end is on screen, how it scrolls back, and what it holds on to.
// `npm run look:long -- [--events N]`. Ends with 1 when a goal is missed that does not depend on this machine.

import { startFixture } from "./fixture-server.mjs";
import { extendWithLongSession } from "./fixtures-long.mjs";
import { launch, line, RATIO, scrolls } from "./frames.mjs";
import { argument, close, complain } from "./looking.mjs";

const EVENTS = Number(argument("events", 50_000));
const LATEST = "This is the last thing that was said.";
const BOX = ".talk__scroll";
/** Goals. A frame rate is measured against the plain list beside it; the others stand for themselves. */
const OPEN_MS = 300;
const HEAP_MB = 150;

const fixture = await startFixture({});
const stored = extendWithLongSession(fixture, { events: EVENTS, words: LATEST });
const browser = await launch();
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
const page = await context.newPage();
page.on("pageerror", (error) => complain(error.message));
await page.goto(`${fixture.url}/queue`);
await page.waitForSelector("[data-testid=connection][data-state=live]");
await page.waitForTimeout(800);

/** From the click until two frames after the last words are in the page: by then they are painted. */
async function opening() {
  return page.evaluate(async (words) => {
    const link = [...document.querySelectorAll("a")].find((one) => one.getAttribute("href")?.endsWith("/s/long"));
    const start = performance.now();
    link.click();
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    while (![...document.querySelectorAll(".talk__row")].some((row) => row.textContent.includes(words))) {
      if (performance.now() - start > 10_000) return Number.POSITIVE_INFINITY;
      await frame();
    }
    await frame();
    await frame();
    return performance.now() - start;
  }, LATEST);
}
const first = await opening();
await page.goto(`${fixture.url}/queue`);
await page.waitForSelector("[data-testid=connection][data-state=live]");
await page.waitForTimeout(800);
const second = await opening();
console.log(`${stored} events; opening to the latest painted: ${Math.round(first)} ms cold, ${Math.round(second)} ms with the parts of the page cached`);
if (second > OPEN_MS) complain(`opening took ${Math.round(second)} ms`);

// Back into history as fast as a wheel goes; pages arrive while it turns.
const back = await scrolls(page, { selector: BOX, step: -240, frames: 400, from: "end" });
console.log(line("going back, pages arriving", back));
if (back.pace < RATIO) complain(`going back: ${back.pace.toFixed(2)} of the pace of a plain list`);

// All of it, then through the middle.
const begun = Date.now();
const pages = await page.evaluate(async (selector) => {
  const box = document.querySelector(selector);
  let turns = 0;
  while (document.querySelector(".talk__start")?.textContent !== "The beginning of this conversation") {
    box.scrollTop = 0;
    await new Promise((resolve) => requestAnimationFrame(resolve));
    turns += 1;
    if (turns > 40_000) return -1;
  }
  return turns;
}, BOX);
console.log(`read to its beginning in ${((Date.now() - begun) / 1000).toFixed(1)} s, ${pages} frames`);
const middle = await scrolls(page, { selector: BOX, step: 240, frames: 400, from: "middle" });
console.log(line("through the middle, all of it read", middle));
if (middle.pace < RATIO) complain(`through the middle: ${middle.pace.toFixed(2)} of the pace of a plain list`);
if (middle.ours.nodes > 4000) complain(`${middle.ours.nodes} nodes in the page`);

const cdp = await context.newCDPSession(page);
await cdp.send("HeapProfiler.collectGarbage");
await cdp.send("Performance.enable");
const heap = (await cdp.send("Performance.getMetrics")).metrics.find((one) => one.name === "JSHeapUsedSize").value / 1_048_576;
console.log(`heap with all of it read: ${heap.toFixed(1)} MB`);
if (heap > HEAP_MB) complain(`the heap holds ${heap.toFixed(0)} MB`);

await browser.close();
fixture.close();
close();

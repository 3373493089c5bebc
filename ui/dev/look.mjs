// Looks at every screen in a real browser against recorded data: pictures, accessibility (axe), and that nothing
// moves while an answer is being written. `npm run look -- [--only name,name] [--out DIR] [--quick]`; the names are
// those of the pages, `states` and `streaming`. Ends with 1 when axe finds something or the layout shifts.

import { startFixture } from "./fixture-server.mjs";
import { launch } from "./frames.mjs";
import { axe, close, complain, fits, listenTo, ONLY, picture, QUICK } from "./looking.mjs";

const ROUTES = [
  ["conversation", "/w/tern/s/ingest"], ["empty", "/w/tern-docs/s/dev-tern-docs"], ["queue", "/queue"], ["job", "/jobs/j-215"], ["review", "/review/e-148"],
  ["approvals", "/approvals"], ["approval", "/approvals/a-31"], ["terminals", "/terminals"], ["agents", "/agents"], ["devices", "/devices"],
  ["settings", "/settings"], ["notifications", "/settings#notifications"], ["doctor", "/doctor"], ["shortcuts", "/shortcuts"], ["firstrun", "/first-run"], ["firstrun-found", "/first-run?workspace=tern"], ["nowhere", "/no/such/page"],
];
const SIZES = QUICK ? [["1440", 1440, 900]] : [["1440", 1440, 900], ["1024", 1024, 768], ["390", 390, 844]];
const THEMES = QUICK ? ["light"] : ["light", "dark", "contrast"];

const browser = await launch();

async function open(fixture, path, { theme = "light", width = 1440, height = 900 } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "no-preference", colorScheme: theme === "light" ? "light" : "dark", hasTouch: width < 600, bypassCSP: true });
  await context.addInitScript((chosen) => localStorage.setItem("pilothouse.theme", chosen), theme);
  const page = await context.newPage();
  listenTo(page, path);
  await page.goto(fixture.url + path);
  // The event stream never ends, so the network is never idle: the word in the status bar tells.
  await page.waitForSelector('[data-testid=connection][data-state=live], [data-testid=signed-out], .fr', { state: "attached", timeout: 5000 }).catch(() => undefined);
  await page.waitForTimeout(450);
  return { context, page };
}

async function everyRoute() {
  const fixture = await startFixture({ many: 12 });
  for (const [name, path] of ROUTES) {
    if (ONLY && !ONLY.includes(name)) continue;
    for (const theme of THEMES) {
      for (const [size, width, height] of SIZES) {
        if (theme === "contrast" && size !== "1440") continue;
        const { context, page } = await open(fixture, path, { theme, width, height });
        const label = `${name}-${size}-${theme}`;
        await page.screenshot({ path: picture(label) });
        await axe(page, label);
        await fits(page, label);
        await context.close();
      }
    }
  }
  fixture.close();
}

async function states() {
  const fresh = await startFixture({ scenario: "fresh" });
  const first = await open(fresh, "/");
  await first.page.screenshot({ path: picture("fresh-1440-light") });
  await axe(first.page, "fresh");
  await first.context.close();
  fresh.close();

  const out = await startFixture({ scenario: "signedout" });
  const signed = await open(out, "/#code=bad");
  await signed.page.screenshot({ path: picture("signedout-1440-light") });
  await axe(signed.page, "signedout");
  if (signed.page.url().includes("code=")) complain("the one-time code stays in the address");
  await signed.context.close();
  const good = await open(out, "/#code=good");
  if (await good.page.getByTestId("signed-out").count()) complain("a good code does not sign in");
  await good.context.close();
  out.close();

  const fixture = await startFixture({ many: 3 });
  const { context, page } = await open(fixture, "/w/tern/s/ingest", { theme: "dark" });
  await page.keyboard.press("Control+k");
  await page.waitForTimeout(250);
  await page.keyboard.type("retry");
  await page.waitForTimeout(150);
  await page.screenshot({ path: picture("palette-1440-dark") });
  await axe(page, "palette");
  await page.keyboard.press("Escape");
  const box = page.getByRole("textbox", { name: "Message" });
  await box.fill("/");
  await page.waitForTimeout(150);
  await page.screenshot({ path: picture("slash-1440-dark") });
  await axe(page, "slash");
  await box.fill("");
  fixture.down(true);
  await box.fill("written while offline");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(2600);
  await page.screenshot({ path: picture("offline-1440-dark") });
  await axe(page, "offline");
  if (!(await page.getByText("Waits for the server").count())) complain("an offline message does not say that it waits");
  fixture.down(false);
  // It may have come back by itself a moment before.
  await page.getByRole("button", { name: "Try now" }).click({ timeout: 3000 }).catch(() => undefined);
  await page.waitForFunction(() => document.querySelector("[data-testid=connection]")?.getAttribute("data-state") === "live", undefined, { timeout: 10_000 });
  await page.waitForTimeout(800);
  const sent = fixture.world.events.filter((one) => one.envelope.type === "message" && one.envelope.payload.text === "written while offline").length;
  if (sent !== 1) complain(`the offline message was stored ${sent} times`);
  if ((await page.getByText("written while offline").count()) !== 1) complain("the offline message is not shown once");
  await page.screenshot({ path: picture("back-1440-dark") });
  await context.close();
  fixture.close();
}

/** The notifications as the window of the app shows them; a stand-in answers for the app. */
async function desktop() {
  const fixture = await startFixture({ many: 3 });
  const { notifications } = await import("./fixture-data.mjs");
  const scenes = [["list", notifications()], ["none", notifications("nobody", 0)]];
  for (const [scene, seen] of scenes) {
    for (const theme of THEMES) {
      for (const [size, width, height] of SIZES) {
        const { context, page } = await open(fixture, "/queue", { theme, width, height });
        await page.addInitScript((answer) => {
          globalThis.__TAURI__ = { core: { invoke: async (command) => (command === "notifications" ? answer : Promise.reject(new Error("not here"))) } };
        }, seen);
        await page.goto(`${fixture.url}/settings#notifications`);
        await page.waitForSelector(scene === "list" ? ".sent__row" : ".empty");
        const label = `notifications-${scene}-${size}-${theme}`;
        await page.waitForTimeout(300);
        await page.screenshot({ path: picture(label) });
        await axe(page, label);
        await fits(page, label);
        await context.close();
      }
    }
  }
  fixture.close();
}

/** An answer of many pieces while cards above change: nothing that is being read may move. */
async function streaming() {
  const fixture = await startFixture({ many: 40 });
  const { context, page } = await open(fixture, "/w/tern/s/ingest");
  await page.evaluate(() => {
    globalThis.shifts = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shifts.push({ value: entry.value, of: entry.sources?.map((source) => source.node?.className ?? source.node?.nodeName).slice(0, 3) });
    }).observe({ type: "layout-shift", buffered: false });
  });
  const words = "The worker found the cause and writes a test for it before it changes anything else in that file. ".split(" ");
  for (let n = 0; n < 120; n += 1) {
    fixture.ephemeral({ type: "assistant.delta", sessionId: "ingest", requestId: "r-88", text: `${words[n % words.length]} ` });
    if (n % 30 === 10) fixture.publish("job_log", { jobId: "j-215", stream: "stdout", seq: 100 + n, line: `test number ${n} ... ok` }, { sessionId: "ingest" });
    await page.waitForTimeout(12);
  }
  await page.screenshot({ path: picture("streaming-1440-light") });
  const atEnd = await page.evaluate(() => {
    const box = document.querySelector(".talk__scroll");
    return box.scrollHeight - box.scrollTop - box.clientHeight;
  });
  if (atEnd > 4) complain(`streaming: the end is ${atEnd} px away`);
  fixture.publish("assistant_message", { text: words.join(" ").repeat(8).trim() }, { sessionId: "ingest", from: "remotebuddy", correlationId: "r-88" });
  await page.waitForTimeout(400);
  if (await page.getByTestId("streaming").count()) complain("streaming: the finished answer still streams");
  const shifts = await page.evaluate(() => globalThis.shifts);
  const sum = shifts.reduce((total, one) => total + one.value, 0);
  console.log(`layout shift while streaming: ${sum.toFixed(4)} in ${shifts.length} entries`);
  if (sum > 0.01) complain(`streaming: layout shift ${sum.toFixed(4)} ${JSON.stringify(shifts.slice(0, 4))}`);

  // Reading further up: the line under the eye stays where it is.
  await page.evaluate(() => document.querySelector(".talk__scroll").scrollBy(0, -900));
  await page.waitForTimeout(400);
  const before = await page.evaluate(readPlace);
  for (let n = 0; n < 40; n += 1) {
    fixture.ephemeral({ type: "assistant.delta", sessionId: "ingest", requestId: "r-89", text: `${words[n % words.length]} ` });
    await page.waitForTimeout(10);
  }
  fixture.publish("message", { text: "another one" }, { sessionId: "ingest", from: "user" });
  await page.waitForTimeout(300);
  const after = await page.evaluate(readPlace);
  if (before.text !== after.text || Math.abs(before.top - after.top) > 1) complain(`reading above: moved from ${JSON.stringify(before)} to ${JSON.stringify(after)}`);
  await page.screenshot({ path: picture("above-1440-light") });
  if (!(await page.getByTestId("jump-latest").count())) complain("reading above: no way to jump to the latest");
  await page.getByTestId("jump-latest").getByRole("button").or(page.getByTestId("jump-latest")).first().click();
  await page.waitForTimeout(400);

  // Going back through the whole log by scrolling.
  for (let n = 0; n < 60; n += 1) {
    await page.evaluate(() => document.querySelector(".talk__scroll").scrollBy(0, -1500));
    await page.waitForTimeout(40);
  }
  await page.waitForTimeout(500);
  if (!(await page.getByText("Earlier message 1", { exact: true }).count())) complain("the beginning is not reached by scrolling");
  await page.screenshot({ path: picture("beginning-1440-light") });
  await context.close();
  fixture.close();
}

function readPlace() {
  const box = document.querySelector(".talk__scroll").getBoundingClientRect();
  const element = document.elementFromPoint(box.left + box.width / 2, box.top + 200)?.closest("[data-index]");
  return { text: element?.textContent?.slice(0, 40) ?? "", top: element?.getBoundingClientRect().top ?? 0 };
}

await everyRoute();
if (!ONLY || ONLY.includes("desktop")) await desktop();
if (!ONLY || ONLY.includes("states")) await states();
if (!ONLY || ONLY.includes("streaming")) await streaming();
await browser.close();
close();

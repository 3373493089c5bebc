// Looks at review, work, job, settings and doctor in a real browser against recorded data: pictures, accessibility,
// what the keys do, and how smoothly ten thousand lines scroll. `npm run look:work -- [--only a,b] [--out DIR] [--quick]`;
// `--only smooth` measures without pictures, `--only logs` tries the output of a job and its keys.
// Ends with 1 when something is not as it should be.

import { startFixture } from "./fixture-server.mjs";
import { extendWithWork } from "./fixtures-work.mjs";
import { launch, line, RATIO, scrolls } from "./frames.mjs";
import { axe, close, complain, fits, listenTo, ONLY, picture, QUICK } from "./looking.mjs";

const ROUTES = [
  ["queue", "/queue"], ["entry", "/queue/e-147"], ["entry-back", "/queue/e-144"], ["entry-unknown", "/queue/e-999"], ["review", "/review/e-148"], ["review-odd", "/review/j-odd"], ["review-big", "/review/j-big"], ["review-none", "/review/j-219"], ["review-unknown", "/review/nothing"],
  ["job", "/jobs/j-301"], ["job-failed", "/jobs/j-211"], ["job-pending", "/jobs/j-219"], ["job-waiting", "/jobs/j-228"], ["job-taken", "/jobs/j-232"], ["worker", "/workers/w-1"], ["worker-drained", "/workers/w-4"], ["worker-trouble", "/workers/w-5"], ["worker-offline", "/workers/build-box"], ["job-target", "/jobs/j-225"], ["worker-unknown", "/workers/nobody"], ["job-unknown", "/jobs/nothing"],
  ["settings", "/settings#models"], ["settings-general", "/settings#general"], ["settings-checks", "/settings#checks"], ["settings-policy", "/settings#policy"], ["settings-network", "/settings#network"], ["approval-remember", "/approvals/a-40"], ["settings-sandbox", "/settings#sandbox"], ["settings-usage", "/settings#usage"], ["settings-publishing", "/settings#publishing"], ["publish-cards", "/w/tern/s/notes"], ["settings-appearance", "/settings#appearance"], ["settings-shortcuts", "/settings#shortcuts"], ["settings-values", "/settings#values"],
  ["doctor", "/doctor"],
];
const SIZES = QUICK ? [["1440", 1440, 900]] : [["1440", 1440, 900], ["1024", 1024, 768], ["390", 390, 844]];
const THEMES = QUICK ? ["light"] : ["light", "dark", "contrast"];

const browser = await launch();

async function open(fixture, path, { theme = "light", width = 1440, height = 900 } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme === "light" ? "light" : "dark", hasTouch: width < 600, bypassCSP: true, permissions: ["clipboard-read", "clipboard-write"] });
  await context.addInitScript((chosen) => localStorage.setItem("pilothouse.theme", chosen), theme);
  const page = await context.newPage();
  listenTo(page, path);
  await page.goto(fixture.url + path);
  // The event stream never ends, so the network is never idle: a heading says that the page is there.
  await page.locator("h1").first().waitFor({ timeout: 8000 }).catch(() => complain(`${path}: no heading after 8 s`));
  await page.waitForTimeout(400);
  return { context, page };
}

async function fixtureWithWork(options) {
  const fixture = await startFixture({});
  return { fixture, extra: extendWithWork(fixture, options) };
}

async function everyRoute() {
  const { fixture } = await fixtureWithWork();
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

/** Every key of the review, and the one answer it may give. */
async function reviewKeys() {
  const { fixture, extra } = await fixtureWithWork();
  const { context, page } = await open(fixture, "/review/e-148");
  const head = () => page.locator(".dstick .path, .dscroll .dfile .path").first().textContent();
  await page.locator(".dscroll").focus();
  await page.keyboard.press("u");
  await page.waitForTimeout(150);
  if (!(await page.locator(".dwrap--unified").count())) complain("review: u does not show the unified layout");
  await page.keyboard.press("s");
  await page.waitForTimeout(150);
  if (!(await page.locator(".dwrap--split").count())) complain("review: s does not show the split layout");
  const before = await page.locator(".dscroll").evaluate((box) => box.scrollTop);
  await page.keyboard.press("n");
  await page.keyboard.press("n");
  await page.keyboard.press("n");
  await page.waitForTimeout(200);
  const after = await page.locator(".dscroll").evaluate((box) => box.scrollTop);
  if (after <= before) complain("review: n does not move to the next hunk");
  await page.keyboard.press("k");
  await page.keyboard.press("k");
  await page.keyboard.press("k");
  await page.waitForTimeout(200);
  if (!(await head())?.includes("client.rs")) complain(`review: k does not go back to the first file, it shows ${await head()}`);
  await page.keyboard.press("a");
  await page.waitForTimeout(150);
  if (!(await page.evaluate(() => document.activeElement?.classList.contains("rask")))) complain("review: a does not go to the approval");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(200);
  if (extra.work.approval.state !== "pending") complain("review: plain Enter answered the approval");
  await page.waitForTimeout(800);
  await page.keyboard.press("Control+Shift+L");
  await page.waitForTimeout(500);
  if (extra.work.approval.state !== "approved") complain("review: the chord did not approve");
  await page.screenshot({ path: picture("review-approved-1440-light") });
  await axe(page, "review approved");
  await context.close();
  fixture.close();
}

/** The same room beside a conversation, where it may not answer before the question is on the page. */
async function sidePane() {
  const { fixture, extra } = await fixtureWithWork();
  const { context, page } = await open(fixture, "/review/e-148", { width: 390, height: 844 });
  await page.waitForTimeout(800);
  await page.getByRole("button", { name: "See what is asked" }).click();
  await page.waitForTimeout(200);
  if (extra.work.approval.state !== "pending") complain("review on a phone: answered without showing the question");
  await page.screenshot({ path: picture("review-proof-390-light") });
  await axe(page, "review proof on a phone");
  await page.getByRole("radio", { name: /^Files/ }).click();
  await page.waitForTimeout(200);
  await page.screenshot({ path: picture("review-files-390-light") });
  await axe(page, "review files on a phone");
  await context.close();

  const desk = await open(fixture, "/w/tern/s/ingest");
  await desk.page.keyboard.press("Control+d");
  await desk.page.waitForTimeout(900);
  await desk.page.screenshot({ path: picture("review-pane-1440-light") });
  await axe(desk.page, "review in the side pane");
  await desk.context.close();
  fixture.close();
}

/** Ten thousand lines under a moving wheel, beside a plain list of the same size. */
async function smoothness() {
  const { fixture } = await fixtureWithWork({ lines: 50_000 });
  for (const [name, path, selector] of [["diff of 16,000 lines", "/review/j-big", ".dscroll"], ["log of 50,000 lines", "/jobs/j-301", ".jlog__box"]]) {
    const { context, page } = await open(fixture, path);
    await page.waitForTimeout(1500);
    // A log follows its end until somebody turns the wheel.
    await page.locator(selector).hover();
    await page.mouse.wheel(0, -600);
    await page.waitForTimeout(300);
    const measured = await scrolls(page, { selector, step: 240, frames: 240, from: "start" });
    console.log(line(name, measured));
    // What a frame takes depends on the machine and on who else works on it; this part of it does not.
    if (measured.pace < RATIO) complain(`${name}: ${measured.pace.toFixed(2)} of the pace of a plain list`);
    if (measured.ours.nodes > 4000) complain(`${name}: ${measured.ours.nodes} nodes in the page`);
    await context.close();
  }
  fixture.close();
}

/** Following, stopping to read, finding. */
async function logs() {
  const { fixture, extra } = await fixtureWithWork();
  const { context, page } = await open(fixture, "/jobs/j-301");
  extra.addLines("j-301", Array.from({ length: 200 }, (_, n) => `live line ${n}`));
  await page.waitForTimeout(900);
  const atEnd = () => page.locator(".jlog__box").evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
  if ((await atEnd()) > 4) complain(`log: does not follow, ${await atEnd()} px from the end`);
  await page.locator(".jlog__box").hover();
  await page.mouse.wheel(0, -600);
  await page.waitForTimeout(200);
  const top = await page.locator(".jlog__box").evaluate((box) => box.scrollTop);
  extra.addLines("j-301", ["one more", "and another"]);
  await page.waitForTimeout(900);
  if (Math.abs((await page.locator(".jlog__box").evaluate((box) => box.scrollTop)) - top) > 1) complain("log: moved while it was being read");
  await page.keyboard.press("Control+f");
  await page.keyboard.type("retry");
  await page.waitForTimeout(300);
  await page.screenshot({ path: picture("job-search-1440-light") });
  if (!(await page.locator(".jlog mark.on").count())) complain("log: the search marks nothing");
  await axe(page, "job search");
  // The keys of a pager, with the focus in the output.
  await page.locator(".jlog__box").focus();
  const place = () => page.locator(".jlog__count").innerText();
  const first = await place();
  await page.keyboard.press("n");
  if ((await place()) === first) complain("log: n does not go to the next match");
  await page.keyboard.press("Shift+N");
  if ((await place()) !== first) complain("log: N does not go back");
  await page.keyboard.press("f");
  await page.keyboard.press("w");
  await page.keyboard.press("t");
  await page.waitForTimeout(300);
  await page.screenshot({ path: picture("job-log-full-1440-light") });
  if (!(await page.locator(".jlog--full .jlog__box--wrap").count())) complain("log: f and w do not give it the whole height and wrap it");
  await page.keyboard.press("G");
  await page.waitForTimeout(300);
  if ((await atEnd()) > 4) complain(`log: G does not go to the newest, ${await atEnd()} px from it`);
  await page.keyboard.press("/");
  if (!(await page.locator(".jlog__search input").evaluate((field) => field === document.activeElement))) complain("log: / does not go to the search");
  await page.locator(".jlog__box").focus();
  await page.keyboard.press("Escape");
  if (await page.locator(".jlog--full").count()) complain("log: Escape does not give the usual height back");
  await page.locator("body").press("c");
  await page.keyboard.type("Keep the name.");
  await page.screenshot({ path: picture("job-steer-1440-light") });
  if ((await page.getByLabel("Tell it something").inputValue()) !== "Keep the name.") complain("job: c does not go to the field that tells it something");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(200);
  if ((await page.getByLabel("Tell it something").inputValue()) !== "") complain("job: Enter does not send what it is told");
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.waitForTimeout(200);
  await page.screenshot({ path: picture("job-stop-1440-light") });
  await axe(page, "job stop");
  await context.close();
  fixture.close();
}

/** A model tried and saved; a check that cannot be right. */
async function settings() {
  const { fixture } = await fixtureWithWork();
  const { context, page } = await open(fixture, "/settings#models");
  await page.getByRole("button", { name: "Choose a model: RemoteBuddy" }).click();
  await page.getByLabel("Endpoint").fill("http://127.0.0.1:11434/v1/chat/completions");
  await page.getByRole("button", { name: /^Use http/ }).click();
  if ((await page.getByLabel("Endpoint").inputValue()) !== "http://127.0.0.1:11434/v1") complain("settings: the repaired endpoint is not used");
  await page.getByLabel(/^Model$/).fill("fail-me");
  await page.getByRole("button", { name: "Try it" }).click();
  await page.waitForTimeout(300);
  await page.screenshot({ path: picture("settings-probe-1440-light") });
  await axe(page, "settings probe");
  if (!(await page.getByText("It does not work yet.").count())) complain("settings: a failing probe does not say so");
  await page.getByLabel(/^Model$/).fill("qwen3-coder:30b");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.waitForTimeout(400);
  if (!(await page.getByRole("button", { name: "Edit: RemoteBuddy" }).count())) complain("settings: the saved model is not shown");
  await page.getByRole("link", { name: "Checks and landing" }).click();
  await page.getByRole("button", { name: "Add a check" }).click();
  await page.getByLabel("Command").last().fill("npm ci && npm test");
  await page.waitForTimeout(150);
  await page.screenshot({ path: picture("settings-typing-1440-light") });
  await axe(page, "settings typing");
  if (!(await page.getByRole("button", { name: "Save checks" }).isDisabled())) complain("settings: unsound checks can be saved");
  await context.close();
  fixture.close();
}

/** The sheet: what it says while one types, by keyboard alone, and its result. */
async function publishSheet() {
  const { fixture } = await fixtureWithWork();
  for (const [size, width, height, theme] of [["1440", 1440, 900, "light"], ["1440", 1440, 900, "dark"], ["390", 390, 844, "light"]]) {
    const { context, page } = await open(fixture, "/w/tern/s/notes", { width, height, theme });
    if (width < 600) {
      await page.getByRole("button", { name: "More" }).click();
      await page.getByRole("menuitem", { name: /^Push \+ PR/ }).click();
    } else await page.keyboard.press("Alt+Shift+P");
    const sheet = page.getByTestId("publish-sheet");
    await sheet.getByLabel("Title").waitFor();
    await page.waitForTimeout(500);
    const label = `publish-sheet-${size}-${theme}`;
    await page.screenshot({ path: picture(label) });
    await axe(page, label);
    await sheet.getByLabel("From").fill("release/0.9");
    await sheet.getByText(/is protected by/).waitFor();
    if (!(await sheet.getByRole("button", { name: /^Push and open/ }).isDisabled())) complain(`${label}: a protected branch can be pushed`);
    await page.screenshot({ path: picture(`${label}-refused`) });
    await sheet.getByLabel("From").fill("fix/notes");
    await page.waitForTimeout(600);
    await page.keyboard.press("Control+Enter");
    await sheet.getByRole("button", { name: /^Open github.com/ }).waitFor();
    await page.waitForTimeout(300);
    await page.screenshot({ path: picture(`${label}-done`) });
    await axe(page, `${label} done`);
    await fits(page, label);
    await context.close();
  }
  fixture.close();
}

/** The user's branch below the queue: what is asked before it moves, a hook that says no, and taking back. */
async function mainLine() {
  for (const [label, options, locale] of [["1440-light", { viewport: { width: 1440, height: 900 } }, "en"], ["1440-dark", { viewport: { width: 1440, height: 900 }, colorScheme: "dark" }, "en"], ["390-light", { viewport: { width: 390, height: 844 }, hasTouch: true }, "de"]]) {
    const { fixture, extra } = await fixtureWithWork();
    const context = await browser.newContext({ ...options, bypassCSP: true });
    await context.addInitScript((chosen) => localStorage.setItem("pilothouse.locale", chosen), locale);
    const page = await context.newPage();
    await page.goto(`${fixture.url}/queue`);
    const card = page.getByTestId("main-line").first();
    await card.scrollIntoViewIfNeeded();
    await page.waitForTimeout(400);
    await page.screenshot({ path: picture(`main-${label}`) });
    await axe(page, `main ${label}`);
    await card.locator("summary").first().click();
    await card.getByRole("button", { name: locale === "de" ? "In main übernehmen" : "Land to main" }).click();
    await page.getByRole("radio", { name: locale === "de" ? "Mein Git, Merge-Commit" : "My git, merge commit" }).click();
    await page.waitForTimeout(300);
    await page.screenshot({ path: picture(`main-ask-${label}`) });
    await axe(page, `main ask ${label}`);
    if (!(await page.getByText("pre-merge-commit", { exact: true }).count())) complain("main: the hooks that will run are not named");
    await page.getByRole("button", { name: locale === "de" ? "main bewegen" : "Move main" }).click();
    await page.waitForTimeout(900);
    await card.locator("summary").last().click();
    await card.scrollIntoViewIfNeeded();
    await page.waitForTimeout(300);
    await page.screenshot({ path: picture(`main-refused-${label}`) });
    await axe(page, `main refused ${label}`);
    // On a phone this stands in a part of the page that is not open.
    if (options.viewport.width > 600) {
      await page.goto(`${fixture.url}/jobs/${extra.work.queues[0].entries[0].jobId}`);
      const meets = page.getByTestId("meets").first();
      await meets.waitFor({ timeout: 3000 }).catch(() => complain("job: what it meets is not shown"));
      await meets.scrollIntoViewIfNeeded().catch(() => {});
      await page.waitForTimeout(300);
      await page.screenshot({ path: picture(`meets-${label}`) });
      await axe(page, `meets ${label}`);
    }
    await context.close();
    fixture.close();
  }
}

/** The chain steered by keys and by buttons, and the figures as a table. */
async function queueKeys() {
  const { fixture, extra } = await fixtureWithWork();
  const { queue } = extra;
  const { context, page } = await open(fixture, "/queue");
  const place = (id) => queue.entries.find((entry) => entry.id === id).position;
  const link = (id) => page.locator(`[data-entry="${id}"] a`).first();
  await link("e-149").focus();
  const before = place("e-149");
  await page.keyboard.press("Alt+Shift+ArrowLeft");
  await page.waitForTimeout(400);
  if (place("e-149") !== before - 1) complain(`queue: the key does not land an entry one place earlier, it is ${place("e-149")}`);
  if (!(await link("e-149").evaluate((one) => one === document.activeElement))) complain("queue: the entry that was moved lost the focus");
  if (!/number \d of \d/.test(await page.getByRole("status").allInnerTexts().then((all) => all.join(" ")))) complain("queue: a move is not said");
  await page.keyboard.press("Alt+Shift+ArrowRight");
  await page.waitForTimeout(400);
  if (place("e-149") !== before) complain("queue: the key does not land an entry one place later");
  await link("e-150").focus();
  await page.keyboard.press("Alt+Shift+Home");
  await page.waitForTimeout(400);
  if (!(await page.getByRole("alertdialog").or(page.getByRole("dialog")).count())) complain("queue: an order that is refused is not explained");
  await page.screenshot({ path: picture("queue-refused-1440-light") });
  await page.keyboard.press("Escape");
  await page.waitForTimeout(200);
  await page.locator('[data-entry="e-149"]').hover();
  await page.locator('[data-entry="e-149"] button').click();
  await page.waitForTimeout(200);
  await page.screenshot({ path: picture("queue-menu-1440-light") });
  await page.keyboard.press("Escape");
  await page.getByText(/runs were thrown away/).click();
  await page.getByRole("button", { name: "As a table" }).click();
  await page.waitForTimeout(200);
  await page.screenshot({ path: picture("queue-table-1440-light") });
  await axe(page, "queue table");
  await page.getByRole("button", { name: "Finish and pause" }).click();
  await page.waitForTimeout(400);
  await page.screenshot({ path: picture("queue-draining-1440-light") });
  await axe(page, "queue draining");
  if (!(await page.getByText(/asked this queue to finish/).count())) complain("queue: draining is not said");
  await page.getByRole("button", { name: "Go on instead" }).click();
  await page.waitForTimeout(300);
  await link("e-149").focus();
  await page.keyboard.press("t");
  await page.waitForTimeout(700);
  await page.screenshot({ path: picture("entry-trial-1440-light") });
  await axe(page, "entry trial");
  await page.getByRole("button", { name: "Stop trying" }).click();
  await page.getByText("was stopped", { exact: true }).waitFor({ timeout: 3000 }).catch(() => complain("entry: a stopped trial is not said"));
  await context.close();
  const german = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, bypassCSP: true });
  await german.addInitScript(() => localStorage.setItem("pilothouse.locale", "de"));
  for (const [name, path] of [["queue", "/queue"], ["entry", "/queue/e-147"]]) {
    const small = await german.newPage();
    await small.goto(fixture.url + path);
    await small.locator("h1").first().waitFor();
    await small.waitForTimeout(500);
    await small.screenshot({ path: picture(`${name}-390-german`) });
    await axe(small, `${name} in German on a phone`);
    const wide = await small.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) complain(`${name} in German: wider than the phone by ${wide} px`);
  }
  await german.close();
  fixture.close();
}

async function offline() {
  const { fixture } = await fixtureWithWork();
  for (const [name, path] of [["queue", "/queue"], ["review", "/review/e-148"], ["job", "/jobs/j-301"]]) {
    const { context, page } = await open(fixture, path, { theme: "dark" });
    fixture.down(true);
    await page.waitForTimeout(2600);
    await page.screenshot({ path: picture(`${name}-offline-1440-dark`) });
    await axe(page, `${name} offline`);
    fixture.down(false);
    await context.close();
  }
  fixture.close();
}

await everyRoute();
if (!ONLY || ONLY.includes("smooth")) await smoothness();
if (!ONLY || ONLY.includes("publish")) await publishSheet();
if (ONLY?.includes("logs")) await logs();
if (!ONLY || ONLY.includes("queue-keys")) await queueKeys();
if (!ONLY || ONLY.includes("main")) await mainLine();
if (!ONLY) {
  await reviewKeys();
  await sidePane();
  await logs();
  await settings();
  await offline();
}
await browser.close();
close();

// Looks at the pages of a phone in a real browser against recorded data: pictures at 360 and 390 px, accessibility, and
// that one thumb answers without scrolling. `npm run look:phone -- [--out DIR] [--quick]`. Ends with 1 when something is
// not as it should be.

import { startFixture } from "./fixture-server.mjs";
import { extendWithWork } from "./fixtures-work.mjs";
import { launch } from "./frames.mjs";
import { axe, close, complain, fits, listenTo, picture, QUICK } from "./looking.mjs";

const browser = await launch();

const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();
const question = (id, more) => ({
  id, workspaceId: "tern", sessionId: "ingest", action: "command", subject: `j-216:${id}`, risk: "medium", askedBy: "w-2", hash: "9f2c41d7".padEnd(62, "0") + "e1", state: "pending", decidedBy: null, decidedAt: null,
  createdAt: ago(40), expiresAt: new Date(Date.now() + 29 * 60_000).toISOString(), why: "The profile Careful asks before a job installs anything.", ...more,
});
const INSTALL = question("a-31", { summary: "Install a test dependency", details: { argv: ["npm", "install", "--save-dev", "--ignore-scripts", "msw@2.4.9"], cwd: "apps/console", hosts: ["npm.tern.internal:443"], classes: ["install"], sandbox: true, jobId: "j-216" } });
const LAND = question("a-32", {
  action: "land", summary: "Land “Exponential back-off with full jitter”", risk: "low", askedBy: "merge", subject: "e-148", createdAt: ago(360), why: "The profile Careful asks about every landing.",
  details: { entryId: "e-148", jobId: "j-214", target: "main_agents", strategy: "cherry_pick", files: 3, additions: 86, deletions: 31, paths: ["crates/ingest/src/retry.rs", "crates/ingest/src/lib.rs", "crates/ingest/tests/retry.rs"], risky: [], verified: true, checks: ["cargo test -p ingest"], candidate: "b7e02d4c90f1a2a51d7e3".padEnd(40, "0"), onto: "a51d7e3c90f1a2".padEnd(40, "0"), base: "a51d7e3c90f1a2".padEnd(40, "0") },
});
const LONG = question("a-33", { summary: "Run a script that is longer than the screen", risk: "high", details: { argv: ["sh", "-c", Array.from({ length: 40 }, (_, n) => `echo step ${n} of a long script that nobody should allow unread`).join(" && ")], cwd: "apps/console" } });
const DONE = [
  question("a-20", { summary: "Push and open a pull request", action: "publish.push", state: "approved", decidedBy: "MacBook", decidedAt: ago(2_400), details: {} }),
  question("a-21", { summary: "Run `docker compose down`", state: "denied", decidedBy: "Pixel 9", decidedAt: ago(4_400), details: {} }),
  question("a-22", { summary: "Delete 214 snapshot files", state: "expired", decidedAt: ago(9_400), details: {} }),
];

const TOLD = {
  publicKey: "BA", targets: [{ id: "t-1", device: "Pixel 9", service: "fcm.googleapis.com", current: true, madeAt: ago(86_400) }],
  sent: [
    { id: "n-3", device: "Pixel 9", kind: "needs_you", told: "question", subject: "Install a test dependency", name: "tern", page: "/approvals/a-31", madeAt: ago(40), outcome: "shown", outcomeAt: ago(39) },
    { id: "n-2", device: "Pixel 9", kind: "finished", told: "landed", subject: "Exponential back-off", name: "tern", page: "/jobs/j-214", madeAt: ago(900), outcome: "opened", outcomeAt: ago(600) },
    { id: "n-1", device: "Pixel 9", kind: "failed", told: "job_failed", subject: "Flush batches on shutdown", name: "tern", page: "/jobs/j-211", madeAt: ago(1_900), outcome: "waiting", outcomeAt: ago(1_900), why: "fcm.googleapis.com answered 503 Service Unavailable." },
  ],
};

/** The busy day with these questions; a phone keeps its taps where the test can see them. */
async function start(approvals) {
  const fixture = await startFixture({ scenario: "busy" });
  extendWithWork(fixture);
  const calls = {
    "approval.list": () => ({ approvals }),
    "approval.get": ({ id }) => approvals.find((one) => one.id === id),
    "notifications.list": () => TOLD,
    "approval.answer": ({ approvalId, decision }) => Object.assign(approvals.find((one) => one.id === approvalId), { state: decision === "approve" ? "approved" : "denied", decidedBy: "Pixel 9", decidedAt: ago(0) }),
  };
  const before = fixture.world.call;
  fixture.world.call = (method, params, ...rest) => (calls[method] ? structuredClone(calls[method](params)) : before(method, params, ...rest));
  return fixture;
}

async function open(fixture, path, { width, height, theme = "light", locale = "en" }) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme === "dark" ? "dark" : "light", hasTouch: true, isMobile: true, bypassCSP: true });
  await context.addInitScript(([chosen, language]) => {
    localStorage.setItem("pilothouse.theme", chosen);
    localStorage.setItem("pilothouse.locale", language);
  }, [theme, locale]);
  const page = await context.newPage();
  listenTo(page, path);
  await page.goto(fixture.url + path);
  await page.locator("h1").first().waitFor({ timeout: 8000 }).catch(() => complain(`${path}: no heading after 8 s`));
  await page.waitForTimeout(500);
  return { context, page };
}

async function shoot(page, label) {
  await page.waitForTimeout(200);
  await page.screenshot({ path: picture(label) });
  await axe(page, label);
  await fits(page, label);
}

const LOOKS = QUICK
  ? [{ width: 360, height: 640 }, { width: 390, height: 844, theme: "dark", locale: "de" }]
  : [{ width: 360, height: 640 }, { width: 360, height: 640, locale: "de" }, { width: 390, height: 844 }, { width: 390, height: 844, theme: "dark", locale: "de" }, { width: 390, height: 844, theme: "contrast" }];
for (const look of LOOKS) {
  const name = `${look.width}-${look.theme ?? "light"}-${look.locale ?? "en"}`;
  const allow = look.locale === "de" ? "Einmal erlauben" : "Allow once";
  for (const [label, path] of [["chat", "/w/tern/s/ingest"], ["approvals", "/approvals"], ["work", "/queue"], ["job", "/jobs/j-301"], ["review", "/review/e-148"], ["notifications", "/settings#notifications"]]) {
    const fixture = await start([INSTALL, LAND, ...DONE].map((one) => ({ ...one })));
    const { context, page } = await open(fixture, path, look);
    await shoot(page, `phone-${label}-${name}`);
    await context.close();
    await fixture.close();
  }
  // What, why, risk and both buttons are on the screen as it opens.
  for (const one of [INSTALL, LAND, LONG]) {
    const fixture = await start([INSTALL, LAND, LONG].map((each) => ({ ...each })));
    const { context, page } = await open(fixture, `/approvals/${one.id}`, look);
    await shoot(page, `phone-${one.id}-${name}`);
    const there = await page.getByRole("button", { name: allow }).count();
    if (one !== LONG && there !== 1) complain(`${one.id} ${name}: cannot be allowed without scrolling`);
    if (one === LONG && there !== 0) complain(`${one.id} ${name}: can be allowed unread`);
    if (one === INSTALL) {
      fixture.down(true);
      await page.waitForTimeout(300);
      await page.getByRole("button", { name: allow }).tap();
      await page.getByTestId("tap").waitFor();
      await shoot(page, `phone-kept-${name}`);
      fixture.down(false);
      await page.getByTestId("tap").waitFor({ state: "detached", timeout: 20_000 }).catch(() => complain(`${name}: a kept tap was not sent`));
      await shoot(page, `phone-answered-${name}`);
    }
    await context.close();
    await fixture.close();
  }
}
await browser.close();
close();

// Looks at the page of devices and at the page a new one opens, in a real browser against recorded data: pictures,
// accessibility, and the way through by keys. `npm run look:devices -- [--out DIR] [--quick]`. Ends with 1 when something
// is not as it should be.

import { startFixture } from "./fixture-server.mjs";
import { extendWithDevices } from "./fixtures-devices.mjs";
import { launch } from "./frames.mjs";
import { axe, close, complain, fits, listenTo, picture, QUICK } from "./looking.mjs";

const browser = await launch();

const LOOKS = QUICK
  ? [["1440-light", 1440, 900, "light", "en"], ["390-dark", 390, 844, "dark", "de"]]
  : [["1440-light", 1440, 900, "light", "en"], ["1440-dark", 1440, 900, "dark", "en"], ["1440-contrast", 1440, 900, "contrast", "en"], ["1024-light", 1024, 768, "light", "de"], ["390-light", 390, 844, "light", "en"], ["390-dark", 390, 844, "dark", "de"]];

async function open(fixture, path, [, width, height, theme, locale]) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme === "light" ? "light" : "dark", hasTouch: width < 600, bypassCSP: true });
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

async function shoot(page, label, full = false) {
  await page.waitForTimeout(200);
  await page.screenshot({ path: picture(label), fullPage: full });
  await axe(page, label);
  await fits(page, label);
}

for (const look of LOOKS) {
  const [name, width] = look;
  const german = look[4] === "de";
  const pairButton = german ? "Gerät koppeln" : "Pair a device";
  for (const scenario of ["usual", "empty", "phone"]) {
    const fixture = await startFixture({});
    const devices = extendWithDevices(fixture, { scenario });
    const { context, page } = await open(fixture, "/devices", look);
    await shoot(page, `devices-${scenario}-${name}`);
    if (scenario === "phone") {
      await page.getByRole("button", { name: german ? /^Mehr:/ : /^More:/ }).click();
      await page.getByRole("menuitem", { name: german ? "Um mehr bitten" : "Ask for more" }).click();
      await shoot(page, `devices-ask-${name}`);
    }
    if (scenario !== "phone") {
      await page.getByRole("button", { name: pairButton }).first().click();
      await page.getByTestId("pair-panel").getByRole("img").first().waitFor();
      await page.getByTestId("pair-panel").scrollIntoViewIfNeeded();
      await shoot(page, `devices-${scenario}-open-${name}`);
      devices.claim();
      await page.getByTestId("pairing-code").waitFor();
      await shoot(page, `devices-${scenario}-claimed-${name}`);
      if (width < 600) {
        await page.locator(".pd__foot").scrollIntoViewIfNeeded();
        await shoot(page, `devices-${scenario}-claimed-foot-${name}`);
      }
      await page.waitForTimeout(800);
      await page.keyboard.press("Alt+KeyY");
      await page.locator("[data-testid=pair-panel][data-state=approved]").waitFor({ timeout: 4000 }).catch(() => complain(`${name}: the chord does not approve`));
      await shoot(page, `devices-${scenario}-approved-${name}`);
    }
    if (scenario === "usual") {
      await page.getByRole("button", { name: german ? "Ansehen" : "Look" }).click();
      await page.getByTestId("pairing-code").waitFor();
      await page.getByTestId("pair-panel").scrollIntoViewIfNeeded();
      await shoot(page, `devices-upgrade-${name}`);
      await page.getByTestId("pair-panel").press("Escape");
      await page.getByRole("button", { name: german ? "Rechner koppeln" : "Pair a machine" }).click();
      await page.getByTestId("pair-panel").locator(".cmd").waitFor();
      await page.getByTestId("pair-panel").scrollIntoViewIfNeeded();
      await shoot(page, `devices-machine-${name}`);
      await page.getByTestId("pair-panel").press("Escape");
      await page.getByRole("switch", { name: german ? "Tailnet ohne https" : "Plain tailnet" }).click();
      await shoot(page, `devices-switch-${name}`);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: german ? /aussperren$/ : /^Revoke / }).first().click();
      await shoot(page, `devices-revoke-${name}`);
      await page.keyboard.press("Escape");
      fixture.down(true);
      await page.waitForTimeout(2600);
      await shoot(page, `devices-offline-${name}`);
    }
    await context.close();
    fixture.close();
  }
  const fixture = await startFixture({ scenario: "signedout" });
  const devices = extendWithDevices(fixture, { scenario: "empty" });
  const link = "/pair#p=1&s=0f3a9c4e&n=ABCDEFGHIJKLMNOPQRSTUV";
  const { context, page } = await open(fixture, link, look);
  await page.locator("[data-step=waiting]").waitFor({ timeout: 4000 }).catch(() => complain(`${name}: the number is not shown`));
  await shoot(page, `pair-waiting-${name}`);
  if (await page.evaluate(() => location.hash !== "")) complain("pair: the secret stays in the address");
  devices.state.progress = { state: "approved", deviceId: "d-9", scopes: ["read", "chat", "approve"], role: "member" };
  await page.locator("[data-step=done]").waitFor({ timeout: 4000 }).catch(() => complain(`${name}: pairing does not end`));
  await shoot(page, `pair-done-${name}`);
  devices.state.standing = "revoked";
  fixture.world.signedIn = false;
  await page.goto(`${fixture.url}/devices`);
  await page.locator("[data-standing=revoked]").waitFor({ timeout: 6000 }).catch(() => complain(`${name}: a revoked device is not told`));
  await shoot(page, `pair-revoked-${name}`);
  await context.close();
  for (const state of ["denied", "expired", "dead"]) {
    devices.state.progress = { state };
    const again = await open(fixture, link, look);
    await again.page.locator(`[data-step=${state}]`).waitFor({ timeout: 4000 }).catch(() => complain(`${name}: ${state} is not told`));
    await shoot(again.page, `pair-${state}-${name}`);
    await again.context.close();
  }
  const none = await open(fixture, "/pair", look);
  await shoot(none.page, `pair-none-${name}`);
  await none.context.close();
  fixture.close();
}
await browser.close();
close();

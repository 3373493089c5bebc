// Starts the page: signs in with a code from the address if there is one, then follows the crew.

import "./styles/index.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "@tanstack/react-router";
import { CrewProvider } from "./app";
import { followSystemTheme } from "./app/theme";
import { AfterSleep, codeOf, createBrowserCall, exchangeCode, newKey, wait } from "./client";
import { renewing } from "./client/device";
import { browserGateway, createGatewayCall, tellOfPresence } from "./client/gateway";
import { Crew } from "./model";
import { device } from "./pair/this-device";
import { startPhone } from "./phone";
import { platform } from "./platform";
import { LINK_USED } from "./shell/SignedOut";
import { restCarets } from "./platform/resting-caret";
import { router } from "./routes";
import { languageTag } from "./words";

const later = (ms: number, run: () => void) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/** What is asked over HTTP does not hang on a connection that died while the page slept. */
const afterSleep = new AfterSleep({ fetch: (...args) => fetch(...args), now: () => Date.now(), later });

/** Calls of a device whose session has ended sign it in again. */
const signedIn = renewing(afterSleep.fetch, device);

/** Everything goes over one WebSocket; where none can be had, over HTTP. */
const gateway = browserGateway({
  client: { name: "web", kind: platform.choices ? "desktop" : matchMedia("(pointer: coarse)").matches ? "phone" : "web" },
  reachable: async () => (await afterSleep.fetch("/healthz", { cache: "no-store" })).ok,
  signIn: async () => (await device.signIn()).state === "signed_in",
});

const call = createGatewayCall({
  gateway,
  http: createBrowserCall(() => crew.signedOut(), signedIn),
  newKey,
  now: () => Date.now(),
  later,
  onSignedOut: () => crew.signedOut(),
});

const crew: Crew = new Crew({
  call,
  gateway,
  stream: { fetch: signedIn, base: "", now: () => Date.now(), random: () => Math.random(), wait },
  shelf: {
    read: () => localStorage.getItem("pilothouse.outbox"),
    write: (text) => localStorage.setItem("pilothouse.outbox", text),
  },
  newKey,
  timers: { after: later },
  visible: () => document.visibilityState === "visible",
});

async function begin(): Promise<void> {
  const code = codeOf(location.hash);
  if (code) {
    // The code works once: it must not stay in the address or the history.
    history.replaceState(null, "", location.pathname + location.search);
    const failure = await exchangeCode({ fetch: (...args) => fetch(...args), base: "" }, code);
    if (failure && failure.code !== "offline") sessionStorage.setItem("pilothouse.signin", failure.code === "unauthenticated" ? LINK_USED : failure.message);
  }
  // A device that is not let in yet has nothing to follow; the page of its pairing starts the rest.
  if (location.pathname === "/pair") return;
  // Beside the start: a session that still holds needs no new one.
  void device.kept().then((kept) => kept?.key && device.signIn());
  await crew.start();
}

// After an update the parts of the old page are gone from the server: the page is loaded anew, once.
addEventListener("vite:preloadError", (event) => {
  const last = Number(sessionStorage.getItem("pilothouse.reloaded") ?? 0);
  if (Date.now() - last < 15_000) return;
  sessionStorage.setItem("pilothouse.reloaded", String(Date.now()));
  event.preventDefault();
  location.reload();
});

document.documentElement.lang = languageTag().slice(0, 2);
followSystemTheme();
// A browser tab has others beside it; the window stays open all day.
if (platform.choices) restCarets();
// After a sleep or on another network the line may be dead without anybody having said so.
const lookNow = (event?: Event) => {
  // A window that only gets the focus was not asleep.
  if (event?.type !== "focus") afterSleep.woke();
  gateway.wake(event?.type === "online");
  if (crew.state.get().connection.state === "offline") crew.retryNow();
};
for (const word of ["online", "offline", "focus"]) addEventListener(word, lookNow);
addEventListener("pageshow", ({ persisted }) => {
  // A page that is loaded connects anyway.
  if (persisted) lookNow();
});
const tellPresence = tellOfPresence(gateway, () => document.visibilityState === "visible");
document.addEventListener("visibilitychange", () => {
  tellPresence();
  if (document.visibilityState === "visible") lookNow();
});

startPhone(crew, (page) => void router.navigate({ href: page }));

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <CrewProvider crew={crew}>
        <RouterProvider router={router} />
      </CrewProvider>
    </StrictMode>,
  );
}
void begin();

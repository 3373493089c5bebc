// Starts the page: signs in with a code from the address if there is one, then follows the crew.

import "./styles/index.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "@tanstack/react-router";
import { CrewProvider } from "./app";
import { followSystemTheme } from "./app/theme";
import { codeOf, createBrowserCall, exchangeCode, newKey, wait } from "./client";
import { Crew } from "./model";
import { platform } from "./platform";
import { restCarets } from "./platform/resting-caret";
import { router } from "./routes";
import { languageTag } from "./words";

const call = createBrowserCall(() => crew.signedOut());

const crew: Crew = new Crew({
  call,
  stream: { fetch: (...args) => fetch(...args), base: "", now: () => Date.now(), random: () => Math.random(), wait },
  shelf: {
    read: () => localStorage.getItem("pilothouse.outbox"),
    write: (text) => localStorage.setItem("pilothouse.outbox", text),
  },
  newKey,
  timers: {
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  },
  visible: () => document.visibilityState === "visible",
});

async function begin(): Promise<void> {
  const code = codeOf(location.hash);
  if (code) {
    // The code works once: it must not stay in the address or the history.
    history.replaceState(null, "", location.pathname + location.search);
    const failure = await exchangeCode({ fetch: (...args) => fetch(...args), base: "" }, code);
    if (failure && failure.code !== "offline") sessionStorage.setItem("pilothouse.signin", failure.message);
  }
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
addEventListener("online", () => crew.retryNow());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && crew.state.get().connection.state === "offline") crew.retryNow();
});

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

// What this page does as an app on a device: keeps its shell, counts on its icon what waits, opens what a notification
// was tapped for, and says when a newer version is ready.

import { type Crew, pendingApprovals, Store } from "../model";
import { platform } from "../platform";
import { locale } from "../words";
import { tapsOf } from "./taps-of";

/** True when a newer version of the page is kept and waits to be let in. */
export const newer = new Store(false);
/** What the browser offers for installing; none where it offers nothing or it is installed. */
export const installing = new Store<(() => Promise<void>) | undefined>(undefined);

interface InstallOffer extends Event {
  prompt: () => Promise<unknown>;
}

type Badged = Navigator & { setAppBadge?: (count: number) => Promise<void>; clearAppBadge?: () => Promise<void> };

let waiting: ServiceWorker | undefined;
let asked = false;

/** Whether the kept shell is of use here: a browser on the server's own machine has the server beside it. */
export function keepsShell(host: { isSecureContext: boolean; hostname: string; standalone: boolean; inApp: boolean; worker: boolean }): boolean {
  if (!host.worker || !host.isSecureContext || host.inApp) return false;
  const here = /^(127\.0\.0\.1|localhost|\[::1\])$/.test(host.hostname);
  return !here || host.standalone;
}

export function startPhone(crew: Crew, go: (page: string) => void): void {
  tapsOf(crew);
  countOnIcon(crew);
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    const offer = event as InstallOffer;
    installing.set(async () => {
      installing.set(undefined);
      await offer.prompt();
    });
  });
  addEventListener("appinstalled", () => installing.set(undefined));
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.addEventListener("message", ({ data }: MessageEvent) => {
    const said = data as { type?: unknown; page?: unknown } | null;
    // A page of ours; whoever else could send this is our own worker too.
    if (said?.type === "open" && typeof said.page === "string" && /^\/(?![/\\])/.test(said.page)) go(said.page);
    if (said?.type === "told") void crew.refresh("approvals");
  });
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (asked) location.reload();
  });
  const host = {
    isSecureContext,
    hostname: location.hostname,
    standalone: matchMedia("(display-mode: standalone)").matches,
    inApp: platform.kind === "desktop",
    worker: import.meta.env.PROD,
  };
  if (!keepsShell(host)) return;
  // The first reading of the page comes first.
  const begin = () => void keepShell().catch(() => undefined);
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin, { once: true });
}

/** Registers the worker, in the language of the page; again is the same. */
export async function keepShell(): Promise<ServiceWorkerRegistration> {
  const registration = await navigator.serviceWorker.register(`/sw.js?l=${locale() === "de" ? "de" : "en"}`, { updateViaCache: "none" });
  const look = () => {
    if (registration.waiting && navigator.serviceWorker.controller) {
      waiting = registration.waiting;
      newer.set(true);
    }
  };
  look();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  // Coming back after a while is when a newer version may be there.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") registration.update().catch(() => undefined);
  });
  return registration;
}

/** Loads the newer version; the page is drawn anew once it is in place. */
export function letIn(): void {
  asked = true;
  waiting?.postMessage({ type: "take-over" });
}

function countOnIcon(crew: Crew): void {
  const navigator = globalThis.navigator as Badged;
  if (!navigator.setAppBadge) return;
  let shown = -1;
  const show = () => {
    const state = crew.state.get();
    if (state.approvals.value === undefined) return;
    const count = pendingApprovals(state).length;
    if (count === shown) return;
    shown = count;
    // Where the page is not installed there is no icon to count on.
    (count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.())?.catch(() => undefined);
  };
  show();
  crew.state.subscribe(show);
}

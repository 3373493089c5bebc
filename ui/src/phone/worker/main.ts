// The service worker: keeps the page's own files, so that it opens without a line, and shows what the server tells.
// It is built apart from the page and served as `/sw.js`; the language stands in its address.

import type { Scope } from "./scope";
import { isPage, kindOf, PAGE, PATIENCE_MS, type Shell } from "./shell";
import { readMessage, ToldHere } from "./told";

declare const __SHELL__: Shell;

const scope = globalThis as unknown as Scope;
const FAMILY = "pilothouse-shell-";
const CACHE = FAMILY + __SHELL__.version;
const FILES = new Set(__SHELL__.files);
const agent = scope.navigator.userAgent;

const told = new ToldHere({
  scope,
  fetch: (...args) => fetch(...args),
  language: new URLSearchParams(scope.location.search).get("l") ?? "en",
  mustShow: /AppleWebKit/.test(agent) && !/Chrom(e|ium)/.test(agent),
});

scope.addEventListener("install", (event) => {
  // What is kept is what was built together; half of it would be no page.
  const keep = async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll([...FILES].map((file) => new Request(file, { cache: "no-cache", credentials: "omit" })));
  };
  event.waitUntil(keep());
});

scope.addEventListener("activate", (event) => {
  const tidy = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith(FAMILY) && name !== CACHE).map((name) => caches.delete(name)));
    await scope.clients.claim();
  };
  event.waitUntil(tidy());
});

scope.addEventListener("message", (event) => {
  // Only when the person says so: a page that runs may still need its own files.
  if ((event.data as { type?: unknown } | null)?.type === "take-over") void scope.skipWaiting();
});

scope.addEventListener("fetch", (event) => {
  const kind = kindOf(event.request, scope.location.origin, FILES);
  if (kind === "page") event.respondWith(page(event.request));
  else if (kind === "file") event.respondWith(file(event.request));
});

/** The server's page while it answers soon; the kept one otherwise. Nothing that is answered here is kept. */
async function page(request: Request): Promise<Response> {
  const kept = await (await caches.open(CACHE)).match(PAGE);
  const asked = fetch(request);
  if (!kept) return asked;
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS));
  const answer = await Promise.race([asked.catch(() => undefined), late]);
  asked.catch(() => undefined);
  return answer && (isPage(answer) || answer.status < 500) ? answer : kept;
}

async function file(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname;
  return (await (await caches.open(CACHE)).match(path)) ?? fetch(request);
}

scope.addEventListener("push", (event) => {
  let data: unknown;
  try {
    data = event.data?.json();
  } catch {
    data = undefined;
  }
  const message = readMessage(data);
  if (message) event.waitUntil(told.came(message));
});

scope.addEventListener("notificationclick", (event) => event.waitUntil(told.tapped(event.notification, event.action)));
scope.addEventListener("notificationclose", (event) => event.waitUntil(told.dismissed(event.notification)));

// The push service changed the subscription by itself; the page that opens next registers the new one, and this does it
// meanwhile.
scope.addEventListener("pushsubscriptionchange", (event) => {
  const anew = async () => {
    const old = (event as Event & { oldSubscription?: PushSubscription | null }).oldSubscription;
    const key = old?.options.applicationServerKey;
    if (!key) return;
    const subscription = await scope.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const { endpoint, keys } = subscription.toJSON();
    await fetch("/v1/rpc/notifications.register", {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": `${endpoint}`.slice(-80) },
      credentials: "same-origin",
      body: JSON.stringify({ subscription: { endpoint, keys }, offsetMin: -new Date().getTimezoneOffset() }),
    });
  };
  event.waitUntil(anew());
});

// Whether this browser is told by the server, and switching it on and off. No React.

import type { Call } from "../client";
import { keepShell } from "./start";

/** Why it cannot be switched on here. */
export type Hindrance = "in_app" | "insecure" | "install_first" | "unsupported" | "denied";

export interface Ground {
  secure: boolean;
  inApp: boolean;
  worker: boolean;
  push: boolean;
  /** As the browser says; undefined where it knows no notifications. */
  permission: NotificationPermission | undefined;
  /** An iPhone or iPad, which tells installed pages alone. */
  apple: boolean;
  standalone: boolean;
}

export function hindrance(ground: Ground): Hindrance | undefined {
  if (ground.inApp) return "in_app";
  if (!ground.secure) return "insecure";
  if (ground.apple && !ground.standalone) return "install_first";
  if (!ground.worker || !ground.push || ground.permission === undefined) return "unsupported";
  return ground.permission === "denied" ? "denied" : undefined;
}

export function groundHere(inApp: boolean): Ground {
  return {
    secure: globalThis.isSecureContext === true,
    inApp,
    worker: "serviceWorker" in navigator,
    push: "PushManager" in globalThis,
    permission: "Notification" in globalThis ? Notification.permission : undefined,
    apple: /iPhone|iPad|iPod/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1),
    standalone: matchMedia("(display-mode: standalone)").matches,
  };
}

/** Bytes of base64url, as a browser wants the server's key. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** The subscription of this browser, if it has one that was made with the server's key. */
export async function subscriptionHere(publicKey: string): Promise<PushSubscription | undefined> {
  const registration = await navigator.serviceWorker.getRegistration("/");
  const subscription = await registration?.pushManager.getSubscription();
  return subscription && madeWith(subscription, publicKey) ? subscription : undefined;
}

function madeWith(subscription: PushSubscription, publicKey: string): boolean {
  const used = subscription.options.applicationServerKey;
  if (!used) return false;
  const [mine, theirs] = [bytesOf(publicKey), new Uint8Array(used)];
  return mine.length === theirs.length && mine.every((byte, at) => byte === theirs[at]);
}

/** Asks the person, subscribes at the browser's push service and tells the server. Answers the id there. */
export async function turnOn(call: Call, publicKey: string): Promise<string> {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("denied");
  await keepShell();
  const registration = await navigator.serviceWorker.ready;
  const before = await registration.pushManager.getSubscription();
  // One that was made for another server's key cannot be used, and stands in the way.
  if (before && !madeWith(before, publicKey)) await before.unsubscribe();
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(publicKey) });
  return tell(call, subscription);
}

/** Tells the server of a subscription, again at each visit: it may have forgotten, or the clock may have changed. */
export async function tell(call: Call, subscription: PushSubscription): Promise<string> {
  const { endpoint, keys } = subscription.toJSON();
  const { p256dh, auth } = keys ?? {};
  if (!endpoint || !p256dh || !auth) throw new Error("the browser made a subscription without keys");
  const params = { subscription: { endpoint, keys: { p256dh, auth } }, offsetMin: -new Date().getTimezoneOffset() };
  return (await call("notifications.register", params)).id;
}

/** Ends it on both sides; the browser's own end comes first, so that nothing arrives any more whatever happens. */
export async function turnOff(call: Call, publicKey: string, id: string | undefined): Promise<void> {
  await (await subscriptionHere(publicKey))?.unsubscribe();
  if (id) await call("notifications.forget", { id });
}

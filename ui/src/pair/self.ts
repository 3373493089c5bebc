// What this browser calls itself when it introduces itself: whatever it lets a page know, in few words.

import type { Introduction } from "../client/device";
import { words } from "./words";

interface Hints {
  platform?: string;
  mobile?: boolean;
  getHighEntropyValues?: (names: string[]) => Promise<{ model?: string; platformVersion?: string }>;
}

const BROWSERS: ReadonlyArray<[RegExp, string]> = [
  [/\bEdgA?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/\b(HeadlessChrome|Chrome|CriOS|Chromium)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];

const SYSTEMS: ReadonlyArray<[RegExp, string]> = [
  [/iPhone/, "iOS"],
  [/iPad/, "iPadOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Macintosh|Mac OS/, "macOS"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
];

const found = (list: ReadonlyArray<[RegExp, string]>, text: string) => list.find(([pattern]) => pattern.test(text))?.[1] ?? "";

/** From what a browser sends with every call; `touch` tells an iPad from the Mac it claims to be. */
export function introduction(agent: string, touch: boolean, model = ""): Introduction {
  const tablet = /Macintosh/.test(agent) && touch;
  const system = tablet ? "iPadOS" : found(SYSTEMS, agent);
  const browser = found(BROWSERS, agent) || "Browser";
  const platform = words.browserOn(browser, system);
  const phone = tablet || /Mobi|Android|iPhone|iPad/.test(agent);
  if (!phone) return { name: platform, kind: "browser", platform };
  const name = model.trim() || (/iPhone/.test(agent) ? "iPhone" : tablet || /iPad/.test(agent) ? "iPad" : words.androidPhone);
  return { name, kind: "phone", platform };
}

export async function introduceBrowser(): Promise<Introduction> {
  const hints = (navigator as Navigator & { userAgentData?: Hints }).userAgentData;
  // Newer Android browsers keep the model out of their name, and tell it when asked.
  const known = await Promise.resolve(hints?.getHighEntropyValues?.(["model"])).catch(() => undefined);
  return introduction(navigator.userAgent, navigator.maxTouchPoints > 1, known?.model ?? "");
}

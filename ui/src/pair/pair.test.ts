import { describe, expect, it } from "vitest";
import { introduction } from "./self";
import { isHere } from "./SignedOutDevice";

const ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";
const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15";

describe("what a browser calls itself", () => {
  it("is the model where the browser tells it, and the kind of phone otherwise", () => {
    expect(introduction(ANDROID, true, "Pixel 9a")).toEqual({ name: "Pixel 9a", kind: "phone", platform: "Chrome on Android" });
    expect(introduction(ANDROID, true)).toMatchObject({ name: "Android phone", kind: "phone" });
    expect(introduction(IPHONE, true)).toEqual({ name: "iPhone", kind: "phone", platform: "Safari on iOS" });
  });

  it("is browser and system elsewhere, and an iPad is no Mac", () => {
    expect(introduction(MAC, false)).toEqual({ name: "Safari on macOS", kind: "browser", platform: "Safari on macOS" });
    expect(introduction(MAC, true)).toMatchObject({ name: "iPad", kind: "phone", platform: "Safari on iPadOS" });
    expect(introduction("curl/8", false)).toMatchObject({ name: "Browser", kind: "browser" });
  });
});

describe("a page", () => {
  it("is of this machine at its own names alone", () => {
    for (const here of ["127.0.0.1", "127.0.0.2", "localhost", "[::1]"]) expect(isHere(here)).toBe(true);
    for (const there of ["100.64.0.7", "attic.tern.ts.net", "localhost.example"]) expect(isHere(there)).toBe(false);
  });
});

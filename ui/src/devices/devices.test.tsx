import { describe, expect, it } from "vitest";
import type { DeviceShown } from "../client";
import { isAddress, isLoginOrTag, isPublic } from "./address";
import { qrPicture } from "./qr";
import { EVERYDAY, grantable, MANAGING, sameScopes, scopesText, ticked } from "./scopes";

describe("scopes", () => {
  it("are read in one order, whatever order they came in", () => {
    expect(scopesText(["approve", "read", "chat"])).toBe("read, chat, approve");
    expect(scopesText([...EVERYDAY, ...MANAGING].map((one) => one.scope))).toBe("everything");
    expect(scopesText(["node"])).toBe("lends itself, nothing else");
    expect(scopesText([])).toBe("nothing");
  });

  it("are ticked so that nobody types blindly, or does anything unseen", () => {
    expect(ticked(["read"], "terminal_write", true).sort()).toEqual(["read", "terminal_read", "terminal_write"]);
    expect(ticked(["read", "terminal_read", "terminal_write"], "terminal_read", false)).toEqual(["read"]);
    expect(ticked([], "chat", true).sort()).toEqual(["chat", "read"]);
  });

  it("can be given only by whoever has them", () => {
    expect(grantable({ scopes: ["read", "pair"] } as unknown as DeviceShown).has("admin")).toBe(false);
    expect(grantable(undefined).has("admin")).toBe(true);
  });

  it("are the same in any order", () => {
    expect(sameScopes(["read", "chat"], ["chat", "read"])).toBe(true);
    expect(sameScopes(["read"], ["chat", "read"])).toBe(false);
  });
});

describe("an address of one's own", () => {
  it.each(["192.168.1.20:7443", "[fd00::1]:443", "0.0.0.0:1"])("is %s", (text) => expect(isAddress(text)).toBe(true));
  it.each(["", "192.168.1.20", "192.168.1.256:80", "host:80", "192.168.1.20:0", "192.168.1.20:70000", "fd00::1:80", "https://1.2.3.4:5"])("is not %j", (text) => expect(isAddress(text)).toBe(false));
});

describe("an address that the Internet has a way to", () => {
  it.each(["203.0.114.7:443", "8.8.8.8:1", "172.32.0.1:1", "100.128.0.1:1", "192.169.0.1:1", "[2a01:4f8::7]:443", "[3fff::1]:1", "[::ffff:8.8.8.8]:1"])("is %s", (text) => expect(isPublic(text)).toBe(true));
  it.each(["", "8.8.8.8", "10.0.0.1:1", "127.0.0.2:1", "169.254.1.1:1", "172.16.0.1:1", "172.31.9.9:1", "192.168.1.20:7443", "100.64.0.1:1", "100.127.0.1:1", "[fd00::1]:1", "[fe80::1]:1", "[::1]:1", "[2::1]:1", "[::ffff:192.168.1.20]:1"])("is not %j", (text) => expect(isPublic(text)).toBe(false));
});

describe("who is let in from the tailnet", () => {
  it.each(["ann@example.com", "tag:laptop"])("is %s", (text) => expect(isLoginOrTag(text)).toBe(true));
  it.each(["", "ann", "@x", "ann@", "tag:", "a b@c", "a@b,c@d"])("is not %j", (text) => expect(isLoginOrTag(text)).toBe(false));
});

describe("the picture of a link", () => {
  it("has a quiet margin on every side, and holds a link of the usual length", () => {
    const { size, path } = qrPicture("https://attic.tern.ts.net/pair#p=1&s=0123456789abcdef&n=AAAAAAAAAAAAAAAAAAAAAA");
    expect(size).toBeGreaterThan(33);
    for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v/g)) {
      expect(Number(x)).toBeGreaterThanOrEqual(4);
      expect(Number(y)).toBeGreaterThanOrEqual(4);
      expect(Number(x) + Number(length)).toBeLessThanOrEqual(size - 4);
      expect(Number(y)).toBeLessThan(size - 4);
    }
  });
});

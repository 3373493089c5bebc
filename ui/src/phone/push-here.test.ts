import { describe, expect, it } from "vitest";
import { bytesOf, type Ground, hindrance } from "./push-here";
import { keepsShell } from "./start";

const PHONE: Ground = { secure: true, inApp: false, worker: true, push: true, permission: "default", apple: false, standalone: false };

describe("a browser", () => {
  it("can be told where nothing stands in the way, and says what does otherwise", () => {
    expect(hindrance(PHONE)).toBeUndefined();
    expect(hindrance({ ...PHONE, permission: "granted" })).toBeUndefined();
    expect(hindrance({ ...PHONE, secure: false, worker: false, push: false })).toBe("insecure");
    expect(hindrance({ ...PHONE, apple: true, push: false, permission: undefined })).toBe("install_first");
    expect(hindrance({ ...PHONE, apple: true, standalone: true })).toBeUndefined();
    expect(hindrance({ ...PHONE, push: false })).toBe("unsupported");
    expect(hindrance({ ...PHONE, permission: "denied" })).toBe("denied");
    expect(hindrance({ ...PHONE, inApp: true })).toBe("in_app");
  });

  it("reads the server's key as the bytes it stands for", () => {
    expect([...bytesOf("BP_-")]).toEqual([4, 255, 254]);
  });

  it("keeps the shell on a device of its own, and not beside the server", () => {
    const far = { isSecureContext: true, hostname: "attic.tail1.ts.net", standalone: false, inApp: false, worker: true };
    expect(keepsShell(far)).toBe(true);
    expect(keepsShell({ ...far, isSecureContext: false })).toBe(false);
    expect(keepsShell({ ...far, hostname: "127.0.0.1" })).toBe(false);
    expect(keepsShell({ ...far, hostname: "localhost" })).toBe(false);
    expect(keepsShell({ ...far, hostname: "127.0.0.1", standalone: true })).toBe(true);
    expect(keepsShell({ ...far, inApp: true })).toBe(false);
  });
});

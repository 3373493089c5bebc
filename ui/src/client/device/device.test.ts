import { webcrypto } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import type { ClaimPairing, PairingProgress } from "../protocol";
import { readInvitation } from "./invitation";
import { base64Url, makeKey, proofText, publicHalf, sign } from "./key";
import { PairingRun, type PairingState } from "./pairing";
import { renewing } from "./renewing";
import type { DeviceShelf, KeptDevice, Slot } from "./shelf";
import { type Standing, ThisDevice } from "./sign-in";

const crypt = webcrypto.subtle as unknown as SubtleCrypto;

/** A server of the test's own that checks signatures as the real one does. */
class Server {
  readonly serverId = "srv-1";
  progress: PairingProgress = { state: "claimed" };
  claims: ClaimPairing[] = [];
  cancelled = 0;
  questions = 0;
  signedIn = 0;
  down = false;
  revoked = false;
  challenge = "c-1";
  key: CryptoKey | undefined;
  /** Answers instead of the usual ones, one call each. */
  refusals = new Map<string, { status: number; code: string; retryable: boolean }>();

  readonly fetch = (async (input: string, init: { body: string }) => {
    if (this.down) throw new TypeError("no way there");
    const body = JSON.parse(init.body) as Record<string, string>;
    const refusal = this.refusals.get(input);
    if (refusal) return Response.json({ code: refusal.code, message: "No.", retryable: refusal.retryable }, { status: refusal.status });
    switch (input) {
      case "/pair/claim": {
        const claim = body as unknown as ClaimPairing;
        this.claims.push(claim);
        if (claim.publicKey) this.key = await crypt.importKey("raw", Buffer.from(claim.publicKey.key, "base64url"), { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
        return Response.json({ pairingId: "p-1", code: "418207", claim: "secret", serverId: this.serverId, secure: true, role: "member", scopes: ["read"], expiresAt: "2026-03-01T10:10:00Z" });
      }
      case "/pair/state":
        this.questions += 1;
        return Response.json(this.progress);
      case "/pair/cancel":
        this.cancelled += 1;
        return Response.json({ ok: true });
      case "/auth/challenge":
        return Response.json({ challenge: this.challenge, serverId: this.serverId, expiresAt: "2026-03-01T10:01:00Z" });
      case "/auth/device": {
        if (this.revoked) return Response.json({ code: "device.revoked", message: "Not any more.", retryable: false }, { status: 401 });
        const text = new TextEncoder().encode(`pilothouse-connect-v1\n${this.serverId}\n${this.challenge}\n${body["deviceId"] ?? ""}`);
        const good = this.key !== undefined && (await crypt.verify({ name: "ECDSA", hash: "SHA-256" }, this.key, Buffer.from(body["signature"] ?? "", "base64url"), text));
        if (!good) return Response.json({ code: "auth.signature", message: "No.", retryable: false }, { status: 401 });
        this.signedIn += 1;
        return Response.json({ ok: true, expiresAt: "2026-03-01T22:00:00Z" });
      }
      default:
        return Response.json({ ok: true });
    }
  }) as unknown as typeof fetch;
}

class MemoryShelf implements DeviceShelf {
  readonly slots = new Map<Slot, KeptDevice>();
  broken = false;
  async read(slot: Slot = "this") {
    return this.slots.get(slot);
  }
  async keep(device: KeptDevice, slot: Slot = "this") {
    if (this.broken) throw new Error("nothing is kept here");
    this.slots.set(slot, device);
  }
  async clear(slot: Slot = "this") {
    this.slots.delete(slot);
  }
}

let server: Server;
let shelf: MemoryShelf;
let note: string | null;
let standings: Standing[];

beforeEach(() => {
  server = new Server();
  shelf = new MemoryShelf();
  note = null;
  standings = [];
});

const thisDevice = (secure = true) => new ThisDevice({ fetch: server.fetch, base: "", shelf, crypt: secure ? crypt : undefined, onStanding: (one) => standings.push(one) });

function pairing({ secure = true, onState }: { secure?: boolean; onState?: (state: PairingState) => void } = {}) {
  const states: PairingState[] = [];
  const run = new PairingRun({
    fetch: server.fetch,
    base: "",
    crypt: secure ? crypt : undefined,
    shelf,
    device: thisDevice(secure),
    note: { read: () => note, write: (text) => (note = text) },
    wait: (_, signal) => new Promise((resolve) => (signal.aborted ? resolve() : setTimeout(resolve, 0))),
    onState: (state) => {
      states.push(state);
      onState?.(state);
    },
  });
  return { run, states, steps: () => states.map((one) => one.step) };
}

const INVITATION = { serverId: "srv-1", nonce: "n-1" };
const PHONE = { name: "Pixel 9a", kind: "phone" } as const;

async function paired(): Promise<void> {
  server.progress = { state: "approved", deviceId: "d-1", scopes: ["read", "chat"] };
  await pairing().run.run(INVITATION, PHONE);
}

describe("a pairing link", () => {
  it("is read from behind the #", () => {
    expect(readInvitation("#p=1&s=srv&n=abc&f=12ff")).toEqual({ serverId: "srv", nonce: "abc", fingerprint: "12ff" });
    expect(readInvitation("#p=1&s=srv&n=abc")).toEqual({ serverId: "srv", nonce: "abc" });
  });

  it("of a later kind is told from none", () => {
    expect(readInvitation("#p=2&s=srv&n=abc")).toBe("newer");
    for (const none of ["", "#", "#code=x", "#p=1&s=srv", "#p=1&n=abc"]) expect(readInvitation(none)).toBeUndefined();
  });
});

describe("the key", () => {
  it("signs what the server can check, and cannot be read", async () => {
    const pair = await makeKey(crypt);
    expect(pair.privateKey.extractable).toBe(false);
    const half = await publicHalf(crypt, pair.publicKey);
    expect(half.alg).toBe("p256");
    const point = Buffer.from(half.key, "base64url");
    expect([point.length, point[0]]).toEqual([65, 4]);
    const signature = await sign(crypt, pair.privateKey, proofText("s", "c", "d"));
    expect(Buffer.from(signature, "base64url")).toHaveLength(64);
    const read = await crypt.importKey("raw", point, { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
    const text = new TextEncoder().encode("pilothouse-connect-v1\ns\nc\nd");
    expect(await crypt.verify({ name: "ECDSA", hash: "SHA-256" }, read, Buffer.from(signature, "base64url"), text)).toBe(true);
  });

  it("is written without padding and without what an address would change", () => {
    expect(base64Url(new Uint8Array([251, 255, 191, 1]))).toBe("-_-_AQ");
  });
});

describe("pairing", () => {
  it("claims with a key, shows the number, and is signed in when the owner agrees", async () => {
    const { run, states, steps } = pairing({
      onState: (state) => {
        if (state.step === "waiting") server.progress = { state: "approved", deviceId: "d-1", scopes: ["read", "chat"] };
      },
    });
    await run.run(INVITATION, PHONE);
    expect(steps()).toEqual(["claiming", "waiting", "signing_in", "done"]);
    expect(states[1]).toMatchObject({ code: "418207", secure: true, keyed: true, lost: false });
    expect(states.at(-1)).toEqual({ step: "done", scopes: ["read", "chat"] });
    expect(server.claims[0]).toMatchObject({ nonce: "n-1", name: "Pixel 9a", kind: "phone" });
    expect(server.signedIn).toBe(1);
    expect(await shelf.read()).toMatchObject({ serverId: "srv-1", deviceId: "d-1", name: "Pixel 9a" });
    expect(await shelf.read("draft")).toBeUndefined();
    expect(note).toBeNull();
  });

  it("does without a key where the page has no WebCrypto, or keeps nothing", async () => {
    server.progress = { state: "approved", deviceId: "d-1", token: "t", scopes: ["read"] };
    const plain = pairing({ secure: false });
    await plain.run.run(INVITATION, PHONE);
    expect(plain.states.at(-1)?.step).toBe("done");
    shelf.broken = true;
    const forgetful = pairing();
    await forgetful.run.run(INVITATION, PHONE);
    expect(forgetful.states.find((one) => one.step === "waiting")).toMatchObject({ keyed: false });
    expect(server.claims.every((claim) => claim.publicKey === undefined)).toBe(true);
    expect(server.signedIn).toBe(0);
  });

  it("is taken up again after a reload, without a second claim", async () => {
    const first = pairing({
      onState: (state) => {
        if (state.step === "waiting") first.run.stop();
      },
    });
    await first.run.run(INVITATION, PHONE);
    server.progress = { state: "approved", deviceId: "d-1", scopes: ["read"] };
    const second = pairing();
    await second.run.run(undefined, PHONE);
    expect(second.steps()).toEqual(["waiting", "signing_in", "done"]);
    expect(server.claims).toHaveLength(1);
  });

  it.each(["denied", "expired", "dead"] as const)("that is %s says so, and the device of before stays", async (state) => {
    await paired();
    server.progress = { state };
    const { run, steps } = pairing();
    await run.run({ serverId: "srv-1", nonce: "n-2" }, PHONE);
    expect(steps().at(-1)).toBe(state);
    expect(await shelf.read()).toMatchObject({ deviceId: "d-1" });
    expect(await shelf.read("draft")).toBeUndefined();
  });

  it.each([
    ["pairing.used", 409, "dead"],
    ["pairing.unknown", 404, "dead"],
    ["pairing.expired", 410, "expired"],
    ["rate_limited", 429, "failed"],
  ] as const)("by a link refused with %s ends as it should", async (code, status, step) => {
    server.refusals.set("/pair/claim", { status, code, retryable: false });
    const { run, steps } = pairing();
    await run.run(INVITATION, PHONE);
    expect(steps().at(-1)).toBe(step);
  });

  it("goes on waiting while the way to the server is cut", async () => {
    let cuts = 0;
    const { run, states } = pairing({
      onState: (state) => {
        if (state.step !== "waiting") return;
        if (!state.lost && cuts === 0) server.down = true;
        if (state.lost) {
          cuts += 1;
          if (cuts === 3) {
            server.down = false;
            server.progress = { state: "approved", deviceId: "d-1", scopes: ["read"] };
          }
        }
      },
    });
    await run.run(INVITATION, PHONE);
    expect(cuts).toBe(3);
    expect(states.at(-1)?.step).toBe("done");
  });

  it("can be stopped by whoever sees another number", async () => {
    let stopped: Promise<void> | undefined;
    const { run, steps } = pairing({
      onState: (state) => {
        if (state.step === "waiting" && !stopped) stopped = run.cancel();
      },
    });
    await run.run(INVITATION, PHONE);
    await stopped;
    expect(steps().at(-1)).toBe("cancelled");
    expect([server.cancelled, note]).toEqual([1, null]);
  });
});

describe("signing in", () => {
  it("is asked for once however many want it", async () => {
    await paired();
    server.signedIn = 0;
    const device = thisDevice();
    const all = await Promise.all([device.signIn(), device.signIn(), device.signIn()]);
    expect(all.map((one) => one.state)).toEqual(["signed_in", "signed_in", "signed_in"]);
    expect(server.signedIn).toBe(1);
    expect(device.standing).toMatchObject({ state: "signed_in", until: "2026-03-01T22:00:00Z" });
  });

  it("says what a browser is that was never paired, revoked, or paired with another server", async () => {
    expect((await thisDevice().signIn()).state).toBe("stranger");
    await paired();
    server.revoked = true;
    expect((await thisDevice().signIn()).state).toBe("revoked");
    server.revoked = false;
    shelf.slots.set("this", { ...(shelf.slots.get("this") as KeptDevice), serverId: "srv-2" });
    expect((await thisDevice().signIn()).state).toBe("other_server");
  });

  it("fails for a while without a server, and forgets nothing", async () => {
    await paired();
    server.down = true;
    expect((await thisDevice().signIn()).state).toBe("failed");
    server.down = false;
    expect((await thisDevice().signIn()).state).toBe("signed_in");
  });

  it("proves itself to a connection of its own server alone", async () => {
    await paired();
    const device = thisDevice();
    expect((await device.proof("q", "srv-1"))?.id).toBe("d-1");
    expect(await device.proof("q", "srv-2")).toBeUndefined();
  });
});

describe("a call whose session has ended", () => {
  const of = (answers: number[]) => {
    let calls = 0;
    const plain = (async () => new Response(null, { status: answers[calls++] ?? 200 })) as unknown as typeof fetch;
    return { plain, calls: () => calls };
  };

  it("is made again after signing in, and nobody notices", async () => {
    const { plain, calls } = of([401, 200]);
    const response = await renewing(plain, { signIn: async () => ({ state: "signed_in", device: {} as KeptDevice }) })("/v1/rpc/x");
    expect([response.status, calls()]).toEqual([200, 2]);
  });

  it("stays refused for a stranger, and nothing is tried for other refusals", async () => {
    let asked = 0;
    const signIn = async (): Promise<Standing> => {
      asked += 1;
      return { state: "stranger" };
    };
    const stranger = of([401]);
    expect((await renewing(stranger.plain, { signIn })("/v1/rpc/x")).status).toBe(401);
    const forbidden = of([403]);
    expect((await renewing(forbidden.plain, { signIn })("/v1/rpc/x")).status).toBe(403);
    expect([asked, stranger.calls(), forbidden.calls()]).toEqual([1, 1, 1]);
  });
});

describe("another key", () => {
  /** Takes a new key that the old one has signed for, as the real server does. */
  const rotates = async (body: Record<string, unknown>) => {
    const { publicKey, challenge, signature } = body as { publicKey: { alg: string; key: string }; challenge: string; signature: string };
    const text = new TextEncoder().encode(`pilothouse-rotate-v1\n${server.serverId}\n${challenge}\nd-1\n${publicKey.alg}\n${publicKey.key}`);
    const good = server.key !== undefined && (await crypt.verify({ name: "ECDSA", hash: "SHA-256" }, server.key, Buffer.from(signature, "base64url"), text));
    if (!good) return Response.json({ code: "auth.signature", message: "No.", retryable: false }, { status: 401 });
    server.key = await crypt.importKey("raw", Buffer.from(publicKey.key, "base64url"), { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
    return Response.json({ ok: true });
  };
  let answer: (body: Record<string, unknown>) => Promise<Response>;
  const fetched = (async (input: string, init: { body: string }) =>
    input === "/v1/rpc/device.rotate" ? answer(JSON.parse(init.body) as Record<string, unknown>) : server.fetch(input as never, init as never)) as unknown as typeof fetch;
  const one = () => new ThisDevice({ fetch: fetched, base: "", shelf, crypt, onStanding: () => undefined });
  let old: CryptoKeyPair;
  beforeEach(async () => {
    answer = rotates;
    old = await makeKey(crypt);
    server.key = await crypt.importKey("raw", Buffer.from((await publicHalf(crypt, old.publicKey)).key, "base64url"), { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
    shelf.slots.set("this", { serverId: "srv-1", deviceId: "d-1", name: "Pixel", key: old.privateKey });
  });

  it("is signed for by the old one, and signs in from then on", async () => {
    expect(await one().rotate()).toMatchObject({ state: "signed_in" });
    expect(shelf.slots.get("this")?.key).not.toBe(old.privateKey);
    expect(shelf.slots.get("this")?.next).toBeUndefined();
    expect(await one().signIn()).toMatchObject({ state: "signed_in" });
  });

  it("counts also when the answer was lost after the server took it", async () => {
    answer = async (body) => {
      await rotates(body);
      throw new TypeError("the line is cut");
    };
    await expect(one().rotate()).rejects.toMatchObject({ code: "offline" });
    expect(shelf.slots.get("this")?.key).toBe(old.privateKey);
    expect(await one().signIn()).toMatchObject({ state: "signed_in" });
    expect(shelf.slots.get("this")?.key).not.toBe(old.privateKey);
  });

  it("is forgotten when the question never came there, or was refused", async () => {
    answer = () => Promise.reject(new TypeError("the line is cut"));
    await expect(one().rotate()).rejects.toMatchObject({ code: "offline" });
    expect(await one().signIn()).toMatchObject({ state: "signed_in" });
    answer = async () => Response.json({ code: "rate_limited", message: "Later.", retryable: true }, { status: 429 });
    await expect(one().rotate()).rejects.toMatchObject({ code: "rate_limited" });
    expect(shelf.slots.get("this")).toMatchObject({ key: old.privateKey });
    expect(shelf.slots.get("this")?.next).toBeUndefined();
  });

  it("of which the server knows neither is the end of the device", async () => {
    shelf.slots.set("this", { ...(shelf.slots.get("this") as KeptDevice), next: (await makeKey(crypt)).privateKey });
    const other = await makeKey(crypt);
    server.key = await crypt.importKey("raw", Buffer.from((await publicHalf(crypt, other.publicKey)).key, "base64url"), { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
    expect(await one().signIn()).toMatchObject({ state: "revoked" });
  });
});

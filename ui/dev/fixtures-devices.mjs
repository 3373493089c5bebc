// Test-only: devices, pairings, listeners and other machines, to look at their page in a browser.

import { at } from "./fixture-data.mjs";

const ago = (minutes) => at(minutes);
const ahead = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();

export function devices({ many = false, phone = false } = {}) {
  const rows = [
    { id: "d-1", name: "Firefox on Linux", kind: "browser", role: "owner", scopes: ["read", "chat", "approve", "jobs", "merge", "publish", "terminal_read", "terminal_write", "pair", "admin"], keyed: false, createdAt: ago(60 * 24 * 40), lastSeenAt: ago(0), current: !phone, connected: true },
    { id: "d-2", name: "Pixel 9", kind: "phone", platform: "Chrome on Android", role: "member", scopes: ["read", "chat", "approve", "publish"], keyed: true, login: "ada@example.com", createdAt: ago(60 * 24 * 19), lastSeenAt: ago(0), current: phone, connected: true },
    { id: "d-3", name: "MacBook", kind: "desktop", platform: "macOS", role: "owner", scopes: ["read", "chat", "approve", "jobs", "merge", "publish", "terminal_read", "terminal_write", "pair", "admin"], keyed: true, createdAt: ago(60 * 24 * 49), lastSeenAt: ago(40), current: false, connected: false },
    { id: "d-4", name: "forge", kind: "node", platform: "linux x86_64", role: "node", scopes: ["node"], keyed: true, createdAt: ago(60 * 24 * 9), lastSeenAt: ago(31), current: false, connected: false },
    { id: "d-5", name: "mia’s iPad with a name that goes on for longer than anybody would like it to", kind: "phone", platform: "Safari on iPadOS", role: "viewer", scopes: ["read"], keyed: false, login: "mia@example.com", createdAt: ago(60 * 24 * 9), lastSeenAt: ago(60 * 24 * 3), current: false, connected: false },
    { id: "d-6", name: "Old phone", kind: "phone", role: "approver", scopes: ["read", "approve"], keyed: true, createdAt: ago(60 * 24 * 90), lastSeenAt: ago(60 * 24 * 30), revokedAt: ago(60 * 24 * 29), current: false, connected: false },
  ];
  if (phone) return rows.filter((one) => one.current);
  if (many) for (let n = 0; n < 30; n += 1) rows.push({ ...rows[1], id: `d-m${n}`, name: `Phone number ${n}`, current: false, connected: n % 3 === 0 });
  return rows;
}

const listeners = () => [
  { kind: "loopback", chosen: true, origin: "built-in", state: "open", tier: "secure", urls: ["http://127.0.0.1:7817"], bound: "127.0.0.1:7817", reachers: "machine", selfSigned: false, done: [] },
  { kind: "serve", chosen: true, origin: "user", state: "open", tier: "secure", urls: ["https://attic.tern.ts.net"], bound: "127.0.0.1:7818", reachers: "tailnet", selfSigned: false, done: ["tailscale serve --bg --https=443 http://127.0.0.1:7818"] },
  { kind: "tailnet", chosen: false, origin: "built-in", state: "off", tier: "plain", urls: ["http://100.101.4.7:7817"], reachers: "tailnet", selfSigned: false, done: [] },
  { kind: "address", chosen: true, origin: "user", state: "waiting", tier: "secure", urls: ["https://192.168.1.20:7443"], reachers: "network", fingerprint: "9f2c41d7".repeat(8), selfSigned: true, code: "listen.address", why: "`192.168.1.20` is no address of this machine now.", done: [] },
];

const nodes = () => [
  { id: "d-4", name: "forge", hostname: "forge.local", os: "linux x86_64", version: "0.4.2", online: false, since: ago(31), offers: [{ service: "terminals", version: 1, features: ["bash"] }, { service: "workers", version: 1, features: [] }], allowed: ["terminals"], clockAheadMs: 0, terminals: 0, jobs: 0, registeredAt: ago(60 * 24 * 9) },
  { id: "d-7", name: "build-box", hostname: "build-box.example.internal", os: "linux aarch64", version: "0.4.2", online: true, since: ago(200), offers: [{ service: "terminals", version: 1, features: ["zsh"] }, { service: "recipes", version: 1, features: ["nightly", "deploy"] }, { service: "workers", version: 1, features: [] }], allowed: ["terminals", "workers"], clockAheadMs: 61_000, terminals: 2, jobs: 1, registeredAt: ago(60 * 24 * 4) },
];

/** Adds the calls of the page of devices to a fixture. `scenario`: usual, empty, phone, many. */
export function extendWithDevices(fixture, { scenario = "usual" } = {}) {
  const state = {
    devices: scenario === "empty" ? devices().slice(0, 1) : devices({ many: scenario === "many", phone: scenario === "phone" }),
    nodes: scenario === "empty" ? [] : nodes(),
    pairings: scenario === "usual" ? [{ id: "p-0", state: "claimed", code: "730114", name: "Pixel 9", kind: "phone", keyed: true, from: "100.101.4.22", role: "member", scopes: ["read", "chat", "approve", "publish", "terminal_read"], upgradeOf: "d-2", by: "Pixel 9", createdAt: ago(1), expiresAt: ahead(9) }] : [],
    listening: {
      listeners: scenario === "empty" ? listeners().map((one) => (one.kind === "loopback" ? one : { ...one, chosen: false, state: "off", why: undefined, urls: one.kind === "tailnet" ? [] : [] })) : listeners(),
      tailscale: scenario === "empty" ? { state: "missing", addresses: [] } : { state: "running", version: "1.90.1", name: "attic.tern.ts.net", addresses: ["100.101.4.7"], login: "ada@example.com" },
      logins: scenario === "empty" ? [] : ["ada@example.com", "mia@example.com"],
      allow: scenario === "empty" ? [] : ["mia@example.com"],
      allowOrigin: "user",
    },
    /** What a device of its own is told on its page. */
    progress: { state: "claimed" },
    standing: "good",
  };
  const changed = () => fixture.ephemeral({ type: "pairing.changed" });
  let made = 0;
  const claim = (name = "Pixel 9a") => {
    const open = state.pairings.find((one) => one.state === "open");
    if (open) Object.assign(open, { state: "claimed", code: "418207", name, kind: "phone", platform: "Chrome on Android", keyed: true, login: "ada@example.com", from: "100.101.4.22" });
    changed();
  };
  const calls = {
    "device.list": () => ({ devices: state.devices }),
    "device.rename": ({ id, name }) => Object.assign(state.devices.find((one) => one.id === id), { name }),
    "device.revoke": ({ id }) => Object.assign(state.devices.find((one) => one.id === id), { revokedAt: new Date().toISOString(), connected: false }),
    "pairing.list": () => ({ pairings: state.pairings }),
    "pairing.start": ({ address, role = "member" }) => {
      made += 1;
      const addresses = scenario === "empty" ? [{ url: "http://127.0.0.1:7817", tier: "secure", listener: "loopback" }] : [{ url: "https://attic.tern.ts.net", tier: "secure", listener: "serve" }, { url: "http://100.101.4.7:7817", tier: "plain", listener: "tailnet" }];
      const id = `p-${made}`;
      const scopes = role === "node" ? ["node"] : ["read", "chat", "approve"];
      state.pairings.unshift({ id, state: "open", role, scopes, keyed: false, by: "owner", createdAt: ago(0), expiresAt: ahead(9.9) });
      return { id, url: `${address ?? addresses[0].url}/pair#p=1&s=0f3a9c4e&n=${"A7".repeat(11)}`, addresses, expiresAt: ahead(9.9), role, scopes };
    },
    "pairing.approve": ({ id, scopes }) => {
      const pairing = state.pairings.find((one) => one.id === id);
      pairing.state = "approved";
      const known = state.devices.find((one) => one.id === pairing.upgradeOf);
      if (known) return Object.assign(known, { scopes });
      const device = { id: `d-${id}`, name: pairing.name, kind: "phone", role: "member", scopes, keyed: true, createdAt: ago(0), lastSeenAt: ago(0), current: false, connected: true };
      state.devices.splice(1, 0, device);
      setTimeout(changed, 30);
      return device;
    },
    "pairing.deny": ({ id }) => (Object.assign(state.pairings.find((one) => one.id === id) ?? {}, { state: "denied" }), { ok: true }),
    "pairing.request": ({ scopes }) => ({ ok: true, claim: "c", pairing: { id: "p-r", state: "claimed", code: "730114", role: "member", scopes, keyed: true, by: "Pixel 9", createdAt: ago(0), expiresAt: ahead(9.9) } }),
    "listen.show": () => state.listening,
    "listen.set": (change) => {
      for (const one of state.listening.listeners) {
        const chosen = one.kind === "address" ? (change.address === undefined ? one.chosen : change.address !== "") : (change[one.kind] ?? one.chosen);
        Object.assign(one, { chosen, state: chosen ? (one.why ? "waiting" : "open") : "off" });
      }
      if (change.allow) state.listening.allow = change.allow;
      return state.listening;
    },
    "node.list": () => ({ nodes: state.nodes }),
    "node.allow": ({ id, services }) => Object.assign(state.nodes.find((one) => one.id === id), { allowed: services }),
    "presence.list": () => ({ present: [] }),
  };
  const before = fixture.world.call;
  fixture.world.call = (method, params, ...rest) => (calls[method] ? calls[method](params) : before(method, params, ...rest));
  fixture.world.open = {
    "/pair/claim": () => ({ pairingId: "p-1", code: "418207", claim: "c", serverId: "0f3a9c4e", secure: true, role: "member", scopes: ["read", "chat", "approve"], expiresAt: ahead(8.7) }),
    "/pair/state": () => state.progress,
    "/pair/cancel": () => ({ ok: true }),
    "/auth/challenge": () => ({ challenge: "q", serverId: "0f3a9c4e", expiresAt: ahead(1) }),
    "/auth/device": () => {
      if (state.standing === "revoked") throw Object.assign(new Error("This device was revoked."), { status: 401, code: "device.revoked" });
      fixture.world.signedIn = true;
      return { ok: true, expiresAt: ahead(720) };
    },
  };
  return { state, claim, changed };
}

// Scopes as people read and tick them.

import type { DeviceKind, DeviceRole, DeviceShown, Permission } from "../client";
import type { IconName } from "../components";
import { words } from "./scope-words";

interface Tick {
  scope: Permission;
  name: string;
  hint: string;
}

/** What a device of a person can be let do, the usual first. */
export const EVERYDAY: readonly Tick[] = [
  { scope: "read", name: words.read, hint: words.readHint },
  { scope: "chat", name: words.chat, hint: words.chatHint },
  { scope: "approve", name: words.approve, hint: words.approveHint },
  { scope: "jobs", name: words.jobs, hint: words.jobsHint },
  { scope: "merge", name: words.merge, hint: words.mergeHint },
  { scope: "publish", name: words.publish, hint: words.publishHint },
  { scope: "terminal_read", name: words.terminalRead, hint: words.terminalReadHint },
  { scope: "terminal_write", name: words.terminalWrite, hint: words.terminalWriteHint },
];

/** Power over the crew itself and over other devices. */
export const MANAGING: readonly Tick[] = [
  { scope: "pair", name: words.pair, hint: words.pairHint },
  { scope: "admin", name: words.admin, hint: words.adminHint },
];

const NAMES = new Map<Permission, string>([...EVERYDAY, ...MANAGING].map((one) => [one.scope, one.name]));
NAMES.set("work", words.work).set("node", words.node);

/** In the order of the ticks, whatever order they came in. */
export function scopesText(scopes: readonly Permission[]): string {
  if (scopes.includes("node")) return words.nodeOnly;
  const has = new Set(scopes);
  if ([...EVERYDAY, ...MANAGING].every(({ scope }) => has.has(scope))) return words.everything;
  const names = [...NAMES].filter(([scope]) => has.has(scope)).map(([, name]) => name);
  return names.length > 0 ? names.join(", ") : words.nothing;
}

/** The scopes after one box was pressed. Whoever types also sees; nothing goes without reading. */
export function ticked(scopes: readonly Permission[], scope: Permission, on: boolean): Permission[] {
  const next = new Set(scopes);
  if (on) {
    next.add(scope).add("read");
    if (scope === "terminal_write") next.add("terminal_read");
  } else {
    next.delete(scope);
    if (scope === "terminal_read") next.delete("terminal_write");
  }
  return [...next];
}

/** The same scopes, in whatever order. */
export function sameScopes(a: readonly Permission[], b: readonly Permission[]): boolean {
  return a.length === b.length && a.every((scope) => b.includes(scope));
}

/** What whoever looks at the page may let others do. Whoever is no device holds the owner's own token. */
export function grantable(me: DeviceShown | undefined): ReadonlySet<Permission> {
  return new Set(me ? me.scopes : [...EVERYDAY, ...MANAGING].map((one) => one.scope));
}

const ROLES: Record<DeviceRole, string> = {
  owner: words.roleOwner,
  member: words.roleMember,
  approver: words.roleApprover,
  viewer: words.roleViewer,
  node: words.roleNode,
};

export function roleText(role: DeviceRole): string {
  return ROLES[role] ?? role;
}

const KINDS: Record<DeviceKind, [icon: IconName, name: string]> = {
  phone: ["phone", words.kindPhone],
  browser: ["globe", words.kindBrowser],
  cli: ["terminal", words.kindCli],
  node: ["node", words.kindNode],
  desktop: ["pane", words.kindDesktop],
};

export function kindIcon(kind: DeviceKind): IconName {
  return KINDS[kind]?.[0] ?? "phone";
}

export function kindText(kind: DeviceKind): string {
  return KINDS[kind]?.[1] ?? kind;
}

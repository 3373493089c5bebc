// Begins a terminal: in the folder of a workspace here, or on another machine that lends its own.

import type { Node, Workspace } from "../client";
import { Button, IconButton, Menu } from "../components";
import { Lacking } from "../devices/Lacking";
import { words } from "./words";

/** Where one begins: on this machine in the first trusted workspace unless said otherwise. */
export interface Where {
  workspaceId?: string;
  node?: string;
}

/** Machines that are there, offer terminals, and are let. */
export function lending(nodes: readonly Node[]): Node[] {
  return nodes.filter((one) => one.online && one.allowed.includes("terminals") && one.offers.some(({ service }) => service === "terminals"));
}

export function NewTerminal({
  workspaces,
  nodes,
  may,
  busy,
  large,
  onOpen,
}: {
  /** Trusted ones. */
  workspaces: readonly Workspace[];
  nodes: readonly Node[];
  /** Whether this device may. */
  may: boolean;
  busy: boolean;
  /** The one button of an empty page. */
  large?: boolean;
  onOpen: (where: Where) => void;
}) {
  if (!may) return large ? <Lacking scope="terminal_write" what={words.mayNotOpen} /> : null;
  const machines = lending(nodes);
  const items = [
    ...workspaces.map((one) => ({ label: words.openIn(one.name), icon: "terminal" as const, onSelect: () => onOpen({ workspaceId: one.id }) })),
    ...machines.map((one) => ({ label: words.openOn(one.name), icon: "node" as const, onSelect: () => onOpen({ node: one.id }) })),
  ];
  const [only] = items;
  const act = items.length > 1 ? undefined : () => (machines.length > 0 ? only?.onSelect() : onOpen(large && workspaces[0] ? { workspaceId: workspaces[0].id } : {}));
  const label = machines.length > 0 && items.length === 1 ? (only?.label ?? words.open) : words.open;
  const button = large ? (
    <Button look="primary" icon="plus" busy={busy} disabled={items.length === 0} {...(act ? { onClick: act } : {})}>
      {label}
    </Button>
  ) : (
    <IconButton label={label} icon="plus" busy={busy} disabled={items.length === 0} {...(act ? { onClick: act } : {})} />
  );
  return act ? button : <Menu trigger={button} items={items} />;
}

// Terminals of this machine and of those that lend themselves: in tabs, one or several at a time, each where it was when one comes back to it.

import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { PageBar, useAction, useCall, useClient, useMay, useModel, useNarrow } from "../app";
import { ConfirmDialog, EmptyState, ErrorState, FailureDialog, Icon, Skeleton } from "../components";
import type { Terminal } from "../client";
import { Lacking } from "../devices/Lacking";
import { EndedPane } from "./EndedPane";
import { GatewayProvider } from "./gateway-context";
import { tabText } from "./how-ended";
import { idsOf, MOST, type Way } from "./layout/layout";
import { Panes } from "./layout/Panes";
import { useLayout } from "./layout/useLayout";
import { lending, NewTerminal, type Where } from "./NewTerminal";
import { keepLook, loadLook } from "./preferences";
import { TerminalPane } from "./TerminalPane";
import { useTerminalList } from "./useTerminalList";
import { words } from "./words";
import "./terminals.css";

export default function TerminalsPage() {
  return (
    <GatewayProvider>
      <Terminals />
    </GatewayProvider>
  );
}

function Terminals() {
  const list = useTerminalList();
  const call = useClient();
  const action = useAction();
  const narrow = useNarrow();
  const [look, setLook] = useState(loadLook);
  const [closing, setClosing] = useState<Terminal>();
  const workspaces = useModel((state) => state.workspaces.value ?? NO_WORKSPACES);
  const trusted = workspaces.filter((one) => one.trusted);
  const mayWrite = useMay("terminal_write");
  const machines = useCall("node.list", {}, useModel((state) => state.deviceChanges));
  const nodes = machines.value?.nodes ?? NO_NODES;
  // Before both are read nobody can say that there is no place for one.
  const known = useModel((state) => (state.workspaces.value ?? state.workspaces.failure) !== undefined) && (machines.value ?? machines.failure) !== undefined;
  const nowhere = trusted.length === 0 && lending(nodes).length === 0;
  const machineOf = (one: Terminal) => (one.node === undefined ? undefined : (nodes.find(({ id }) => id === one.node)?.name ?? one.node));
  const isAway = (one: Terminal) => nodes.some(({ id, online }) => id === one.node && !online);
  const all = [...(list.value?.terminals ?? [])].reverse();
  const first = all.find((one) => one.state === "running") ?? all.at(-1);
  const shown = useLayout(all.map((one) => one.id), first?.id, narrow);
  const current = all.find((one) => one.id === shown.active);
  const many = shown.layout ? idsOf(shown.layout) : [];
  const [replayed, setReplayed] = useState<ReadonlySet<string>>(new Set());
  const open = (where: Where) =>
    void action.run(async () => {
      const { terminal } = await call("terminals.open", where);
      list.reload();
      shown.choose(terminal.id);
    });
  const close = (terminal: Terminal) =>
    void action.run(async () => {
      // As it was when it was asked about: one that ended meanwhile is kept, since that is what was said.
      await call(terminal.state === "running" ? "terminals.close" : "terminals.remove", { id: terminal.id });
      setClosing(undefined);
      list.reload();
    });
  const toTabs = () => document.querySelector<HTMLElement>(".tm__tabs [aria-selected=true]")?.focus();
  // One that runs and is not shown, or a new one.
  const beside = (at: Terminal, way: Way) => {
    const free = all.find((one) => one.state === "running" && !many.includes(one.id));
    if (free) return shown.beside(at.id, way, free.id);
    void action.run(async () => {
      // On the same machine: somebody who works there does not mean this one.
      const where = at.node !== undefined ? { node: at.node } : at.workspaceId === undefined ? {} : { workspaceId: at.workspaceId };
      const { terminal } = await call("terminals.open", where);
      list.reload();
      shown.beside(at.id, way, terminal.id);
    });
  };
  const share = (one: Terminal) => {
    if (narrow) return undefined;
    const together = many.length > 1 ? { alone: () => shown.alone(one.id), hide: () => shown.hide(one.id) } : {};
    // Where a new one would have to be opened for it, it takes more than watching.
    const can = mayWrite || all.some((other) => other.state === "running" && !many.includes(other.id));
    return many.length >= MOST || !can ? together : { beside: (way: Way) => beside(one, way), ...together };
  };
  const pane = (terminal: Terminal) =>
    terminal.state === "running" || (seenRunning.has(terminal.id) && !replayed.has(terminal.id)) ? (
      <TerminalPane
        key={terminal.id}
        listed={terminal}
        machine={machineOf(terminal)}
        away={isAway(terminal)}
        mayType={mayWrite}
        look={look}
        onLook={(next) => setLook(keepLook(next))}
        onLeave={toTabs}
        onClose={() => setClosing(terminal)}
        onReplay={() => setReplayed((before) => new Set([...before, terminal.id]))}
        active={terminal.id === shown.active}
        share={share(terminal)}
      />
    ) : (
      <EndedPane key={terminal.id} terminal={terminal} look={look} onClose={mayWrite ? () => setClosing(terminal) : undefined} />
    );
  // Whoever watched the end keeps the last screen; it is read from the recording when one comes back later.
  for (const one of all) if (one.state === "running") seenRunning.add(one.id);
  return (
    <div className="tm">
      {all.length === 0 ? <PageBar title={words.title} /> : <Title />}
      {all.length > 0 ? (
        <div className="tm__bar">
          <div className="tm__tabs" role="tablist" aria-label={words.tabs}>
            {all.map((one) => (
              <Tab key={one.id} terminal={one} machine={machineOf(one)} on={one.id === current?.id} onChoose={() => shown.choose(one.id)} onMove={(by) => move(all, one.id, by, shown.choose)} onClose={mayWrite ? () => setClosing(one) : undefined} />
            ))}
          </div>
          <NewTerminal workspaces={trusted} nodes={nodes} may={mayWrite} busy={action.busy} onOpen={open} />
        </div>
      ) : null}
      {current && shown.layout ? (
        <div className="tm__panes" role="tabpanel" aria-label={current.name}>
          <Panes
            layout={shown.layout}
            active={current.id}
            onActive={shown.setActive}
            onLayout={shown.setLayout}
            pane={(id) => {
              const one = all.find((other) => other.id === id);
              return one ? pane(one) : null;
            }}
          />
        </div>
      ) : list.failure ? (
        list.failure.code === "forbidden" ? (
          <EmptyState icon="terminal" title={words.failedTitle}>
            <Lacking scope="terminal_read" what={words.mayNotSee} />
          </EmptyState>
        ) : (
          <ErrorState title={words.failedTitle} error={list.failure} onRetry={list.reload} />
        )
      ) : list.value && known ? (
        <EmptyState
          icon="terminal"
          title={words.empty}
          action={
            nowhere && mayWrite ? (
              <Link to="/settings" hash="checks" className="btn">
                {words.toTrust}
              </Link>
            ) : (
              <NewTerminal large workspaces={trusted} nodes={nodes} may={mayWrite} busy={action.busy} onOpen={open} />
            )
          }
        >
          {nowhere ? words.untrusted : trusted.length > 0 ? words.emptyText : words.onMachines}
        </EmptyState>
      ) : (
        <Skeleton rows={8} />
      )}
      <ConfirmDialog
        open={closing !== undefined}
        onClose={() => setClosing(undefined)}
        title={closing ? (closing.state === "running" ? words.closeTitle(closing.name) : words.removeTitle(closing.name)) : ""}
        text={closing?.state === "running" ? words.closeText : words.removeText}
        yes={closing?.state === "running" ? words.close : words.remove}
        danger
        busy={action.busy}
        onYes={() => {
          if (closing) close(closing);
        }}
      />
      <FailureDialog
        failure={action.failure}
        title={words.title}
        onClear={action.clear}
      />
    </div>
  );
}

const NO_WORKSPACES: never[] = [];
const NO_NODES: never[] = [];
const seenRunning = new Set<string>();

/** Where tabs take the place of the bar, the page still has a name. */
function Title() {
  return <h1 className="unseen">{words.title}</h1>;
}

function move(all: readonly Terminal[], id: string, by: number, choose: (id: string) => void): void {
  const at = all.findIndex((one) => one.id === id);
  const next = all[(at + by + all.length) % all.length];
  if (!next) return;
  choose(next.id);
  requestAnimationFrame(() => document.getElementById(`tm-${next.id}`)?.focus());
}

function Tab({ terminal, machine, on, onChoose, onMove, onClose }: { terminal: Terminal; machine: string | undefined; on: boolean; onChoose: () => void; onMove: (by: number) => void; /** Missing where this device may not. */ onClose: (() => void) | undefined }) {
  const keys: Record<string, () => void> = { ArrowRight: () => onMove(1), ArrowLeft: () => onMove(-1), ...(onClose ? { Delete: onClose } : {}) };
  return (
    <div className={`tt${on ? " on" : ""}${terminal.state === "running" ? "" : " c3"}`} role="presentation">
      <button
        id={`tm-${terminal.id}`}
        type="button"
        role="tab"
        aria-selected={on}
        tabIndex={on ? 0 : -1}
        {...(onClose ? { "aria-keyshortcuts": "Delete" } : {})}
        className="tm__tab"
        onClick={onChoose}
        onKeyDown={(event) => {
          const own = keys[event.key];
          if (!own) return;
          event.preventDefault();
          own();
        }}
      >
        <Icon name={machine === undefined ? "terminal" : "node"} size="s" />
        <span className="trunc">
          {tabText(terminal)}
          {machine === undefined ? null : <span className="c3"> {words.onMachine(machine)}</span>}
        </span>
      </button>
      {/* For the mouse: a row of tabs holds tabs alone. By key it is Delete, and the menu of the terminal has it too. */}
      {onClose ? (
        <button type="button" className="tm__x" tabIndex={-1} aria-hidden="true" title={words.closeNamed(terminal.name)} onClick={onClose}>
          <Icon name="x" size="s" />
        </button>
      ) : null}
    </div>
  );
}

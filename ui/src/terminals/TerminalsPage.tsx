// Terminals of this machine: in tabs, one or several at a time, each where it was when one comes back to it.

import { useState } from "react";
import { PageBar, useAction, useClient, useModel, useNarrow } from "../app";
import { Button, ConfirmDialog, EmptyState, ErrorState, FailureDialog, Icon, IconButton, Menu, Skeleton } from "../components";
import type { Terminal } from "../client";
import { EndedPane } from "./EndedPane";
import { GatewayProvider } from "./gateway-context";
import { tabText } from "./how-ended";
import { idsOf, MOST, type Way } from "./layout/layout";
import { Panes } from "./layout/Panes";
import { useLayout } from "./layout/useLayout";
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
  const all = [...(list.value?.terminals ?? [])].reverse();
  const first = all.find((one) => one.state === "running") ?? all.at(-1);
  const shown = useLayout(all.map((one) => one.id), first?.id, narrow);
  const current = all.find((one) => one.id === shown.active);
  const many = shown.layout ? idsOf(shown.layout) : [];
  const [replayed, setReplayed] = useState<ReadonlySet<string>>(new Set());
  const open = (workspaceId?: string) =>
    void action.run(async () => {
      const { terminal } = await call("terminals.open", workspaceId === undefined ? {} : { workspaceId });
      list.reload();
      shown.choose(terminal.id);
    });
  const close = (terminal: Terminal) =>
    void action.run(async () => {
      await call("terminals.close", { id: terminal.id });
      setClosing(undefined);
      list.reload();
    });
  const toTabs = () => document.querySelector<HTMLElement>(".tm__tabs [aria-selected=true]")?.focus();
  const newButton =
    trusted.length > 1 ? (
      <Menu
        trigger={<IconButton label={words.open} icon="plus" />}
        items={trusted.map((one) => ({ label: words.openIn(one.name), icon: "terminal" as const, onSelect: () => open(one.id) }))}
      />
    ) : (
      <IconButton label={words.open} icon="plus" busy={action.busy} disabled={trusted.length === 0} onClick={() => open()} />
    );
  // One that runs and is not shown, or a new one.
  const beside = (at: Terminal, way: Way) => {
    const free = all.find((one) => one.state === "running" && !many.includes(one.id));
    if (free) return shown.beside(at.id, way, free.id);
    void action.run(async () => {
      const { terminal } = await call("terminals.open", at.workspaceId === undefined ? {} : { workspaceId: at.workspaceId });
      list.reload();
      shown.beside(at.id, way, terminal.id);
    });
  };
  const share = (one: Terminal) => {
    if (narrow) return undefined;
    const together = many.length > 1 ? { alone: () => shown.alone(one.id), hide: () => shown.hide(one.id) } : {};
    return many.length >= MOST ? together : { beside: (way: Way) => beside(one, way), ...together };
  };
  const pane = (terminal: Terminal) =>
    terminal.state === "running" || (seenRunning.has(terminal.id) && !replayed.has(terminal.id)) ? (
      <TerminalPane
        key={terminal.id}
        listed={terminal}
        look={look}
        onLook={(next) => setLook(keepLook(next))}
        onLeave={toTabs}
        onClose={() => setClosing(terminal)}
        onReplay={() => setReplayed((before) => new Set([...before, terminal.id]))}
        active={terminal.id === shown.active}
        share={share(terminal)}
      />
    ) : (
      <EndedPane key={terminal.id} terminal={terminal} look={look} onClose={() => setClosing(terminal)} />
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
              <Tab key={one.id} terminal={one} on={one.id === current?.id} onChoose={() => shown.choose(one.id)} onMove={(by) => move(all, one.id, by, shown.choose)} onClose={() => setClosing(one)} />
            ))}
          </div>
          {newButton}
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
        <ErrorState
          title={words.failedTitle}
          error={list.failure.code === "forbidden" ? { code: list.failure.code, message: words.noScope } : list.failure}
          onRetry={list.reload}
        />
      ) : list.value ? (
        <EmptyState
          icon="terminal"
          title={words.empty}
          action={
            <Button look="primary" icon="plus" busy={action.busy} disabled={trusted.length === 0} onClick={() => open(trusted[0]?.id)}>
              {words.open}
            </Button>
          }
        >
          {trusted.length === 0 ? words.untrusted : words.emptyText}
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

function Tab({ terminal, on, onChoose, onMove, onClose }: { terminal: Terminal; on: boolean; onChoose: () => void; onMove: (by: number) => void; onClose: () => void }) {
  const keys: Record<string, () => void> = { ArrowRight: () => onMove(1), ArrowLeft: () => onMove(-1), Delete: onClose };
  return (
    <div className={`tt${on ? " on" : ""}${terminal.state === "running" ? "" : " c3"}`} role="presentation">
      <button
        id={`tm-${terminal.id}`}
        type="button"
        role="tab"
        aria-selected={on}
        tabIndex={on ? 0 : -1}
        aria-keyshortcuts="Delete"
        className="tm__tab"
        onClick={onChoose}
        onKeyDown={(event) => {
          const own = keys[event.key];
          if (!own) return;
          event.preventDefault();
          own();
        }}
      >
        <Icon name="terminal" size="s" />
        <span className="trunc">{tabText(terminal)}</span>
      </button>
      {/* For the mouse: a row of tabs holds tabs alone. By key it is Delete, and the menu of the terminal has it too. */}
      <button type="button" className="tm__x" tabIndex={-1} aria-hidden="true" title={words.closeNamed(terminal.name)} onClick={onClose}>
        <Icon name="x" size="s" />
      </button>
    </div>
  );
}

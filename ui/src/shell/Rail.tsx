// The rail: workspaces with their sessions, then the crew's rooms.

import { Link, useLocation, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useMay, useModel } from "../app";
import { Count, Icon, IconButton, type IconName, Kbd, Skeleton, State } from "../components";
import type { Session, Workspace } from "../client";
import { useKnocking } from "../devices/useKnocking";
import { newestFirst } from "../model";
import { Logo } from "./Logo";
import { words } from "./words";

export function Rail({ onSearch, onNewSession }: { onSearch: () => void; onNewSession: (workspaceId?: string) => void }) {
  const may = useMay("chat");
  return (
    <nav className="rail" aria-label={words.main}>
      <div className="rail__top">
        <Logo />
        <span className="strong grow">Pilothouse</span>
        <IconButton small label={words.search} icon="search" onClick={onSearch} />
        {may ? <IconButton small label={words.newSession} icon="plus" onClick={() => onNewSession()} /> : null}
      </div>
      <RailBody onNewSession={onNewSession} />
    </nav>
  );
}

/** Also the whole navigation of the phone. */
export function RailBody({ onNewSession }: { onNewSession: (workspaceId?: string) => void }) {
  const queue = useModel((state) => state.status.value?.queues.merge);
  const waiting = Object.values(queue ?? {}).reduce((sum, n) => sum + n, 0);
  // The doctor is one of the pages of the settings, with an address of its own.
  const atDoctor = useLocation({ select: ({ pathname }) => pathname === "/doctor" });
  return (
    <>
      <div className="rail__scroll">
        <Workspaces onNewSession={onNewSession} />
        <div className="rail__sect">
          <div className="label">{words.crew}</div>
          <Room to="/queue" icon="stack" label={words.queue} count={waiting} />
          <Room to="/terminals" icon="terminal" label={words.terminals} />
          <Room to="/agents" icon="helm" label={words.agents} />
          <DevicesRoom />
        </div>
      </div>
      <div className="rail__foot">
        <Link to="/settings" className={atDoctor ? "nav on" : "nav"} activeProps={{ className: "nav on", "aria-current": "page" }}>
          <Icon name="sliders" />
          <span className="grow trunc">{words.settings}</span>
          <Kbd keys="mod+," />
        </Link>
      </div>
    </>
  );
}

function DevicesRoom() {
  return <Room to="/devices" icon="phone" label={words.devices} asks={useKnocking()} />;
}

function Room({ to, icon, label, count, asks }: { to: "/queue" | "/terminals" | "/agents" | "/devices"; icon: IconName; label: string; count?: number; asks?: number }) {
  return (
    <Link to={to} className="nav" activeProps={{ className: "nav on", "aria-current": "page" }}>
      <Icon name={icon} />
      <span className="grow trunc">{label}</span>
      {count ? <Count value={count} label={words.inTheQueue} /> : null}
      {asks ? <Count value={asks} needs label={words.waitingForYou} /> : null}
    </Link>
  );
}

function Workspaces({ onNewSession }: { onNewSession: (workspaceId?: string) => void }) {
  const workspaces = useModel((state) => state.workspaces);
  const sessions = useModel((state) => state.sessions.value) ?? [];
  const may = useMay("admin");
  const loose = sessions.filter((session) => !session.workspaceId);
  return (
    <div className="rail__sect">
      <div className="label">
        <h2 className="label__text label">{words.workspaces}</h2>
        {may ? (
          <Link to="/first-run" className="btn btn--ghost btn--s btn--icon" aria-label={words.addWorkspace} title={words.addWorkspace}>
            <Icon name="folder" size="s" />
          </Link>
        ) : null}
      </div>
      {workspaces.value === undefined ? (
        <Skeleton rows={3} row={28} />
      ) : workspaces.value.length === 0 ? (
        <Link to="/first-run" className="nav">
          <Icon name="plus" />
          <span className="grow trunc">{words.noWorkspaces}</span>
        </Link>
      ) : (
        workspaces.value.map((workspace) => (
          <WorkspaceTree
            key={workspace.id}
            workspace={workspace}
            sessions={sessions.filter((session) => session.workspaceId === workspace.id)}
            onNewSession={() => onNewSession(workspace.id)}
          />
        ))
      )}
      {loose.map((session) => (
        <SessionRow key={session.sessionId} workspaceId="-" session={session} />
      ))}
    </div>
  );
}

/** Sessions shown before the rest is folded away. */
const SHOWN = 12;

function WorkspaceTree({ workspace, sessions, onNewSession }: { workspace: Workspace; sessions: Session[]; onNewSession: () => void }) {
  const params = useParams({ strict: false });
  const here = params.workspace === workspace.id;
  const [open, setOpen] = useOpen(workspace.id, here);
  const [all, setAll] = useState(false);
  const failed = sessions.some((session) => session.failed);
  const asks = sessions.reduce((sum, session) => sum + session.pendingApprovals, 0);
  const recent = newestFirst(sessions);
  const may = useMay("chat");
  const kept = new Set(recent.slice(0, all ? recent.length : SHOWN).map((session) => session.sessionId));
  if (params.session) kept.add(params.session);
  // The order stays as made, so that rows do not jump while people read; only which are shown follows activity.
  const shown = sessions.filter((session) => kept.has(session.sessionId));
  return (
    <div>
      <button type="button" className="nav" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? "down" : "right"} />
        <span className={`grow trunc${open ? " strong rail__open" : ""}`} title={workspace.repoRoot}>
          {workspace.name}
        </span>
        {!open && asks > 0 ? <Count value={asks} needs label={words.waitingForYou} /> : null}
        {!open && failed && asks === 0 ? <State kind="failed" size="s" label={words.failed} /> : null}
        {open ? <span className="t1 c3 mono trunc rail__branch">{workspace.baseBranch}</span> : null}
      </button>
      {open ? (
        <>
          {shown.map((session) => (
            <SessionRow key={session.sessionId} workspaceId={workspace.id} session={session} />
          ))}
          {may && sessions.length === 0 ? (
            <button type="button" className="nav sub" onClick={onNewSession}>
              <span className="grow trunc c3">{words.newSession}</span>
            </button>
          ) : null}
          {shown.length < sessions.length || all ? (
            <button type="button" className="nav sub" onClick={() => setAll(!all)}>
              <span className="grow trunc c3">{all ? words.fewer : words.moreSessions(sessions.length - shown.length)}</span>
            </button>
          ) : null}
        </>
      ) : null}
    </div>
  );
}

function useOpen(workspaceId: string, here: boolean): [boolean, (open: boolean) => void] {
  const key = `pilothouse.open.${workspaceId}`;
  const [chosen, setChosen] = useState<boolean | undefined>(() => {
    const kept = localStorage.getItem(key);
    return kept === null ? undefined : kept === "1";
  });
  const first = useModel((state) => state.workspaces.value?.[0]?.id === workspaceId);
  return [
    chosen ?? (here || first),
    (open) => {
      setChosen(open);
      localStorage.setItem(key, open ? "1" : "0");
    },
  ];
}

function SessionRow({ workspaceId, session }: { workspaceId: string; session: Session }) {
  return (
    <Link
      to="/w/$workspace/s/$session"
      params={{ workspace: workspaceId, session: session.sessionId }}
      className="nav sub"
      activeProps={{ className: "nav sub on", "aria-current": "page" }}
    >
      <span className="grow trunc" title={session.label}>
        {session.label || session.sessionId}
      </span>
      {session.pendingApprovals > 0 ? (
        <Count value={session.pendingApprovals} needs label={words.waitingForYou} />
      ) : session.runningJobs > 0 ? (
        <State kind="running" size="s" label={words.running} />
      ) : session.failed ? (
        <State kind="failed" size="s" label={words.failed} />
      ) : null}
    </Link>
  );
}

// Everything by name: sessions, jobs, entries, rooms and commands.

import { Command } from "cmdk";
import { Dialog } from "radix-ui";
import { useNavigate } from "@tanstack/react-router";
import { chooseTheme, keysOf, useAction, useCrew, useMay, useModel } from "../app";
import { Icon, type IconName, InlineText, Kbd, plainLine, shortId } from "../components";
import type { ShortcutId } from "../app";
import { words as deviceWords } from "../devices/words";
import { holdsOf, holdWords } from "../hold";
import { platform } from "../platform";
import { openPublish, publishWords } from "../publish";
import { lastSession } from "./last";
import { words } from "./words";

interface Row {
  id: string;
  label: string;
  icon: IconName;
  after?: string;
  keys?: string;
  run: () => void;
}

export function Palette({
  open,
  onOpenChange,
  onClosed,
  onNewSession,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** It is gone, and nothing has the focus. */
  onClosed: () => void;
  onNewSession: () => void;
}) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim" />
        <Dialog.Content
          className="dialog dialog--top"
          aria-describedby={undefined}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            onClosed();
          }}
        >
          <Dialog.Title className="unseen">{words.search}</Dialog.Title>
          <PaletteBody close={() => onOpenChange(false)} onNewSession={onNewSession} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function PaletteBody({ close, onNewSession }: { close: () => void; onNewSession: () => void }) {
  const crew = useCrew();
  const navigate = useNavigate();
  const sessions = useModel((state) => state.sessions.value) ?? [];
  const workspaces = useModel((state) => state.workspaces.value) ?? [];
  const jobs = useModel((state) => state.jobBoard.value?.jobs) ?? [];
  const queues = useModel((state) => state.merge.value) ?? [];
  // Left open until it is gone, so that a refusal has a place to be said.
  const leaving = useAction();
  const held = useModel((state) => holdsOf(state.status.value).length > 0);
  const known = useModel((state) => state.status.value !== undefined);
  const mayAdmin = useMay("admin");
  const mayChat = useMay("chat");
  const hold = (method: "system.hold" | "system.resume") => () =>
    void leaving.run(async () => {
      await crew.call(method, {});
      await crew.refresh("status");
      close();
    });
  const go = (work: () => unknown) => () => {
    close();
    void work();
  };
  const workspaceName = (id: string | null) => workspaces.find((one) => one.id === id)?.name ?? "";
  const command = (id: ShortcutId, label: string, icon: IconName, run: () => void): Row => ({ id, label, icon, keys: keysOf(id), run });

  // From the conversation that is open, or was open last.
  const published = lastSession() ?? sessions[0]?.sessionId;
  const publishing = published ? ([["push", publishWords.pushOnly, "up"], ["pr", publishWords.pushAndPr, "pr"]] as const) : [];

  const groups: Array<[string, Row[]]> = [
    [
      words.sessions,
      sessions.map((session) => ({
        id: `s-${session.sessionId}`,
        label: session.label || session.sessionId,
        icon: "chat",
        after: workspaceName(session.workspaceId),
        run: go(() => navigate({ to: "/w/$workspace/s/$session", params: { workspace: session.workspaceId ?? "-", session: session.sessionId } })),
      })),
    ],
    [
      words.jobs,
      jobs.slice(0, 100).map((job) => ({
        id: job.id,
        label: plainLine(job.title || job.kind),
        icon: "helm",
        after: shortId(job.id),
        run: go(() => navigate({ to: "/jobs/$jobId", params: { jobId: job.id } })),
      })),
    ],
    [
      words.mergeQueue,
      queues
        .flatMap((queue) => [...queue.entries, ...queue.recent.slice(0, 20)])
        .map((entry) => ({
          id: entry.id,
          label: plainLine(entry.title),
          icon: "merge",
          after: shortId(entry.id),
          run: go(() => navigate({ to: "/review/$reviewId", params: { reviewId: entry.id } })),
        })),
    ],
    [
      words.commands,
      [
        ...(mayChat ? [command("session.new", words.newSession, "plus", go(onNewSession))] : []),
        ...(mayAdmin ? [{ id: "add", label: words.addWorkspace, icon: "folder" as const, run: go(() => navigate({ to: "/first-run" })) }] : []),
        command("go.queue", words.queue, "stack", go(() => navigate({ to: "/queue" }))),
        command("go.approvals", words.approvals, "needs", go(() => navigate({ to: "/approvals" }))),
        command("settings", words.settings, "sliders", go(() => navigate({ to: "/settings" }))),
        ...publishing.map(([mode, label, icon]) => ({ id: `publish-${mode}`, label: `${publishWords.publish}: ${label}`, icon, keys: mode === "pr" ? keysOf("publish") : "", run: go(() => published && openPublish({ sessionId: published, mode })) })),
        ...(known && mayAdmin
          ? [
              held
                ? { id: "resume-all", label: holdWords.resume, icon: "play" as const, run: hold("system.resume") }
                : { id: "pause-all", label: holdWords.pause, icon: "pause" as const, run: hold("system.hold") },
            ]
          : []),
        { id: "doctor", label: words.doctor, icon: "gauge", run: go(() => navigate({ to: "/doctor" })) },
        command("shortcuts", words.shortcuts, "keyboard", go(() => navigate({ to: "/shortcuts" }))),
        { id: "terminals", label: words.terminals, icon: "terminal", run: go(() => navigate({ to: "/terminals" })) },
        { id: "agents", label: words.agents, icon: "helm", run: go(() => navigate({ to: "/agents" })) },
        { id: "devices", label: words.devices, icon: "phone", run: go(() => navigate({ to: "/devices" })) },
        { id: "pair", label: deviceWords.pairOne, icon: "key", run: go(() => navigate({ to: "/devices", hash: "pair" })) },
        { id: "theme-system", label: words.themeSystem, icon: "gauge", run: go(() => chooseTheme("system")) },
        { id: "theme-light", label: words.themeLight, icon: "sun", run: go(() => chooseTheme("light")) },
        { id: "theme-dark", label: words.themeDark, icon: "moon", run: go(() => chooseTheme("dark")) },
        { id: "theme-contrast", label: words.themeContrast, icon: "contrast", run: go(() => chooseTheme("contrast")) },
        { id: "reconnect", label: words.reconnect, icon: "refresh", run: go(() => crew.retryNow()) },
        ...(platform.quit ? [{ id: "quit", label: words.quit, icon: "x" as const, run: () => void leaving.run(async () => platform.quit?.()) }] : []),
      ],
    ],
  ];
  return (
    <Command label={words.search} loop className="palette" filter={fits}>
      <div className="palette__top">
        <Icon name="search" />
        <Command.Input placeholder={words.palettePlaceholder} className="palette__input" autoFocus />
        <Kbd keys="escape" />
      </div>
      {leaving.failure ? (
        <p className="card__sect t2 s-failed" role="alert">
          <InlineText text={leaving.failure.message} />
        </p>
      ) : null}
      <Command.List className="palette__list" label={words.commands}>
        <Command.Empty className="empty">{words.paletteEmpty}</Command.Empty>
        {groups.map(([heading, rows]) =>
          rows.length > 0 ? (
            <Command.Group key={heading} heading={heading}>
              {rows.map((row) => (
                <Command.Item key={`${heading}-${row.id}`} value={`${row.label} ${row.id}`} onSelect={row.run} className="mi">
                  <Icon name={row.icon} />
                  <span className="grow trunc">{row.label}</span>
                  {row.after ? <span className="mono c3 t1">{row.after}</span> : null}
                  {row.keys ? <Kbd keys={row.keys} /> : null}
                </Command.Item>
              ))}
            </Command.Group>
          ) : null,
        )}
      </Command.List>
    </Command>
  );
}

/** Every written word must be in the name; nearer to its beginning is better. */
export function fits(value: string, search: string): number {
  const name = value.toLowerCase();
  let score = 1;
  for (const word of search.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = name.indexOf(word);
    if (at < 0) return 0;
    score *= at === 0 || /\W/.test(name.charAt(at - 1)) ? 1 : 0.5;
  }
  return score;
}

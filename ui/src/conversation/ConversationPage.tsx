// A session: its conversation, the composer, and the side pane.

import { useNavigate, useParams } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { keysOf, PageBar, useAction, useCrew, useMay, useModel, useShortcut, useStore } from "../app";
import { Button, Dialog, ErrorState, Field, IconButton, keysText, Menu, Skeleton } from "../components";
import type { Priority, Session } from "../client";
import { type Item, type MessageItem, type Outgoing, personName } from "../model";
import { Lacking } from "../devices/Lacking";
import { openPublish, PublishButtons, publishWords, useMayPublish } from "../publish";
import { rememberSession } from "../shell/last";
import { RoomsButton } from "../shell/Rooms";
import { type RowActions, RowActionsProvider } from "./actions";
import { Composer, type ComposerHandle } from "./Composer";
import { EmptyConversation } from "./EmptyConversation";
import { SearchStrip } from "./Search";
import { SidePane } from "./SidePane";
import { firstTab, newestDiff, type PaneTab } from "./subject";
import { Timeline, type TimelineHandle } from "./Timeline";
import { isUnknown, NoWorkspace } from "./NoWorkspace";
import { useOnlineWorkers } from "./OnPicker";
import { useBackends } from "./WithPicker";
import { words } from "./words";

export function ConversationPage() {
  const { session, workspace } = useParams({ strict: false });
  const unknown = useModel((state) => workspace !== undefined && isUnknown(state, workspace, session));
  if (!session) return null;
  if (unknown) return <NoWorkspace name={workspace ?? ""} />;
  return <OneConversation key={session} sessionId={session} workspaceId={workspace ?? "-"} />;
}

interface PaneState {
  open: boolean;
  /** None until somebody chose one. */
  tab: PaneTab | undefined;
  /** Somebody opened it here; otherwise it waits until there is something to show. */
  asked: boolean;
  jobId: string | undefined;
}

function OneConversation({ sessionId, workspaceId }: { sessionId: string; workspaceId: string }) {
  const crew = useCrew();
  const navigate = useNavigate();
  const conversation = useMemo(() => crew.conversation(sessionId), [crew, sessionId]);
  const state = useStore(conversation.state);
  const live = useModel((all) => all.connection.state === "live");
  const mayChat = useMay("chat");
  const session = useModel((all) => all.sessions.value?.find((one) => one.sessionId === sessionId));
  const workspace = useModel((all) => all.workspaces.value?.find((one) => one.id === (session?.workspaceId ?? workspaceId)));
  const outbox = useModel((all) => all.outbox.filter((message) => message.sessionId === sessionId));
  const items = useMemo(() => withOutgoing(state.items, outbox, crew.rowKey), [state.items, outbox, crew]);
  const composer = useRef<ComposerHandle>(null);
  const timeline = useRef<TimelineHandle>(null);
  const [pane, setPane] = useState<PaneState>(() => ({ open: wide() && localStorage.getItem("pilothouse.pane") !== "0", tab: undefined, jobId: undefined, asked: false }));
  const [search, setSearch] = useState<{ query: string; at: string | undefined }>();

  const hasWork = useMemo(() => state.items.some((item) => item.kind === "plan" || item.kind === "job" || item.kind === "diff"), [state.items]);
  const paneOpen = pane.open && (pane.asked || hasWork);

  // A link that knew only the session gets its whole address.
  const home = session?.workspaceId;
  useEffect(() => {
    if (home && workspaceId === "-") void navigate({ to: "/w/$workspace/s/$session", params: { workspace: home, session: sessionId }, replace: true });
  }, [home, workspaceId, sessionId, navigate]);
  useEffect(() => {
    rememberSession(sessionId);
    if (conversation.state.get().fresh) void conversation.open();
  }, [conversation, sessionId]);
  useEffect(() => {
    if (wide()) composer.current?.focus();
  }, [sessionId]);

  const setOpen = (open: boolean) => {
    if (wide()) localStorage.setItem("pilothouse.pane", open ? "1" : "0");
    setPane((now) => ({ ...now, open, asked: open }));
  };
  const send = useCallback(
    (text: string, priority: Priority = "interactive", workerId?: string) => {
      crew.send(sessionId, text, priority, workerId);
      timeline.current?.toEnd();
    },
    [crew, sessionId],
  );
  const openFull = useCallback((jobId: string) => void navigate({ to: "/review/$reviewId", params: { reviewId: jobId } }), [navigate]);
  const actions = useMemo<RowActions>(
    () => ({
      // A phone has no room beside: there the change is a page of its own.
      show: (tab, jobId) => {
        if (tab === "diff" && jobId && window.innerWidth <= 600) openFull(jobId);
        else setPane({ open: true, tab, jobId, asked: true });
      },
      send,
      compose: (text) => composer.current?.put(text),
    }),
    [send, openFull],
  );
  const older = useCallback(() => void conversation.older(), [conversation]);
  useShortcut("pane", () => setOpen(!paneOpen));
  useShortcut("search", () => setSearch((now) => now ?? { query: "", at: undefined }));
  useShortcut("review", () => {
    const jobId = newestDiff(state.items);
    if (!jobId) return false;
    actions.show("diff", jobId);
    return true;
  });

  const streaming = state.items.at(-1)?.kind === "reply" && state.items.some((item) => item.kind === "reply" && item.streaming);
  const backends = useBackends();
  const workers = useOnlineWorkers();
  const lastSent = state.items.findLast((item) => item.kind === "message");
  return (
    <RowActionsProvider value={actions}>
      <div className={`beside${paneOpen ? " beside--pane" : ""}`}>
        <div className="talkpage">
          <SessionBar
            session={session}
            sessionId={sessionId}
            sub={barText(workspace?.name ?? "", items)}
            onSearch={() => setSearch((now) => (now ? undefined : { query: "", at: undefined }))}
            onPane={() => setOpen(!paneOpen)}
            paneOpen={paneOpen}
            streaming={streaming}
          />
          {search ? (
            <SearchStrip
              items={items}
              query={search.query}
              onQuery={(query) => setSearch({ query, at: undefined })}
              at={search.at}
              onAt={(at) => {
                setSearch({ ...search, at });
                timeline.current?.toItem(at);
              }}
              older={state.older}
              onOlder={older}
              onClose={() => {
                setSearch(undefined);
                composer.current?.focus();
              }}
            />
          ) : null}
          {state.fresh && items.length === 0 ? (
            state.failure ? (
              <div className="talk">
                <ErrorState title={words.unreadable} error={state.failure} onRetry={() => void conversation.open()} />
              </div>
            ) : (
              <div className="talk">
                <Skeleton rows={7} row={64} />
              </div>
            )
          ) : (
            <Timeline
              ref={timeline}
              items={items}
              older={state.older}
              loadingOlder={state.loadingOlder}
              onOlder={older}
              found={search?.at}
              empty={<EmptyConversation workspace={workspace} onCompose={(text) => composer.current?.put(text)} onSend={send} />}
            />
          )}
          {mayChat ? (
            <Composer
              ref={composer}
              sessionId={sessionId}
              workspace={workspace}
              live={live}
              onSend={send}
              lastSent={lastSent?.kind === "message" ? lastSent.text : undefined}
              backends={backends}
              workers={workers.ids}
              called={workers.called}
            />
          ) : (
            <p className="composer composer--off" data-testid="composer-off">
              <Lacking scope="chat" what={words.mayNotWrite} />
            </p>
          )}
        </div>
        {paneOpen ? (
          <SidePane
            items={state.items}
            chosen={pane.jobId}
            tab={pane.tab ?? firstTab(state.items)}
            onTab={(tab) => setPane((now) => ({ ...now, tab }))}
            onClose={() => setOpen(false)}
            onOpenFull={openFull}
          />
        ) : null}
      </div>
    </RowActionsProvider>
  );
}

function wide(): boolean {
  return window.innerWidth > 1180;
}

/** What is on its way stands at the end, under the key its event will have. */
export function withOutgoing(items: readonly Item[], outbox: readonly Outgoing[], rowKey: (key: string) => string): readonly Item[] {
  const known = items.map((item) => {
    const key = item.kind === "message" ? rowKey(item.key) : item.key;
    return key === item.key ? item : ({ ...item, key } as Item);
  });
  if (outbox.length === 0) return known;
  return [
    ...known,
    ...outbox.map(
      (message): MessageItem => ({
        kind: "message",
        key: message.key,
        ts: message.writtenAt,
        who: personName(undefined),
        text: message.text,
        sending: message.state,
        ...(message.problem ? { problem: message.problem } : {}),
      }),
    ),
  ];
}

function barText(workspace: string, items: readonly Item[]): string {
  const jobs = items.filter((item) => item.kind === "job").length;
  const landed = items.filter((item) => item.kind === "landed").length;
  const parts = [workspace, jobs > 0 ? words.nJobs(jobs) : "", landed > 0 ? words.nLanded(landed) : ""];
  return parts.filter(Boolean).join(", ");
}

function SessionBar({
  session,
  sessionId,
  sub,
  onSearch,
  onPane,
  paneOpen,
  streaming,
}: {
  session: Session | undefined;
  sessionId: string;
  sub: string;
  onSearch: () => void;
  onPane: () => void;
  paneOpen: boolean;
  /** An answer is being written. */
  streaming: boolean;
}) {
  const [renaming, setRenaming] = useState(false);
  const mayChat = useMay("chat");
  const may = useMayPublish(sessionId, streaming);
  useShortcut("publish", () => {
    if (may.push !== undefined) return false;
    openPublish({ sessionId, mode: may.pr === undefined ? "pr" : "push" });
    return true;
  });
  return (
    <PageBar title={session?.label || sessionId} sub={sub} before={<RoomsButton />}>
      <PublishButtons sessionId={sessionId} streaming={streaming} className="hide-phone" />
      <IconButton icon="search" label={words.search} onClick={onSearch} />
      <Menu
        trigger={<IconButton icon="more" label={words.more} />}
        items={[
          ...(mayChat ? [{ label: words.rename, icon: "pencil" as const, onSelect: () => setRenaming(true) }] : []),
          { label: words.copyId, icon: "copy", onSelect: () => void navigator.clipboard?.writeText(sessionId) },
          "separator",
          { heading: may.push ?? may.pr ?? publishWords.publish },
          { label: publishWords.pushOnly, icon: "up", disabled: may.push !== undefined, onSelect: () => openPublish({ sessionId, mode: "push" }) },
          { label: publishWords.pushAndPr, icon: "pr", keys: keysOf("publish"), disabled: may.pr !== undefined, onSelect: () => openPublish({ sessionId, mode: "pr" }) },
          "separator",
          { label: paneOpen ? words.hidePane : words.showPane, icon: "pane", keys: keysOf("pane"), onSelect: onPane },
        ]}
      />
      <IconButton icon="pane" className="hide-phone" label={`${words.togglePane}, ${keysText(keysOf("pane"))}`} aria-pressed={paneOpen} onClick={onPane} />
      {renaming ? <Rename sessionId={sessionId} label={session?.label ?? ""} onClose={() => setRenaming(false)} /> : null}
    </PageBar>
  );
}

function Rename({ sessionId, label, onClose }: { sessionId: string; label: string; onClose: () => void }) {
  const crew = useCrew();
  const [text, setText] = useState(label);
  const { run, busy, failure } = useAction();
  const save = async () => {
    const done = await run(async () => {
      await crew.call("session.rename", { sessionId, label: text.trim() });
      await crew.refresh("sessions");
    });
    if (done) onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={words.renameTitle}
      foot={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button look="primary" type="submit" form="rename" busy={busy} disabled={text.trim() === ""}>
            {words.rename}
          </Button>
        </>
      }
    >
      <form
        id="rename"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Field label={words.name} value={text} maxLength={120} onChange={(event) => setText(event.target.value)} problem={failure?.message} />
      </form>
    </Dialog>
  );
}

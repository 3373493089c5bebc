// The sheet before a push: from where to where, title and text, and what the server says to it while one types.

import { Dialog as RadixDialog } from "radix-ui";
import { type FormEvent, type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { ApprovalCard } from "../approvals/ApprovalCard";
import { useAction, useCall, useClient, useCrew, useModel, useStore } from "../app";
import { Banner, Button, Choice, ErrorState, Field, Icon, IconButton, InlineText, Kbd, Markdown, plainLine, Skeleton, State, Switch } from "../components";
import { newKey, type PublishDefaults, type PublishReply } from "../client";
import { isLive } from "../model";
import { useMedia } from "../review/useMedia";
import { blockOf, type Draft, type Fields, fieldsOf, keepDraft, problemsOf, readDraft } from "./form";
import { PublicationCard } from "./PublicationCard";
import { shownOf } from "./shown";
import { closePublish, type Mode, type Wish, wish } from "./wish";
import { words } from "./words";
import "./publish.css";

/** The one sheet of the window. */
export function PublishHost() {
  const wanted = useStore(wish);
  return wanted ? <PublishSheet key={`${wanted.sessionId} ${wanted.mode} ${wanted.head ?? ""}`} wanted={wanted} onClose={closePublish} /> : null;
}

export function PublishSheet({ wanted, onClose }: { wanted: Wish; onClose: () => void }) {
  const [outcome, setOutcome] = useState<PublishReply>();
  const [mode, setMode] = useState<Mode>(wanted.mode);
  return (
    <RadixDialog.Root open onOpenChange={(open) => !open && onClose()}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="scrim" />
        <RadixDialog.Content className="dialog pubsheet" aria-describedby={undefined} data-testid="publish-sheet" tabIndex={-1} onOpenAutoFocus={stay} onKeyDown={sendByKey}>
          <div className="pubsheet__head">
            <RadixDialog.Title className="t4 grow trunc">{words.publish}</RadixDialog.Title>
            <RadixDialog.Close asChild>
              <IconButton label={words.close} icon="x" small />
            </RadixDialog.Close>
          </div>
          {outcome && outcome.status !== "error" ? (
            <Outcome sessionId={wanted.sessionId} reply={outcome} onClose={onClose} />
          ) : (
            <Form wanted={wanted} mode={mode} onMode={setMode} outcome={outcome} onOutcome={setOutcome} onClose={onClose} />
          )}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}

/** The focus waits on the sheet until there is something to write in. */
function stay(event: Event): void {
  event.preventDefault();
  if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
}

/** Enter alone belongs to the text. */
function sendByKey(event: KeyboardEvent<HTMLDivElement>): void {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.querySelector("form")?.requestSubmit();
}

/** The same value, once it has stayed so for a moment. */
function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(text) as T), ms);
    return () => clearTimeout(timer);
  }, [text, ms]);
  return settled;
}

function useDefaults(sessionId: string, draft: Draft) {
  const names = useSettled({ ...(draft.head?.trim() ? { headBranch: draft.head.trim() } : {}), ...(draft.base?.trim() ? { baseBranch: draft.base.trim() } : {}) }, 250);
  const changes = useModel((state) => state.configChanges + state.publishChanges);
  const asked = useCall("publish.defaults", { sessionId, ...names }, changes);
  // What was known stays while the next answer comes.
  const last = useRef<PublishDefaults>(undefined);
  if (asked.value) last.current = asked.value;
  const settled = names.headBranch === (draft.head?.trim() || undefined) && names.baseBranch === (draft.base?.trim() || undefined);
  return { asked, defaults: asked.value ?? last.current, checking: !settled || (!asked.value && !asked.failure) };
}

function Form({
  wanted,
  mode,
  onMode,
  outcome,
  onOutcome,
  onClose,
}: {
  wanted: Wish;
  mode: Mode;
  onMode: (mode: Mode) => void;
  outcome: PublishReply | undefined;
  onOutcome: (reply: PublishReply | undefined) => void;
  onClose: () => void;
}) {
  const { sessionId } = wanted;
  const call = useClient();
  const crew = useCrew();
  const live = useModel(isLive);
  const id = useId();
  const [draft, setDraft] = useState<Draft>(() => ({ ...readDraft(sessionId), ...(wanted.head ? { head: wanted.head } : {}) }));
  const [force, setForce] = useState(false);
  const attempt = useRef<{ of: string; key: string }>(undefined);
  const sending = useAction();
  const { asked, defaults, checking } = useDefaults(sessionId, draft);
  const fields = fieldsOf(draft, defaults);
  const said = sending.failure ?? asked.failure;
  const problems = problemsOf(fields, mode, said && { code: said.code, message: plainLine(said.message) }, force);
  const write = (change: Draft) => {
    const next = { ...draft, ...change };
    setDraft(next);
    keepDraft(sessionId, next);
    sending.clear();
    onOutcome(undefined);
  };
  const blocked = !live ? words.offline : (wanted.blocked ?? blockOf(mode, force, defaults));
  const wrong = problems.head ?? problems.base ?? (mode === "pr" ? problems.title : undefined);
  const asking = outcome?.reason === "approval-required";
  const ready = defaults !== undefined && blocked === undefined && wrong === undefined && !checking && !asking;

  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready) return;
    const params = {
      sessionId,
      createPr: mode === "pr",
      force,
      headBranch: fields.head.trim(),
      ...(fields.base.trim() ? { baseBranch: fields.base.trim() } : {}),
      ...(mode === "pr" ? { title: fields.title.trim(), body: fields.body } : {}),
    };
    // An answer that was lost is asked for again under the same key: nothing happens twice.
    const of = JSON.stringify(params);
    if (attempt.current?.of !== of) attempt.current = { of, key: newKey() };
    const { key } = attempt.current;
    await sending.run(async () => {
      const reply = await call("publish.run", params, { idempotencyKey: key });
      attempt.current = undefined;
      if (reply.status !== "error") keepDraft(sessionId, {});
      onOutcome(reply);
      void crew.refresh("approvals");
    });
  };

  const known = defaults !== undefined;
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (!known) return;
    const fields = form.current?.querySelectorAll<HTMLInputElement>(".field input:enabled");
    // The first is the branch, which is seldom changed; the title is.
    (wide() ? fields?.[wanted.mode === "pr" && wanted.head === undefined ? 2 : 0] : undefined)?.focus();
  }, [known, wanted.mode, wanted.head]);

  if (!defaults && asked.failure && !said?.code.startsWith("publish.")) {
    return <ErrorState title={words.loadFailed} error={asked.failure} onRetry={asked.reload} />;
  }
  if (!defaults && !asked.failure) return <Skeleton rows={9} row={36} />;
  const offMode = (one: Mode) => (one === "pr" && defaults && !defaults.prEnabled ? words.offPr : undefined);
  return (
    <>
      <form ref={form} id={id} className="pubsheet__body" onSubmit={(event) => void send(event)}>
        <div className="h wrap">
          <Choice
            label={words.what}
            value={mode}
            onChange={(next) => {
              onMode(next);
              onOutcome(undefined);
            }}
            options={[
              { value: "push", label: words.pushOnly },
              { value: "pr", label: words.pushAndPr, ...(offMode("pr") ? { hint: offMode("pr") ?? "" } : {}) },
            ]}
          />
          {defaults ? <RemoteOf defaults={defaults} /> : null}
        </div>
        <div className={`pubsheet__branches${mode === "push" ? " pubsheet__branches--one" : ""}`}>
          <Field label={words.from} mono value={fields.head} maxLength={250} {...(problems.head ? { problem: problems.head } : {})} hint={headHint(defaults, draft)} onChange={(event) => write({ head: event.target.value })} />
          {mode === "pr" ? (
            <>
              <span className="pubsheet__arrow">
                <Icon name="right" />
              </span>
              <Field label={words.into} mono value={fields.base} maxLength={250} {...(problems.base ? { problem: problems.base } : {})} onChange={(event) => write({ base: event.target.value })} />
            </>
          ) : null}
        </div>
        {mode === "pr" ? <TitleAndText fields={fields} draft={draft} problem={problems.title} onWrite={write} /> : null}
        {defaults ? <Commits defaults={defaults} /> : null}
        {defaults && mode === "pr" ? <Credentials defaults={defaults} /> : null}
        {defaults ? <Force generated={defaults.generated && !asked.failure} force={force} onForce={setForce} /> : null}
        {defaults?.warnings.map((warning) => (
          <p key={warning} className="t2 s-needs wraps">
            <InlineText text={warning} />
          </p>
        ))}
        {outcome?.status === "error" ? <Failed sessionId={sessionId} reply={outcome} /> : null}
        {sending.failure && !wrong ? <Banner tone="failed">{`${words.notDone}: ${sending.failure.message}`}</Banner> : null}
      </form>
      <div className="pubsheet__foot">
        <Button look="primary" type="submit" form={id} busy={sending.busy} disabled={!ready}>
          {mode === "pr" ? words.pushOpen : words.push} <Kbd keys="mod+enter" />
        </Button>
        <Button onClick={onClose}>{words.cancel}</Button>
        <span className="push t2 c3 wraps pubsheet__say" role="status">
          {sending.busy ? <Progress sessionId={sessionId} /> : blocked ? <span className="s-needs"><InlineText text={blocked} /></span> : asking ? words.waiting : checking ? words.checking : words.approvalIsYours}
        </span>
      </div>
    </>
  );
}

/** On glass a focused field opens the keyboard over what is to be read. */
function wide(): boolean {
  return window.innerWidth > 600;
}

function headHint(defaults: PublishDefaults | undefined, draft: Draft): string | undefined {
  if (!defaults || draft.head !== undefined) return undefined;
  return { request: words.headRequest, current: words.headCurrent, generated: words.headGenerated, integration: words.headIntegration }[defaults.headSource];
}

function RemoteOf({ defaults }: { defaults: PublishDefaults }) {
  const { remote } = defaults;
  if (!remote) return null;
  const where = remote.repository ? `${remote.host ?? ""}/${remote.repository}` : remote.provider === "file" ? words.remoteFile : (remote.host ?? remote.pushUrl);
  return (
    <span className="push t1 c3 trunc" title={remote.pushUrl}>
      <span className="unseen">{words.remote}: </span>
      {remote.name}, {where}
    </span>
  );
}

type View = "write" | "both" | "preview";

function TitleAndText({ fields, draft, problem, onWrite }: { fields: Fields; draft: Draft; problem: string | undefined; onWrite: (change: Draft) => void }) {
  const narrow = useMedia("(max-width: 600px)");
  const [chosen, setView] = useState<View>();
  const view = narrow && chosen === "both" ? "write" : (chosen ?? (narrow ? "write" : "both"));
  const id = useId();
  const all = [
    { value: "write" as const, label: words.write },
    { value: "both" as const, label: words.both },
    { value: "preview" as const, label: words.preview },
  ];
  return (
    <>
      <Field label={words.title} value={fields.title} maxLength={300} spellCheck {...(problem ? { problem } : {})} hint={draft.title === undefined && draft.body === undefined ? words.titleFrom : undefined} onChange={(event) => onWrite({ title: event.target.value })} />
      <div className="v v--1">
        <div className="h">
          <label htmlFor={id} className="label">
            {words.text}
          </label>
          <span className="push">
            <Choice label={words.view} value={view} onChange={setView} options={narrow ? all.filter((one) => one.value !== "both") : all} />
          </span>
        </div>
        <div className={`pubtext pubtext--${view}`}>
          {view === "preview" ? null : <textarea id={id} className="pubtext__write mono" value={fields.body} maxLength={60_000} spellCheck onChange={(event) => onWrite({ body: event.target.value })} />}
          {view === "write" ? null : (
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key
            <div className="pubtext__preview" role="region" tabIndex={0} aria-label={words.previewOf}>
              {fields.body.trim() ? <Markdown text={fields.body} growing /> : <p className="t2 c3">{words.nothingToPreview}</p>}
            </div>
          )}
        </div>
      </div>
    </>
  );
}

const SHOWN_COMMITS = 6;

function Commits({ defaults }: { defaults: PublishDefaults }) {
  const { commits, commitCount } = defaults;
  if (commitCount === 0) return null;
  const more = commitCount - Math.min(SHOWN_COMMITS, commits.length);
  return (
    <section>
      <h3 className="label pubsheet__label">{words.goesOut(commitCount)}</h3>
      <ul className="pubcommits">
        {commits.slice(0, SHOWN_COMMITS).map((commit) => (
          <li key={commit.id} className="h t2">
            <span className="mono c3">{commit.id.slice(0, 7)}</span>
            <span className="trunc" title={commit.subject}>
              {commit.subject}
            </span>
          </li>
        ))}
      </ul>
      {more > 0 ? <p className="t2 c3">{words.more(more)}</p> : null}
    </section>
  );
}

function Credentials({ defaults }: { defaults: PublishDefaults }) {
  const source = { keychain: words.tokenKeychain, variable: words.tokenVariable, gh: words.tokenGh, none: words.tokenNone }[defaults.tokenSource];
  const fine = defaults.pr.possible;
  return (
    <p className="h t2">
      <State kind={fine ? "passed" : "needs"} size="s" label="" />
      <span className="c3">{words.credentials}</span>
      <span className="grow wraps">{!fine && defaults.pr.message ? <InlineText text={defaults.pr.message} /> : source}</span>
    </p>
  );
}

function Force({ generated, force, onForce }: { generated: boolean; force: boolean; onForce: (on: boolean) => void }) {
  if (generated) {
    return (
      <p className="h t2 c3">
        <Icon name="shield" size="s" />
        <span className="grow wraps">{words.forceGenerated}</span>
      </p>
    );
  }
  return (
    <div className="h t2">
      <Switch on={force} onChange={onForce} label={words.force} />
      <span className="medium">{words.force}</span>
      <span className={`grow wraps ${force ? "s-needs" : "c3"}`}>{force ? words.forceOn : words.forceOff}</span>
    </div>
  );
}

/** Where the push stands that was begun here. */
function Progress({ sessionId }: { sessionId: string }) {
  const changes = useModel((state) => state.publishChanges);
  const { value } = useCall("publish.show", { sessionId }, changes);
  const latest = value?.latest;
  return <>{latest?.stage === "opening" ? words.opening : (latest?.progress ?? words.pushing)}</>;
}

/** What went wrong, or the question that comes first, above what was written. */
function Failed({ sessionId, reply }: { sessionId: string; reply: PublishReply }) {
  const question = reply["approval-id"];
  const [asked] = useState(() => new Date().toISOString());
  return (
    <Stored sessionId={sessionId} reply={reply}>
      {question ? (
        <div className="pub__question">
          <p className="t2 c2">{words.asked}</p>
          <ApprovalCard approvalId={question} summary={reply.message} ts={asked} />
        </div>
      ) : null}
    </Stored>
  );
}

function Outcome({ sessionId, reply, onClose }: { sessionId: string; reply: PublishReply; onClose: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <>
      <div className="pubsheet__body">
        <Stored sessionId={sessionId} reply={reply} />
      </div>
      <div className="pubsheet__foot">
        <Button ref={button} look="primary" onClick={onClose}>
          {words.close}
        </Button>
      </div>
    </>
  );
}

/** The publication of an answer, as the server keeps it; until that is read, as the answer says. */
function Stored({ sessionId, reply, children }: { sessionId: string; reply: PublishReply; children?: ReactNode }) {
  const changes = useModel((state) => state.publishChanges);
  const { value } = useCall("publish.show", { sessionId }, changes);
  const stored = value?.recent.find((one) => one.id === reply["publish-id"]);
  const box = useRef<HTMLDivElement>(null);
  // Below what was written there may be no room for it.
  useEffect(() => {
    if (stored?.id) box.current?.scrollIntoView?.({ block: "nearest" });
  }, [stored?.id, stored?.stage]);
  return (
    <div ref={box}>
      {stored ? (
        <PublicationCard shown={shownOf(stored)} newest={value?.latest?.id === stored.id} question={stored.stage === "done" ? undefined : children} />
      ) : value ? (
        <p className="t2 wraps">
          <InlineText text={reply.message} />
        </p>
      ) : (
        <Skeleton rows={3} />
      )}
    </div>
  );
}

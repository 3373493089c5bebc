// Above a job that a person has taken over: where its files are, and the ways back.

import { useState } from "react";
import { useAction, useCall, useClient, useCrew, useMay, useOwnDevice } from "../app";
import type { Job, TakenChanges, TakenOver } from "../client";
import { Banner, Button, ConfirmDialog, CopyButton, Dialog, Field, InlineText } from "../components";
import { hasEnded } from "../model";
import { platform } from "../platform";
import { controlWords as words } from "./control-words";
import { takerOf } from "./taken";

type Asked = "handBack" | "giveBack";

export function TakenBanner({ job, taken, live }: { job: Job; taken: TakenOver; live: boolean }) {
  const [asked, setAsked] = useState<Asked>();
  const may = useMay("approve");
  const taker = takerOf(taken, useOwnDevice());
  const ended = hasEnded(job);
  // Of a job that is over the folder goes by itself, unless it holds something that is nowhere else.
  const left = useCall("jobs.taken", ended ? { id: job.id } : undefined, Date.parse(job.updatedAt));
  if (ended && !left.value?.total) return null;
  const yours = taken.state === "yours" && !ended;
  const [title, text] = ended
    ? [words.leftOver, words.leftOverText]
    : taken.state === "coming"
      ? [words.coming, taken.problem ?? words.comingText]
      : taken.state === "handed_back"
        ? [words.handedBack, words.handedBackText]
        : [taken.by === "owner" ? words.yours : taker === undefined ? words.yoursByYou : words.yoursOf(taker), taken.problem ? words.cameBack : words.yoursText];
  return (
    <Banner
      tone="needs"
      icon="pencil"
      action={
        <span className="h taken__acts">
          {yours && may ? (
            <Button small look="primary" disabled={!live} onClick={() => setAsked("handBack")}>
              {words.handBack}
            </Button>
          ) : null}
          {may && (yours || ended || taken.state === "coming") ? (
            <Button small disabled={!live} onClick={() => setAsked("giveBack")}>
              {ended ? words.remove : words.giveBack}
            </Button>
          ) : null}
        </span>
      }
    >
      <div className="taken">
      <strong className="medium">{title}</strong> <InlineText text={text} />
      {taken.state === "coming" ? null : (
        <span className="h taken__path">
          <span className="unseen">{words.folder}</span>
          <span className="mono t2 jb__wrap">{taken.path}</span>
          <CopyButton icon text={taken.path} label={words.copyPath} />
          {platform.openTaken ? (
            <Button small look="ghost" icon="folder" onClick={() => platform.openTaken?.(job.id)}>
              {words.openFolder}
            </Button>
          ) : null}
          <span className="c3 t1 hide-phone">{words.branch(taken.branch)}</span>
        </span>
      )}
      {taken.state === "yours" && taken.problem ? (
        <details className="taken__why">
          <summary className="t2">{words.why}</summary>
          <pre className="cmd jb__params">{taken.problem}</pre>
        </details>
      ) : null}
      </div>
      {asked === "handBack" ? <HandBack job={job} onClose={() => setAsked(undefined)} /> : null}
      {asked === "giveBack" ? <GiveBack job={job} ended={ended} onClose={() => setAsked(undefined)} /> : null}
    </Banner>
  );
}

function Changed({ look }: { look: { changed: readonly string[]; total: number } | undefined }) {
  if (!look) return null;
  const shown = look.changed.slice(0, 8);
  return (
    <div className="taken__changed t2">
      <p>{words.changed(look.total)}</p>
      <ul className="mono t1">
        {shown.map((path) => (
          <li key={path} className="jb__wrap">
            {path}
          </li>
        ))}
      </ul>
      {look.total > shown.length ? <p className="c3">{words.more(look.total - shown.length)}</p> : null}
    </div>
  );
}

function HandBack({ job, onClose }: { job: Job; onClose: () => void }) {
  const call = useClient();
  const crew = useCrew();
  const action = useAction();
  const look = useCall("jobs.taken", { id: job.id });
  const [message, setMessage] = useState(job.title);
  const handBack = () =>
    void action
      .run(async () => {
        await call("jobs.hand_back", { id: job.id, message });
        await crew.refresh("jobBoard");
      })
      .then((done) => {
        if (done) onClose();
      });
  return (
    <ConfirmDialog open onClose={onClose} title={words.handBackTitle} text={words.handBackText} yes={words.handBack} no={words.cancel} busy={action.busy} onYes={handBack} width={520}>
      <Changed look={look.value} />
      <Field
        label={words.message}
        value={message}
        onChange={(event) => setMessage(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") handBack();
        }}
        {...(action.failure ? { problem: action.failure.message } : {})}
      />
    </ConfirmDialog>
  );
}

function GiveBack({ job, ended, onClose }: { job: Job; ended: boolean; onClose: () => void }) {
  const call = useClient();
  const crew = useCrew();
  const action = useAction();
  const look = useCall("jobs.taken", { id: job.id });
  const changed = (look.value?.total ?? 0) > 0;
  const letGo = (changes?: TakenChanges) =>
    void action
      .run(async () => {
        await call("jobs.let_go", { id: job.id, end: false, ...(changes ? { changes } : {}) });
        await crew.refresh("jobBoard");
      })
      .then((done) => {
        if (done) onClose();
      });
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={ended ? words.removeTitle : words.giveBackTitle}
      text={ended ? words.removeText : changed ? words.giveBackChanged : words.giveBackText}
      width={520}
      foot={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          {changed ? (
            <>
              <Button look="danger" busy={action.busy} onClick={() => letGo("discard")}>
                {ended ? words.removeDiscard : words.discard}
              </Button>
              <Button look="primary" busy={action.busy} onClick={() => letGo("keep")}>
                {ended ? words.removeKeep : words.keep}
              </Button>
            </>
          ) : (
            <Button look="primary" disabled={!look.value && !look.failure} busy={action.busy} onClick={() => letGo()}>
              {ended ? words.remove : words.giveYes}
            </Button>
          )}
        </>
      }
    >
      <Changed look={look.value} />
      {action.failure ? <p className="t2 s-failed">{action.failure.message}</p> : null}
    </Dialog>
  );
}

/** The button that takes a job over, with its question. */
export function TakeOver({ job, live }: { job: Job; live: boolean }) {
  const call = useClient();
  const crew = useCrew();
  const action = useAction();
  const may = useMay("approve");
  const [asked, setAsked] = useState(false);
  if (hasEnded(job) || job.taken || !job.workspaceId || !may) return null;
  return (
    <>
      <Button icon="pencil" disabled={!live || job.cancelRequested} busy={action.busy} onClick={() => setAsked(true)}>
        {words.takeOver}
      </Button>
      <ConfirmDialog
        open={asked}
        onClose={() => {
          setAsked(false);
          action.clear();
        }}
        title={words.takeTitle}
        text={action.failure?.message ?? words.takeText}
        yes={words.takeYes}
        no={words.takeNo}
        busy={action.busy}
        onYes={() =>
          void action
            .run(async () => {
              await call("jobs.take_over", { id: job.id });
              await crew.refresh("jobBoard");
            })
            .then((done) => {
              if (done) setAsked(false);
            })
        }
      />
    </>
  );
}

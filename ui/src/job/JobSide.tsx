// Beside a job: what it was told, what was verified, how it was confined, how often it was tried, what it left behind.

import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useCall } from "../app";
import { argvText, Button, CopyButton, Elapsed, Facts, Icon, InlineText, shortId, State, StateIcon, type StateKind } from "../components";
import type { Job, MergeEntry, VerifiedLine } from "../client";
import { durationText } from "../components";
import { Opinion } from "../review/Opinion";
import { opinionIn } from "../review/opinion";
import { VerifiedItem } from "../review/Verified";
import { entryStateText } from "../work/Chain";
import { toneOf } from "../work/chain-layout";
import { type ConfinedPart, confinedText, hasEnded, isWeak, saidOf } from "../model";
import { mainWords, MeetsList, RevertLine, useMeets } from "../main-line";
import { PublishPart, publishWords } from "../publish";
import { JobLimits } from "./JobLimits";
import type { Attempt, Story } from "./story";
import type { Raise } from "./useRaise";
import { fixUpOf, planOf, summaryInResult } from "./verification";
import { figure } from "../words";
import { words } from "./words";

interface Props {
  readonly job: Job;
  readonly entry: MergeEntry | undefined;
  readonly story: Story;
  readonly lines: readonly VerifiedLine[];
  readonly live: boolean;
  readonly raise: Raise;
}

export function JobSide({ job, entry, story, lines, live, raise }: Props) {
  const ended = hasEnded(job);
  const opinion = opinionIn(job.result);
  const summary = summaryInResult(job.result) || story.summary;
  return (
    <div className="jb__side scroll">
      {job.error ? (
        <Section title={words.failedHead}>
          <Failure error={job.error} told={lines.length > 0} />
        </Section>
      ) : null}
      {summary ? (
        <Section title={words.result}>
          <p className="t2 jb__wrap">
            <InlineText text={summary} />
          </p>
        </Section>
      ) : null}
      <Verified lines={lines} ended={ended} />
      {opinion ? (
        <div className="ss">
          <Opinion
            review={opinion}
            place={(at) => (
              <Link to="/review/$reviewId" params={{ reviewId: job.id }} search={{ at }} className="mono t1">
                {at}
              </Link>
            )}
          />
        </div>
      ) : null}
      {entry ? <EntryOf entry={entry} /> : null}
      {ended && (!entry || ["landed", "returned", "failed", "removed"].includes(entry.state)) ? null : <MeetsOf job={job} />}
      {entry?.state === "landed" && job.sessionId ? (
        <Section title={publishWords.publish}>
          <PublishPart sessionId={job.sessionId} />
        </Section>
      ) : null}
      {ended ? null : <JobLimits job={job} live={live} raise={raise} calls={story.modelCalls} />}
      <PlanOf job={job} />
      <Isolation job={job} />
      {story.attempts.length > 0 ? <Attempts attempts={story.attempts} /> : null}
      <Section title={words.time}>
        <Facts
          rows={[
            [words.inQueue, job.claimedAt ? <Elapsed since={job.enqueuedAt} until={job.claimedAt} /> : ended ? null : <Elapsed since={job.enqueuedAt} />],
            [words.ran, job.claimedAt ? <Elapsed since={job.startedAt ?? job.claimedAt} until={job.completedAt ?? job.failedAt ?? (ended ? job.updatedAt : (job.waiting?.since ?? null))} /> : null],
            [words.budget, durationText(job.executionBudgetMs)],
            [words.tokens, story.modelCalls > 0 ? words.tokensText(figure(story.inputTokens), figure(story.outputTokens), story.modelCalls) : null],
            [words.branch, job.branch ? <code key="b">{job.branch}</code> : null],
            [
              words.commit,
              job.commitSha ? (
                <span key="c" className="h h--1">
                  <code>{job.commitSha.slice(0, 10)}</code>
                  <CopyButton icon text={job.commitSha} />
                </span>
              ) : null,
            ],
          ]}
        />
      </Section>
      {ended ? <Artifacts jobId={job.id} /> : null}
    </div>
  );
}

/** The first line is for people; the rest is output, which the verification below may hold already. */
function Failure({ error, told }: { error: string; told: boolean }) {
  const [first = "", ...rest] = error.trim().split("\n");
  const output = rest.join("\n").trim();
  return (
    <>
      <p className="t2 s-failed jb__wrap">
        <InlineText text={first} />
      </p>
      {output !== "" && !told ? (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key
        <pre className="log checktail" role="region" tabIndex={0} aria-label={words.failedHead}>
          {output}
        </pre>
      ) : null}
    </>
  );
}

function Section({ title, end, children }: { title: string; end?: ReactNode; children: ReactNode }) {
  return (
    <div className="ss">
      <div className="h">
        <h2 className="label">{title}</h2>
        {end ? <span className="push">{end}</span> : null}
      </div>
      {children}
    </div>
  );
}

function Verified({ lines, ended }: { lines: readonly VerifiedLine[]; ended: boolean }) {
  if (lines.length === 0) {
    return (
      <Section title={words.verifiedHead}>
        <p className="t2 c3">{ended ? words.noneVerified : words.notYet}</p>
      </Section>
    );
  }
  const groups: readonly [string, VerifiedLine["result"]][] = [
    [words.failedHead, "failed"],
    [words.verifiedHead, "passed"],
    [words.notVerifiedHead, "not_checked"],
  ];
  return (
    <>
      {groups.map(([title, result]) => {
        const of = lines.filter((line) => line.result === result);
        if (of.length === 0) return null;
        return (
          <Section key={result} title={title}>
            <ul className="list">
              {of.map((line) => (
                <VerifiedItem key={line.what} line={line} />
              ))}
            </ul>
          </Section>
        );
      })}
    </>
  );
}

function EntryOf({ entry }: { entry: MergeEntry }) {
  const tone = toneOf(entry.state);
  const kind: StateKind = tone === "passed" ? "landed" : tone;
  return (
    <Section title={words.entry}>
      <p className="h t2 wrap">
        <State kind={kind}>{entryStateText(entry)}</State>
        <Link to="/review/$reviewId" params={{ reviewId: entry.id }} className="mono t1">
          {shortId(entry.id)}
        </Link>
      </p>
      {entry.reason ? (
        <p className="t2 c2 jb__wrap">
          <InlineText text={saidOf(entry) ?? ""} />
        </p>
      ) : null}
      <RevertLine entry={entry} />
    </Section>
  );
}

function MeetsOf({ job }: { job: Job }) {
  const meets = useMeets(job.workspaceId, job.id);
  return meets.length > 0 ? (
    <Section title={mainWords.meets}>
      <MeetsList meets={meets} note />
    </Section>
  ) : null;
}

function PlanOf({ job }: { job: Job }) {
  const [open, setOpen] = useState(false);
  const plan = planOf(job);
  if (!plan) {
    if (job.params.length <= 2) return null;
    return (
      <Section title={words.params}>
        <pre className="cmd jb__params">{job.params}</pre>
      </Section>
    );
  }
  const { planning, instruction } = plan;
  const fixUp = fixUpOf(job);
  const globs = Array.isArray(planning?.scope?.writeGlobs) ? planning.scope.writeGlobs : [];
  const criteria = Array.isArray(planning?.acceptanceCriteria) ? planning.acceptanceCriteria : [];
  const steps = Array.isArray(planning?.validationSteps) ? planning.validationSteps : [];
  return (
    <Section title={words.plan}>
      <Facts
        rows={[
          [words.lane, plan.lane === "deterministic" ? words.laneDeterministic : plan.lane ? words.laneWorker : null],
          [words.risk, planning?.riskLevel ? words[planning.riskLevel] : null],
          [words.fixUp, fixUp.round > 0 ? words.fixUpRound(fixUp.round) : null],
          [
            words.scope,
            globs.length > 0 ? (
              <ul>
                {globs.map((glob) => (
                  <li key={glob} className="mono t2 jb__wrap">
                    {glob}
                  </li>
                ))}
                {planning?.scope?.maxFilesToEdit ? <li className="t1 c3">{words.scopeMost(planning.scope.maxFilesToEdit)}</li> : null}
              </ul>
            ) : planning ? (
              words.scopeNone
            ) : null,
          ],
        ]}
      />
      {criteria.length > 0 ? (
        <>
          <h3 className="label jb__sub">{words.accept}</h3>
          <ul className="list jb__bullets">
            {criteria.map((line) => (
              <li key={line}>
                <InlineText text={line} />
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {steps.length > 0 ? (
        <>
          <h3 className="label jb__sub">{words.proves}</h3>
          <ul className="v v--1">
            {steps.map((argv) => (
              <li key={argv.join(" ")} className="mono t2 jb__wrap">
                {argvText(argv)}
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {fixUp.context ? (
        <>
          <h3 className="label jb__sub">{words.fixUpWhy}</h3>
          <pre className="cmd jb__params">{fixUp.context}</pre>
        </>
      ) : null}
      {instruction ? (
        <>
          <div className="h jb__sub">
            <h3 className="label">{words.instruction}</h3>
            <Button small look="ghost" className="push" aria-expanded={open} onClick={() => setOpen(!open)}>
              {open ? words.hideInstruction : words.showInstruction}
            </Button>
          </div>
          {open ? <pre className="cmd jb__params">{instruction}</pre> : null}
        </>
      ) : null}
    </Section>
  );
}

function Isolation({ job }: { job: Job }) {
  const { isolation } = job;
  if (!isolation) {
    return (
      <Section title={words.isolation}>
        <p className="t2 c3">{job.claimedAt ? words.isolationLater : words.isolationNone}</p>
      </Section>
    );
  }
  const row = (term: string, part: ConfinedPart) => [term, confinedText(part, isolation[part]), isWeak(part, isolation[part])] as const;
  const rows: readonly (readonly [string, string, boolean])[] = [
    row(words.sandbox, "backend"),
    ...(isolation.image ? [[words.image, isolation.image, false] as const] : []),
    row(words.fs, "fs"),
    row(words.net, "net"),
    row(words.limits, "limits"),
    row(words.kill, "kill"),
  ];
  return (
    <Section title={words.isolation}>
      <dl className="jb__iso">
        {rows.map(([term, value, weak]) => (
          <div key={term} className="h t2 jb__isorow">
            <dt className="c3">{term}</dt>
            <dd className={`st st--n ${weak ? "s-needs" : "s-passed"}`}>
              <Icon name={weak ? "alert" : "check"} size="s" />
              <span className="c2 jb__wrap">{value}</span>
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

const OUTCOME: Record<Attempt["outcome"], [StateKind, string]> = {
  running: ["running", words.outcomeRunning],
  completed: ["passed", words.outcomeCompleted],
  failed: ["failed", words.outcomeFailed],
  cancelled: ["waiting", words.outcomeCancelled],
  requeued: ["failed", words.outcomeRequeued],
};

function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  return (
    <Section title={words.attempts}>
      {attempts.map((attempt) => {
        const [kind, text] = OUTCOME[attempt.outcome];
        return (
          <div key={attempt.number} className="h t2 jb__attempt">
            <span className={`st s-${kind}`}>
              <StateIcon kind={kind} size="s" />
              <span className="unseen">{text}</span>
            </span>
            <span className="grow jb__wrap">
              {words.attempt(attempt.number)}, <span className="mono t1">{shortId(attempt.workerId)}</span>
              {attempt.reason ? <span className="c3">: <InlineText text={attempt.reason} /></span> : <span className="c3">, {text}</span>}
            </span>
            <span className="t1 c3 num">
              <Elapsed since={new Date(attempt.from).toISOString()} until={attempt.until === null ? null : new Date(attempt.until).toISOString()} />
            </span>
          </div>
        );
      })}
    </Section>
  );
}

function Artifacts({ jobId }: { jobId: string }) {
  const loaded = useCall("jobs.artifacts", { id: jobId });
  const artifacts = loaded.value?.artifacts ?? [];
  if (artifacts.length === 0) return null;
  return (
    <Section title={words.artifacts}>
      <ul className="v v--1">
        {artifacts.map((artifact, index) => (
          // An artifact has no id of its own and the list is never reordered.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={`${index}`} className="jb__artifact">
            <div className="h t2">
              <Icon name="file" size="s" />
              <span className="medium">{artifact.kind}</span>
              {artifact.uri ? <span className="mono t1 c3 trunc">{artifact.uri}</span> : null}
              <span className="push">{artifact.text || artifact.uri ? <CopyButton icon text={artifact.text ?? artifact.uri ?? ""} /> : null}</span>
            </div>
            {artifact.text ? <pre className="cmd jb__params">{artifact.text}</pre> : null}
          </li>
        ))}
      </ul>
    </Section>
  );
}

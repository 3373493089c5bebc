// What becomes of a change: the diff, the checks of its candidate, landing, or being sent back.

import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { keysOf, useAction, useCrew, useModel } from "../app";
import {
  argvText, Button, Card, CardFoot, CardHead, CardSection, Change, Duration, durationText, Icon, IconButton, InlineText, Kbd, LogTail, shortBranch, shortId, State, Time,
} from "../components";
import type { CheckVerdict, MergeEntry } from "../client";
import { type ChecksItem, type DiffItem, type LandedItem, saidOf, type StoppedItem, toldParts } from "../model";
import { useRowActions } from "./actions";
import { useFold } from "./folds";
import { words } from "./words";

export const DiffCard = memo(function DiffCard({ item }: { item: DiffItem }) {
  const { show } = useRowActions();
  const entry = useModel((state) => findEntry(state.merge.value, item.entryId));
  return (
    <Card label={words.diffReady} data-testid="card-diff">
      <CardHead icon="diff" title={item.title} id={item.jobId}>
        {item.verified === true ? <State kind="passed">{words.verified}</State> : null}
        {item.verified === false ? <State kind="needs">{words.notVerified}</State> : null}
        <Change additions={item.additions} deletions={item.deletions} />
        <span className="c3 t1 hide-phone">{words.files(item.files)}</span>
        <Button small onClick={() => show("diff", item.jobId)}>
          {words.review} <Kbd keys={keysOf("review")} />
        </Button>
      </CardHead>
      {entry ? <EntryLine entry={entry} /> : null}
    </Card>
  );
});

/** Where the entry stands, in words. Gone once it landed: that has a row of its own. */
function EntryLine({ entry }: { entry: MergeEntry }) {
  const [kind, text] = entryWords(entry);
  if (entry.state === "landed") return null;
  return (
    <CardSection className="h t2 entryline">
      <State kind={kind} label="" />
      <span className={`grow wraps s-${kind}`}>
        <InlineText text={text} />
      </span>
      <span className="mono t1 c3 push" title={entry.id}>
        {shortId(entry.id)}
      </span>
    </CardSection>
  );
}

export function entryWords(entry: MergeEntry): ["running" | "needs" | "passed" | "failed" | "waiting", string] {
  const first = saidOf(entry);
  const reason = first ? `. ${first}` : "";
  switch (entry.state) {
    case "queued":
      return ["waiting", entry.position && entry.position > 1 ? words.queuedAt(entry.position) + reason : words.queued + reason];
    case "waiting_approval":
      return ["needs", words.waitsForAnswer(entry.target)];
    case "approved":
      return ["waiting", words.approvedNext + reason];
    case "checking":
      return ["running", words.checksRun + reason];
    case "landing":
      return ["running", words.landingOn(entry.target)];
    case "landed":
      return ["passed", words.landedOn(entry.target)];
    case "returned":
      return ["failed", words.sentBack + reason];
    case "failed":
      return ["failed", words.didNotLand + reason];
    case "parked":
      return ["needs", words.parked + reason];
    case "removed":
      return ["waiting", words.takenOut + reason];
  }
}

function findEntry(queues: readonly { entries: MergeEntry[]; recent: MergeEntry[] }[] | undefined, id: string | null): MergeEntry | undefined {
  if (!id) return undefined;
  for (const queue of queues ?? []) {
    const found = queue.entries.find((one) => one.id === id) ?? queue.recent.find((one) => one.id === id);
    if (found) return found;
  }
  return undefined;
}

export const ChecksCard = memo(function ChecksCard({ item }: { item: ChecksItem }) {
  const [folded, toggle] = useFold(item.key);
  const passed = item.checks.filter((check) => check.state === "passed").length;
  const failed = item.checks.filter((check) => check.state === "failed");
  const running = item.checks.some((check) => check.state === "running") && !item.over;
  const total = item.checks.reduce((sum, check) => sum + (check.durationMs ?? 0), 0);
  const kind = failed.length > 0 ? "failed" : running ? "running" : passed === item.checks.length && passed > 0 ? "passed" : "waiting";
  return (
    <Card label={words.checks} data-testid="card-checks">
      <CardHead icon="shield" title={words.checksOn} id={item.onto ? `${shortId(item.entryId)} ${words.onTarget(item.onto.slice(0, 7))}` : item.entryId}>
        <State kind={kind}>{failed.length > 0 ? words.nFailed(failed.length) : words.nOf(passed, item.checks.length)}</State>
        {total > 0 ? (
          <time className="num">
            <Duration ms={total} />
          </time>
        ) : null}
        <IconButton small icon={folded ? "right" : "down"} label={folded ? words.openChecks : words.foldChecks} aria-expanded={!folded} onClick={toggle} />
      </CardHead>
      {folded || item.checks.length === 0 ? null : (
        <CardSection className="checks">
          {item.checks.map((check) => (
            <CheckLine key={check.name} check={check} over={item.over} />
          ))}
        </CardSection>
      )}
      {!folded && failed[0] && failed[0].tail ? <LogTail lines={failed[0].tail.trimEnd().split("\n")} rows={Math.min(6, failed[0].tail.trimEnd().split("\n").length)} label={words.lastOutputOf(failed[0].name)} /> : null}
    </Card>
  );
});

export function CheckLine({ check, over }: { check: CheckVerdict; over: boolean }) {
  const skipped = check.state === "skipped";
  const kind = check.state === "passed" ? "passed" : check.state === "failed" ? "failed" : over || skipped ? "waiting" : "running";
  const word = skipped ? words.skipped : { passed: words.passed, failed: words.failed, running: words.running, waiting: words.notFinished }[kind];
  return (
    <div className="h t2">
      <State kind={kind} size="s" label={word} />
      <span className="mono grow trunc" title={[argvText(check.run), saidOf(check)].filter(Boolean).join(", ")}>
        {argvText(check.run) || check.name}
      </span>
      {skipped ? <span className="t1 c3">{words.skipped}</span> : null}
      {check.flakyRetry ? <span className="t1 s-needs">{words.secondTry}</span> : null}
      <span className="c3 num t1">{check.reused ? words.takenOver : check.durationMs !== null ? durationText(check.durationMs) : ""}</span>
    </div>
  );
}

export const LandedLine = memo(function LandedLine({ item }: { item: LandedItem }) {
  const { entry } = item;
  const took = item.finishedAt ? Date.parse(item.ts) - Date.parse(item.finishedAt) : undefined;
  return (
    <div className="line" role="group" aria-label={words.landed} data-testid="line-landed" data-commit={entry.landedCommit ?? ""}>
      <span className="st s-passed">
        <Icon name="landed" />
      </span>
      <span className="trunc">
        <b className="medium name">{words.landed}</b>{" "}
        <Link to="/review/$reviewId" params={{ reviewId: entry.id }} className="mono">
          {(entry.landedCommit ?? "").slice(0, 7)}
        </Link>{" "}
        <InlineText text={entry.title} />
      </span>
      <span className="c3 line__branch">{words.onTarget(entry.target)}</span>
      <span className="push t1 c3 num line__end">
        <Time ts={item.ts} />
        {took !== undefined && took >= 0 ? words.landedAfter(durationText(took), shortId(entry.jobId)) : ""}
      </span>
    </div>
  );
});

/** The entry's own sentence, else what came with the event; a bare code is for machines. */
export function stoppedText(item: Pick<StoppedItem, "entry" | "reason" | "detail">): { sentence: string; output: string } {
  const detail = item.detail.trim();
  const [own, ownOutput] = toldParts(item.entry);
  if (own !== "" && ownOutput !== "") return { sentence: own, output: ownOutput };
  const said = own || (/^[a-z_]+(\.[a-z_]+)*$/.test(item.reason) ? "" : item.reason);
  if (said === "") return detail.includes("\n") ? { sentence: words.thisWasSaid, output: detail } : { sentence: detail || item.reason, output: "" };
  return { sentence: said, output: detail === said ? "" : detail };
}

export const StoppedCard = memo(function StoppedCard({ item }: { item: StoppedItem }) {
  const crew = useCrew();
  const { run, busy, failure } = useAction();
  const { entry } = item;
  const now = useModel((state) => findEntry(state.merge.value, entry.id)?.state);
  const quiet = item.how === "removed" || item.how === "parked";
  const title = { returned: words.returned, failed: words.failed, removed: words.removed, parked: words.parked }[item.how];
  const { sentence, output } = stoppedText(item);
  const lines = output.split("\n");
  const again = item.how !== "removed" && (now === undefined || now === "failed" || now === "parked");
  return (
    <Card label={title} data-testid={`card-${item.how}`}>
      <CardHead mark={<State kind={quiet ? "waiting" : "failed"} label={title} />} title={`${title}: ${entry.title}`} id={entry.id}>
        <Time ts={item.ts} />
      </CardHead>
      <CardSection className="t2">
        <p className="wraps">
          <InlineText text={sentence} />
        </p>
      </CardSection>
      {output !== "" ? <LogTail lines={lines} rows={Math.min(8, lines.length)} label={words.whatWasSaid} /> : null}
      <CardFoot>
        {again && item.how !== "returned" ? (
          <Button small icon="refresh" busy={busy} onClick={() => void run(() => crew.call("merge.retry", { id: entry.id }))}>
            {words.retry}
          </Button>
        ) : null}
        <Link className="btn btn--s btn--ghost" to="/review/$reviewId" params={{ reviewId: entry.id }}>
          {words.open}
        </Link>
        <span className="push t2 c3 trunc">
          {failure ? (
            <span className="s-failed"><InlineText text={failure.message} /></span>
          ) : (
            <>
              {words.nothingLost} <span className="mono">{entry.commitSha.slice(0, 7)}</span> {words.staysOn} <span className="mono" title={entry.branch}>{shortBranch(entry.branch)}</span>
            </>
          )}
        </span>
      </CardFoot>
    </Card>
  );
});

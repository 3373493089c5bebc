// The line at the bottom: what is true right now, or since when it is not known.

import { Link, useParams } from "@tanstack/react-router";
import { useModel } from "../app";
import { clockText, Icon, StateIcon } from "../components";
import { holdsOf, holdWords } from "../hold";
import { UpdateMark } from "../updates/UpdateMark";
import { decimal } from "../words";
import { words } from "./words";

export function StatusBar() {
  const status = useModel((state) => state.status.value);
  const live = useModel((state) => state.connection.state === "live");
  const params = useParams({ strict: false });
  const queue = useModel((state) => state.merge.value?.find((one) => one.workspaceId === params.workspace) ?? state.merge.value?.[0]);
  const asks = useModel((state) => state.approvals.value?.filter((one) => one.state === "pending").length ?? state.status.value?.pendingApprovals ?? 0);
  const spent = status ? status.budgets.inputTokensToday + status.budgets.outputTokensToday : 0;
  return (
    <footer className="status" aria-label={words.status}>
      <ConnectionWord />
      {status ? (
        <>
          <span data-testid="status-workers">
            <Icon name="helm" />
            {words.workersBusy(status.workers.busy, status.workers.online)}
          </span>
          <Link to="/queue" className="status__link" data-testid="status-queue">
            <Icon name="stack" />
            {words.inQueue(queued(status.queues))}
          </Link>
          {holdsOf(status).length > 0 ? (
            <Link to="/queue" className="status__link s-needs" data-testid="status-held">
              <Icon name="pause" />
              {holdWords.paused}
            </Link>
          ) : null}
          {status.checksRunning > 0 && live ? (
            <span className="s-running">
              <StateIcon kind="running" />
              <span className="c2">{words.checksRunning(status.checksRunning)}</span>
            </span>
          ) : null}
          {asks > 0 ? (
            <Link to="/approvals" className="status__link s-needs" data-testid="status-needs">
              <StateIcon kind="needs" />
              {words.needsYou(asks)}
            </Link>
          ) : null}
          {status.isolationProblem ? (
            <Link to="/doctor" className="status__link s-needs" title={status.isolationProblem}>
              <Icon name="alert" />
              {words.noSandbox}
            </Link>
          ) : null}
        </>
      ) : null}
      <UpdateMark />
      <span className="push mono" data-testid="status-tip">
        {queue ? `${queue.branch} ${queue.tip ? queue.tip.slice(0, 7) : words.notBegun}` : ""}
      </span>
      {status ? (
        <span>
          <Icon name="coin" />
          <span className="num">{words.tokens(spent, compact(spent))}</span>
        </span>
      ) : null}
    </footer>
  );
}

export function queued(queues: { requests: Record<string, number>; jobs: Record<string, number>; merge: Record<string, number> }): number {
  const sum = (counts: Record<string, number>, names: string[]) => names.reduce((n, name) => n + (counts[name] ?? 0), 0);
  return (
    sum(queues.requests, ["pending", "claimed"]) + sum(queues.jobs, ["pending"]) + Object.values(queues.merge).reduce((a, b) => a + b, 0)
  );
}

export function compact(n: number): string {
  if (n < 1000) return String(n);
  if (n < 1_000_000) return `${decimal(n / 1000, n < 10_000 ? 1 : 0)}k`;
  return `${decimal(n / 1_000_000)}M`;
}

function ConnectionWord() {
  const connection = useModel((state) => state.connection);
  const local = /^(127\.|localhost$|\[::1\])/.test(location.hostname);
  switch (connection.state) {
    case "live":
      return (
        <span className="s-passed" role="status" data-testid="connection" data-state="live">
          <Icon name="check" />
          <span className="c2">{[local ? words.connected : words.connectedTo(location.hostname), ...(connection.over === "http" ? [words.overHttp] : [])].join(", ")}</span>
        </span>
      );
    case "connecting":
      return (
        <span className="s-running" role="status" data-testid="connection" data-state="connecting">
          <Icon name="running" spin />
          <span className="c2">{connection.attempt > 0 ? words.reconnecting(connection.attempt) : words.connecting}</span>
        </span>
      );
    case "offline":
      return (
        <span className="s-needs" role="status" data-testid="connection" data-state="offline">
          <Icon name="offline" />
          <span>{connection.lastSeen ? words.offlineAsOf(clockText(new Date(connection.lastSeen).toISOString())) : words.offline}</span>
        </span>
      );
    default:
      return (
        <span className="s-needs" role="status" data-testid="connection" data-state={connection.state}>
          <Icon name="offline" />
          <span>{words.signedOut}</span>
        </span>
      );
  }
}

// Requests, jobs and workers as rows. Rows out of sight are not in the page.

import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMay } from "../app";
import { agoText, Button, EmptyState, IconButton, InlineText, Menu, type MenuEntry, shortId, State, useNow, VirtualList } from "../components";
import type { Deeds } from "./actions";
import type { JobRow, RequestRow, WorkerRow } from "./board";
import { words } from "./words";

/** Where a session's conversation is. */
export type SessionLink = (sessionId: string) => { workspace: string; session: string } | undefined;

export function Board({
  title,
  count,
  all,
  children,
}: {
  title: string;
  count: number;
  /** Before the filter. */
  all: number;
  children: ReactNode;
}) {
  return (
    <div className="board">
      <div className="section__head">
        <h2 className="strong board__title">{title}</h2>
        <span className="count">{count === all ? all : words.shownOf(count, all)}</span>
      </div>
      {children}
    </div>
  );
}

export function RequestBoard({
  rows,
  all,
  row,
  deeds,
  link,
  onClear,
}: {
  rows: readonly RequestRow[];
  all: number;
  row: number;
  deeds: Deeds;
  link: SessionLink;
  onClear: () => void;
}) {
  const may = useMay("chat");
  return (
    <Board title={words.requests} count={rows.length} all={all}>
      {rows.length === 0 ? (
        <None all={all} title={words.noRequests} text={words.noRequestsText} onClear={onClear} />
      ) : (
        <VirtualList items={rows} itemKey={(each) => each.id} row={row} label={words.requests} className="board__list">
          {(each) => {
            const place = each.sessionId ? link(each.sessionId) : undefined;
            const inner = (
              <>
                <State kind={each.kind} label={each.end} />
                <span className="mono t1 c3 brow__id" title={each.id}>
                  {shortId(each.id)}
                </span>
                <span className="grow trunc brow__title"><InlineText text={each.title} /></span>
                <span className="t1 c3 trunc brow__end" title={each.detail || undefined}>
                  {each.end}
                </span>
              </>
            );
            const items: MenuEntry[] = [];
            if (may && each.canRetry) items.push({ label: words.retry, icon: "refresh", onSelect: () => deeds.ask("retryRequest", each.id) });
            if (may && each.canCancel) items.push({ label: words.cancelRequest, icon: "x", danger: true, onSelect: () => deeds.ask("cancelRequest", each.id) });
            return (
              <div className="brow">
                {each.jobId ? (
                  <Link to="/jobs/$jobId" params={{ jobId: each.jobId }} className="brow__link">
                    {inner}
                  </Link>
                ) : place ? (
                  <Link to="/w/$workspace/s/$session" params={place} className="brow__link">
                    {inner}
                  </Link>
                ) : (
                  <span className="brow__link">{inner}</span>
                )}
                <RowMenu id={each.id} items={items} />
              </div>
            );
          }}
        </VirtualList>
      )}
    </Board>
  );
}

export function JobBoard({
  rows,
  all,
  row,
  deeds,
  onClear,
  onReview,
}: {
  rows: readonly JobRow[];
  all: number;
  row: number;
  deeds: Deeds;
  onClear: () => void;
  onReview: (id: string) => void;
}) {
  const may = useMay("jobs");
  return (
    <Board title={words.jobs} count={rows.length} all={all}>
      {rows.length === 0 ? (
        <None all={all} title={words.noJobs} text={words.noJobsText} onClear={onClear} />
      ) : (
        <VirtualList items={rows} itemKey={(each) => each.id} row={row} label={words.jobs} className="board__list">
          {(each) => {
            const items: MenuEntry[] = [];
            if (each.canReview) items.push({ label: words.review, icon: "diff", onSelect: () => onReview(each.entryId ?? each.id) });
            if (may && each.canRetry) items.push({ label: words.retry, icon: "refresh", onSelect: () => deeds.ask("retryJob", each.id) });
            if (may && each.canStop) items.push({ label: words.stop, icon: "stop", danger: true, onSelect: () => deeds.ask("stopJob", each.id) });
            return (
              <div className="brow">
                <Link to="/jobs/$jobId" params={{ jobId: each.id }} className="brow__link">
                  <State kind={each.kind} label={each.end} />
                  <span className="mono t1 c3 brow__id" title={each.id}>
                  {shortId(each.id)}
                </span>
                  <span className="grow trunc brow__title"><InlineText text={each.title} /></span>
                  <span className="t1 c2 trunc brow__end" title={each.detail || undefined}>
                    {each.end}
                  </span>
                  <span className="mono t1 c3 trunc brow__who" title={each.workerId || undefined}>
                    {shortId(each.workerId)}
                  </span>
                </Link>
                <RowMenu id={each.id} items={items} />
              </div>
            );
          }}
        </VirtualList>
      )}
    </Board>
  );
}

export function WorkerBoard({ rows, row, live }: { rows: readonly WorkerRow[]; row: number; live: boolean }) {
  const now = useNow();
  if (rows.length === 0) {
    return (
      <EmptyState icon="helm" title={words.noWorkers}>
        {words.noWorkersText}
      </EmptyState>
    );
  }
  const line = (each: WorkerRow) => (
    <div className="brow brow--worker">
      <State kind={live ? each.kind : "waiting"} label={each.jobId ?? each.says} />
      <Link to="/workers/$workerId" params={{ workerId: each.id }} className="mono t1 trunc brow__worker" title={each.name === each.id ? undefined : each.id}>
        {each.name}
      </Link>
      {each.jobId ? (
        <Link to="/jobs/$jobId" params={{ jobId: each.jobId }} className="mono t1 trunc brow__job">
          {shortId(each.jobId)}
        </Link>
      ) : (
        <span className="t1 c2">{each.says}</span>
      )}
      <span className="push t1 c3 trunc" title={words.seen(agoText(each.lastHeartbeat, now))}>
        {each.says === words.offline ? words.seen(agoText(each.lastHeartbeat, now)) : each.about}
      </span>
    </div>
  );
  if (rows.length <= 12) {
    return (
      <ul className="workers">
        {rows.map((each) => (
          <li key={each.id} style={{ height: row }}>
            {line(each)}
          </li>
        ))}
      </ul>
    );
  }
  return (
    <div className="workers workers--many">
      <VirtualList items={rows} itemKey={(each) => each.id} row={row} label={words.workers} className="board__list">
        {line}
      </VirtualList>
    </div>
  );
}

function RowMenu({ id, items }: { id: string; items: MenuEntry[] }) {
  if (items.length === 0) return null;
  return <Menu trigger={<IconButton small label={words.actions(shortId(id))} icon="more" className="rowmenu" />} items={items} />;
}

function None({ all, title, text, onClear }: { all: number; title: string; text: string; onClear: () => void }) {
  if (all > 0) {
    return (
      <EmptyState icon="search" title={words.nothingMatches} action={<Button onClick={onClear}>{words.clearFilter}</Button>} />
    );
  }
  return (
    <EmptyState icon="stack" title={title}>
      {text}
    </EmptyState>
  );
}


// A job's change under review: files, diff, proof, and the question whether it may land. The whole page, or the side
// pane beside a conversation.

import { Link, useRouter, useSearch } from "@tanstack/react-router";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { notByEnter } from "../approvals/by-enter";
import {
  Banner, Button, Change, Choice, CopyButton, EmptyState, ErrorState, IconButton, InlineText, Kbd, keysText, Menu, plainLine, shortBranch, shortId, Skeleton, State,
} from "../components";
import { saidOf } from "../model";
import { useAnswer } from "./ApprovalBox";
import { type DiffHandle, DiffText } from "./DiffText";
import { FileTree } from "./FileTree";
import type { ReviewFile } from "./files";
import { reviewKey } from "./keys";
import { Proof } from "./Proof";
import "./review.css";
import { buildRows, type Layout } from "./rows";
import { type Reviewed, useReview } from "./useReview";
import { usePlace } from "./usePlace";
import { usePreference, useViewed } from "./preferences";
import { useWidth } from "./useWidth";
import { words } from "./words";

type Part = "diff" | "files" | "proof";

export default function ReviewPane({ reviewId, compact = false, onOpenFull }: { reviewId: string; compact?: boolean; onOpenFull?: () => void }) {
  const reviewed = useReview(reviewId);
  const { at } = useSearch({ strict: false }) as { at?: unknown };
  const title = reviewed.diff.value?.title ?? reviewed.entry?.title ?? reviewed.job?.title ?? words.review;
  useEffect(() => {
    if (!compact) document.title = `${plainLine(title)}, Pilothouse`;
  }, [compact, title]);
  if (reviewed.unknown) {
    return (
      <Frame compact={compact} title={words.review} reviewed={reviewed}>
        <EmptyState icon="diff" title={words.unknownTitle}>
          {words.unknown(reviewId)}
        </EmptyState>
      </Frame>
    );
  }
  if (reviewed.failure) {
    const none = reviewed.failure.code === "not_found";
    return (
      <Frame compact={compact} title={title} reviewed={reviewed}>
        {none ? (
          <EmptyState icon="diff" title={words.noDiffTitle}>
            {words.noDiff}
          </EmptyState>
        ) : (
          <ErrorState title={words.failedTitle} error={reviewed.failure} onRetry={reviewed.diff.reload} />
        )}
      </Frame>
    );
  }
  if (!reviewed.review) {
    return (
      <Frame compact={compact} title={title} reviewed={reviewed}>
        <Skeleton rows={12} row={24} />
      </Frame>
    );
  }
  const place = typeof at === "string" && !compact ? at : undefined;
  return <Ready key={place} reviewed={reviewed} title={title} compact={compact} place={place} onOpenFull={onOpenFull} />;
}

function Ready({
  reviewed,
  title,
  compact,
  place,
  onOpenFull,
}: {
  reviewed: Reviewed;
  title: string;
  compact: boolean;
  /** Where to begin: `path:line` of the change. */
  place: string | undefined;
  onOpenFull?: (() => void) | undefined;
}) {
  const review = reviewed.review;
  const frame = useRef<HTMLDivElement>(null);
  const diffRef = useRef<DiffHandle>(null);
  const filterRef = useRef<HTMLInputElement>(null);
  const boxRef = useRef<HTMLElement>(null);
  const width = useWidth(frame);
  const narrow = width > 0 && width < 760;
  const middle = !narrow && width < 1120;

  const [asked, setLayout] = usePreference<Layout | "">("diff.layout", "");
  const layout: Layout = asked !== "" && !narrow ? asked : width >= 1000 && !compact ? "split" : "unified";
  const [forcedSplit, setForcedSplit] = useState(false);
  const shown: Layout = narrow && forcedSplit ? "split" : layout;
  const [wrapAsked, setWrap] = usePreference<"on" | "off" | "">("diff.wrap", "");
  const wrap = wrapAsked === "" ? narrow && !compact : wrapAsked === "on";
  const [ignoreSpace, setIgnoreSpace] = useState(false);
  const [closed, setClosed] = useState<ReadonlySet<number>>(new Set());
  const [viewed, toggleViewed] = useViewed(reviewed.diff.value?.commit ?? "");
  const [current, setCurrent] = useState(0);
  // Where a person is asked what is to become of it, a narrow page begins with what was said of it.
  const [part, setPart] = useState<Part>(reviewed.entry?.repair?.waysOut && place === undefined ? "proof" : "diff");
  const [side, setSide] = useState<"files" | "proof">("proof");

  const list = useMemo(() => (review ? buildRows(review, { layout: shown, ignoreSpace, closed }) : undefined), [review, shown, ignoreSpace, closed]);
  const showApproval = () => {
    setPart("proof");
    setSide("proof");
    requestAnimationFrame(() => {
      boxRef.current?.scrollIntoView({ block: "nearest" });
      boxRef.current?.focus();
    });
  };
  const asking = narrow ? part === "proof" : !middle || side === "proof";
  const answering = useAnswer(reviewed.approval, review, asking, showApproval);

  const onClose = useCallback(
    (index: number) =>
      setClosed((before) => {
        const next = new Set(before);
        if (!next.delete(index)) next.add(index);
        return next;
      }),
    [],
  );
  const onViewed = useCallback(
    (path: string) => {
      const now = toggleViewed(path);
      const file = review?.files.find((each) => each.path === path);
      if (!file) return;
      setClosed((before) => {
        const next = new Set(before);
        if (now) next.add(file.index);
        else next.delete(file.index);
        return next;
      });
    },
    [review, toggleViewed],
  );
  const onUnfold = useCallback((index: number) => setClosed((before) => new Set([...before].filter((each) => each !== index))), []);
  const pointed = usePlace(diffRef, { review, list, closed, ready: width > 0, asked: place, onUnfold });
  if (!review || !list) return null;

  const openPlace = (text: string) => {
    setPart("diff");
    pointed.go(text);
  };
  const openFile = (file: ReviewFile) => {
    setPart("diff");
    requestAnimationFrame(() => diffRef.current?.showFile(file.index));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const does = reviewKey(event, /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.getAttribute("type") !== "checkbox");
    if (!does) return;
    event.preventDefault();
    event.stopPropagation();
    const file = review.files[current];
    if (does === "file.next" || does === "file.previous") diffRef.current?.step("file", does === "file.next" ? 1 : -1);
    else if (does === "hunk.next" || does === "hunk.previous") diffRef.current?.step("hunk", does === "hunk.next" ? 1 : -1);
    else if (does === "unified" || does === "split") choose(does);
    else if (does === "viewed" && file) onViewed(file.path);
    else if (does === "fold" && file) onClose(file.index);
    else if (does === "approval") showApproval();
    else if (does === "filter") {
      setPart("files");
      setSide("files");
      requestAnimationFrame(() => filterRef.current?.focus());
    }
  };
  const choose = (next: Layout) => {
    if (narrow) setForcedSplit(next === "split");
    else setLayout(next);
  };

  const tree = <FileTree review={review} current={current} viewed={viewed} onOpen={openFile} filterRef={filterRef} />;
  const proof = (
    <Proof job={reviewed.job} entry={reviewed.entry} approval={reviewed.approval} review={review} answering={answering} boxRef={boxRef} onPlace={openPlace} />
  );
  const text =
    review.files.length === 0 ? (
      <EmptyState icon="diff" title={words.emptyTitle}>
        {words.empty}
      </EmptyState>
    ) : (
      <DiffText
        ref={diffRef}
        review={review}
        list={list}
        layout={shown}
        wrap={wrap}
        closed={closed}
        viewed={viewed}
        place={pointed.place}
        level={compact ? 3 : 2}
        onClose={onClose}
        onViewed={onViewed}
        onFile={setCurrent}
      />
    );
  const allClosed = closed.size === review.files.length && closed.size > 0;
  const menu = (
    <Menu
      trigger={<IconButton label={words.more} icon="more" />}
      items={[
        { label: words.wrap, chosen: wrap, onSelect: () => setWrap(wrap ? "off" : "on") },
        { label: words.ignoreSpace, chosen: ignoreSpace, onSelect: () => setIgnoreSpace(!ignoreSpace) },
        {
          label: allClosed ? words.unfoldAll : words.foldAll,
          onSelect: () => setClosed(allClosed ? new Set() : new Set(review.files.map((file) => file.index))),
        },
        "separator",
        { label: words.copyPatch, icon: "copy", onSelect: () => void navigator.clipboard?.writeText(review.unified) },
        ...(onOpenFull ? ["separator" as const, { label: words.openFull, icon: "ext" as const, onSelect: onOpenFull }] : []),
      ]}
    />
  );
  const layoutChoice = (
    <Choice
      label={words.layout}
      value={shown}
      options={[
        { value: "unified", label: words.unified },
        { value: "split", label: words.split },
      ]}
      onChange={choose}
    />
  );
  return (
    <Frame
      compact={compact}
      title={title}
      reviewed={reviewed}
      frameRef={frame}
      plain={narrow}
      onKeyDown={onKeyDown}
      end={
        <>
          {!narrow && !middle ? (
            <label className="h h--1 t2 c2">
              <input type="checkbox" className="boxin" checked={ignoreSpace} onChange={(event) => setIgnoreSpace(event.target.checked)} />
              {words.ignoreSpace}
            </label>
          ) : null}
          {narrow ? null : layoutChoice}
          {menu}
        </>
      }
    >
      <Notices reviewed={reviewed} spaceOnly={ignoreSpace ? list.spaceOnly : 0} onShowSpace={() => setIgnoreSpace(false)} />
      {narrow ? (
        <div className="rparts">
          <Choice
            label={words.part}
            value={part}
            options={[
              { value: "diff", label: words.diff },
              { value: "files", label: `${words.files} ${review.files.length}` },
              { value: "proof", label: words.proof },
            ]}
            onChange={setPart}
          />
          <span className="push h">
            <Change additions={review.additions} deletions={review.deletions} />
          </span>
        </div>
      ) : null}
      <div className={`rev rev--${narrow ? "narrow" : middle ? "middle" : "wide"}`}>
        {!narrow && !middle ? <aside className="rev__tree" aria-label={words.files}>{tree}</aside> : null}
        {!narrow || part === "diff" ? <div className="rev__text">{text}</div> : null}
        {narrow && part === "files" ? <div className="rev__tree">{tree}</div> : null}
        {narrow && part === "proof" ? <div className="rev__side scroll">{proof}</div> : null}
        {narrow ? null : middle ? (
          <aside className="rev__side rev__side--tabs" aria-label={words.proof}>
            <div className="rparts">
              <Choice
                label={words.part}
                value={side}
                options={[
                  { value: "proof", label: words.proof },
                  { value: "files", label: `${words.files} ${review.files.length}` },
                ]}
                onChange={setSide}
              />
            </div>
            <div className="scroll rev__sidebody">{side === "proof" ? proof : tree}</div>
          </aside>
        ) : (
          <aside className="rev__side scroll" aria-label={words.proof}>{proof}</aside>
        )}
      </div>
      <footer className="land">
        {narrow ? null : (
          <span className={`h h--3 land__keys${middle ? " land__keys--few" : ""}`}>
            <Hint keys={["j", "k"]}>{words.file}</Hint>
            <Hint keys={["n", "p"]}>{words.hunk}</Hint>
            <Hint keys={["u"]}>{words.keyUnified.toLowerCase()}</Hint>
            <Hint keys={["s"]}>{words.keySplit.toLowerCase()}</Hint>
            <Hint keys={["v"]}>{words.viewed.toLowerCase()}</Hint>
            {answering.pending ? <Hint keys={["a"]}>{words.approval}</Hint> : null}
          </span>
        )}
        <span className="push t2 c2 trunc land__say">{answering.pending ? (asking ? (answering.held ?? words.landsNext) : "") : <InlineText text={saidOf(reviewed.entry) ?? ""} />}</span>
        {answering.pending && ((narrow && asking) || !answering.may) ? null : answering.pending ? (
          <>
            <Button onClick={showApproval}>{words.deny}…</Button>
            <Button
              look="primary"
              busy={answering.busy}
              disabled={asking && answering.held !== undefined}
              onKeyDown={asking ? notByEnter : undefined}
              onClick={answering.approve}
              title={keysText("mod+shift+l")}
            >
              {asking ? words.approveLand : words.seeApproval} <Kbd keys="mod+shift+l" />
            </Button>
          </>
        ) : reviewed.jobId ? (
          <Link to="/jobs/$jobId" params={{ jobId: reviewed.jobId }} className="btn">
            {words.openJob(shortId(reviewed.jobId))}
          </Link>
        ) : null}
      </footer>
    </Frame>
  );
}

function Hint({ keys, children }: { keys: readonly string[]; children: string }) {
  return (
    <span className="h h--1 t2 c2">
      {keys.map((key) => (
        <Kbd key={key} keys={key} />
      ))}{" "}
      {children}
    </span>
  );
}

function Notices({ reviewed, spaceOnly, onShowSpace }: { reviewed: Reviewed; spaceOnly: number; onShowSpace: () => void }) {
  const review = reviewed.review;
  return (
    <>
      {review?.truncated ? (
        <Banner tone="needs" icon="alert">
          {words.truncated(review.missing)}
        </Banner>
      ) : null}
      {spaceOnly > 0 ? (
        <Banner
          tone="run"
          icon="info"
          action={
            <Button small look="ghost" onClick={onShowSpace}>
              {words.showThem}
            </Button>
          }
        >
          {words.spaceOnly(spaceOnly)}
        </Banner>
      ) : null}
    </>
  );
}

function Frame({
  compact,
  title,
  reviewed,
  end,
  frameRef,
  onKeyDown,
  plain = false,
  children,
}: {
  compact: boolean;
  /** The size of the change is said elsewhere. */
  plain?: boolean;
  title: string;
  reviewed: Reviewed;
  end?: React.ReactNode;
  frameRef?: React.Ref<HTMLDivElement>;
  onKeyDown?: (event: KeyboardEvent) => void;
  children: React.ReactNode;
}) {
  const router = useRouter();
  const { entry, job, review } = reviewed;
  const verified = entry?.verified ?? job?.verified;
  const Title = compact ? "h2" : "h1";
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- keys of the room; every one has a button too
    <div className={`review${compact ? " review--compact" : ""}`} ref={frameRef} onKeyDown={onKeyDown}>
      <header className="bar">
        {compact ? null : <IconButton label={words.back} icon="left" className="review__back" onClick={() => router.history.back()} />}
        <Title className="strong trunc bar__title">
          <InlineText text={title} />
        </Title>
        <span className="mono t1 c3 review__id">{shortId(reviewed.jobId ?? "")}</span>
        {verified === true ? <State kind="passed">{words.verified}</State> : verified === false ? <State kind="waiting">{words.notVerified}</State> : null}
        {entry && !compact ? (
          <span className="t2 c3 trunc review__where" title={words.onto(entry.branch, entry.target)}>
            {words.onto(shortBranch(entry.branch), entry.target)}
            {review ? `, ${words.filesCount(review.files.length)}` : ""}
          </span>
        ) : null}
        {review && !plain ? (
          <span className="h review__stat">
            <Change additions={review.additions} deletions={review.deletions} />
          </span>
        ) : null}
        <span className="push h">{end ?? (review ? <CopyButton text={review.unified} label={words.copyPatch} /> : null)}</span>
      </header>
      {children}
    </div>
  );
}

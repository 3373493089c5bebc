// What people and buddies say.

import { memo } from "react";
import { useCrew, useModel } from "../app";
import { Button, clockText, CopyButton, Markdown, State, Time } from "../components";
import type { MessageItem, ReplyItem } from "../model";
import { useFold } from "./folds";
import { words } from "./words";

/** Lines of a message that are shown before it is folded. */
const LONG_LINES = 30;
const LONG_TEXT = 3000;

export const MessageRow = memo(function MessageRow({ item }: { item: MessageItem }) {
  return (
    <article className="msg msg--you" aria-label={words.saidAt(item.who, clockText(item.ts))}>
      <div className="msg__who">
        <b>{item.who}</b>
        <Time ts={item.ts} />
        <Delivery item={item} />
        <span className="push msg__tools">
          <CopyButton icon text={item.text} label={words.copy} />
        </span>
      </div>
      <LongText id={item.key} text={item.text} />
    </article>
  );
});

function Delivery({ item }: { item: MessageItem }) {
  const crew = useCrew();
  const live = useModel((state) => state.connection.state === "live");
  if (!item.sending || item.sending === "sent") return null;
  if (item.sending === "refused") {
    return (
      <>
        <State kind="failed" plain>
          {words.refused}: {item.problem}
        </State>
        <Button small look="ghost" onClick={() => crew.resend(item.key)}>
          {words.retry}
        </Button>
        <Button small look="ghost" onClick={() => crew.discard(item.key)}>
          {words.discard}
        </Button>
      </>
    );
  }
  if (item.sending === "waiting" && !live) {
    return (
      <>
        <State kind="waiting" plain>
          {words.waitsForServer}
        </State>
        <Button small look="ghost" onClick={() => crew.discard(item.key)}>
          {words.discard}
        </Button>
      </>
    );
  }
  return <span className="t1 c3">{words.sending}</span>;
}

function LongText({ id, text }: { id: string; text: string }) {
  const long = text.length > LONG_TEXT || text.split("\n", LONG_LINES + 1).length > LONG_LINES;
  const [folded, toggle] = useFold(`text-${id}`, true);
  if (!long) return <Markdown text={text} />;
  return (
    <>
      <div className={folded ? "msg__short" : undefined}>
        <Markdown text={text} />
      </div>
      <Button small look="ghost" aria-expanded={!folded} onClick={toggle}>
        {folded ? words.showAll : words.showLess}
      </Button>
    </>
  );
}

export const ReplyRow = memo(function ReplyRow({ item }: { item: ReplyItem }) {
  return (
    <article className="msg" aria-busy={item.streaming || undefined} data-testid={item.streaming ? "streaming" : undefined} aria-label={words.saidAt(item.who, clockText(item.ts))}>
      <div className="msg__who">
        <b>{item.who}</b>
        <Time ts={item.ts} />
        {item.streaming ? null : (
          <span className="push msg__tools">
            <CopyButton icon text={item.text} label={words.copy} />
          </span>
        )}
      </div>
      {item.streaming ? (
        <div className="prose--stream">
          <Markdown text={item.text} growing />
        </div>
      ) : (
        <LongText id={item.key} text={item.text} />
      )}
    </article>
  );
});

// The quieter rows: a request that waits for a model, suggestions, notices, and closed groups of detail.

import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { useModel } from "../app";
import { Button, Card, CardFoot, CardHead, CardSection, clockText, Facts, Icon, InlineText, Markdown, State, Tag, Time } from "../components";
import type { NearestStep } from "../client";
import type { GroupItem, NoticeItem, SuggestionsItem, WaitingItem } from "../model";
import { useRowActions } from "./actions";
import { useFold } from "./folds";
import { stepText } from "./nearest";
import { words } from "./words";

export const WaitingCard = memo(function WaitingCard({ item }: { item: WaitingItem }) {
  const { send, compose } = useRowActions();
  const ready = useModel((state) => state.status.value?.modelReady ?? false);
  return (
    <Card label={words.waitingForModel} data-testid="card-waiting">
      <CardHead mark={<State kind="waiting" label={words.waiting} />} title={words.waitingForModel} id={item.requestId}>
        <Time ts={item.ts} />
      </CardHead>
      <CardSection>
        <Facts
          rows={[
            [words.understood, <InlineText key="understood" text={item.understood} />],
            [words.whyItWaits, <InlineText key="why" text={item.why} />],
            [
              words.toConnect,
              item.connect.length > 0 ? (
                <ul className="list">
                  {item.connect.map((line) => (
                    <li key={line}>
                      <span className="c3" aria-hidden="true">
                        ·
                      </span>
                      <span>
                        <InlineText text={line} />
                      </span>
                    </li>
                  ))}
                </ul>
              ) : null,
            ],
          ]}
        />
      </CardSection>
      {item.nearest.length > 0 ? (
        <CardSection className="v v--1">
          <span className="label">{words.possibleNow}</span>
          <div className="h wrap">
            {item.nearest.filter(canPress).map((step) => (
              <Button
                key={step.command}
                title={step.command}
                // Something with a gap in it has to be finished by hand.
                onClick={() => (/[<…]|\s$/.test(step.command) ? compose(step.command) : send(step.command))}
              >
                <span>
                  <InlineText text={stepText(step)} />
                </span>{" "}
                <span className="mono c3">{step.command}</span>
              </Button>
            ))}
          </div>
          {item.nearest
            .filter((step) => !canPress(step))
            .map((step) => (
              <p key={step.label} className="t2 c2">
                <InlineText text={stepText(step)} />
              </p>
            ))}
        </CardSection>
      ) : null}
      <CardFoot>
        <Link className="btn btn--s" to="/settings">
          {words.chooseModel}
        </Link>
        <span className="push t2 c3">{ready ? words.modelReady : words.modelLater}</span>
      </CardFoot>
    </Card>
  );
});

export const SuggestionsCard = memo(function SuggestionsCard({ item }: { item: SuggestionsItem }) {
  const { compose } = useRowActions();
  return (
    <Card label={words.suggestions}>
      <CardHead icon="plan" title={words.suggestions}>
        <Time ts={item.ts} />
      </CardHead>
      {item.items.map((one) => (
        <CardSection key={one.id} className="h">
          <div className="grow">
            <div className="medium">
              <InlineText text={one.title} />
            </div>
            <div className="t2 c2 wraps">
              <InlineText text={one.detail} />
            </div>
          </div>
          <Tag>{one.effort}</Tag>
          <Button small onClick={() => compose(one.title)}>
            {words.use}
          </Button>
        </CardSection>
      ))}
    </Card>
  );
});

/** Some steps only say how things stand. */
function canPress(step: NearestStep): boolean {
  return step.command.trim() !== "";
}

const TONES = { plain: "", failed: " s-failed", passed: " s-passed", needs: " s-needs", waiting: "" } as const;

export const NoticeLine = memo(function NoticeLine({ item }: { item: NoticeItem }) {
  const [folded, toggle] = useFold(item.key, true);
  return (
    <div className="notice" role={item.tone === "failed" ? "alert" : undefined}>
      <div className="line line--top">
        <span className={`st${TONES[item.tone]}`}>
          <Icon name={item.icon} />
        </span>
        <span className="grow wraps">
          {item.who ? <b className="medium name">{item.who} </b> : null}
          <InlineText text={item.text} />
          {item.detail ? (
            <Button small look="ghost" aria-expanded={!folded} onClick={toggle}>
              {folded ? words.details : words.less}
            </Button>
          ) : null}
        </span>
        <Time ts={item.ts} className="push" />
      </div>
      {item.detail && !folded ? (
        <div className="notice__detail">
          <Markdown text={item.detail} />
        </div>
      ) : null}
    </div>
  );
});

export const GroupRow = memo(function GroupRow({ item }: { item: GroupItem }) {
  const [folded, toggle] = useFold(item.key, true);
  const last = item.lines.at(-1);
  return (
    <div className="group">
      <button type="button" className="line group__head" aria-expanded={!folded} onClick={toggle}>
        <Icon name={folded ? "right" : "down"} size="s" />
        <span className="c3 trunc"><InlineText text={item.lines.length === 1 ? (last?.text ?? "") : words.detailsLast(item.lines.length, last?.text ?? "")} /></span>
        <Time ts={last?.ts ?? item.ts} className="push" />
      </button>
      {folded ? null : (
        <ol className="group__lines">
          {item.lines.map((line) => (
            <li key={line.key}>
              <time className="c3 num">{clockText(line.ts)}</time>
              <span className="wraps">
                <InlineText text={line.text} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
});

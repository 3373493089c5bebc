// What became of a publication: where it stands, the link, or the cause and the next step.

import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useAction, useClient, useModel } from "../app";
import { Button, Card, CardFoot, CardHead, CardSection, CopyButton, Facts, Icon, InlineText, State, type StateKind, Time, timeOfDay } from "../components";
import { isLive, personName } from "../model";
import { platform } from "../platform";
import { ChecksList } from "./ChecksList";
import { hostOf, otherName } from "./form";
import { explain } from "./reasons";
import { isRunning, numberOf, type Shown } from "./shown";
import { closePublish, openPublish } from "./wish";
import { words } from "./words";
import "./publish.css";

const LOOK: Record<Shown["phase"], readonly [StateKind, string]> = {
  waiting: ["needs", words.waiting],
  pushing: ["running", words.pushing],
  pushed: ["passed", words.pushed],
  opening: ["running", words.opening],
  created: ["passed", words.created],
  reused: ["passed", words.reused],
  manual: ["needs", words.manual],
  "pr-failed": ["failed", words.prFailed],
  "push-failed": ["failed", words.pushFailed],
  stopped: ["waiting", words.stopped],
};

export function PublicationCard({
  shown,
  newest,
  question,
}: {
  shown: Shown;
  /** Its checks are followed while it is looked at. */
  newest: boolean;
  /** What a person is asked, where no other place shows it. */
  question?: ReactNode;
}) {
  const [kind, word] = LOOK[shown.phase];
  const number = numberOf(shown);
  const bad = kind === "failed";
  return (
    <Card label={word} className={bad ? "pub pub--bad" : "pub"} data-testid="card-publish" data-phase={shown.phase}>
      <CardHead mark={<State kind={kind} label="" />} title={word}>
        {shown.reason && !isRunning(shown) ? <span className="mono t1 c3 trunc">{shown.reason}</span> : null}
        <Time ts={shown.at} className="t1 c3" />
      </CardHead>
      {shown.remoteSaid && bad ? <RemoteSaid text={shown.remoteSaid} /> : null}
      <CardSection className="v v--1 t2">
        <Pushed shown={shown} />
        {shown.prUrl ? (
          <p className="h wrap pub__line">
            <Icon name="pr" />
            <OutLink href={shown.prUrl} className="wraps medium">
              {shown.title || shown.prUrl}
            </OutLink>
            {number ? <span className="c3">{words.number(number)}</span> : null}
            {shown.pr && shown.pr.state !== "open" ? <span className="tag">{words.prState(shown.pr.state)}</span> : null}
          </p>
        ) : null}
        {isRunning(shown) && shown.progress ? <p className="mono t1 c3 trunc pub__line">{shown.progress}</p> : null}
      </CardSection>
      {question ? null : <Why shown={shown} bad={bad} />}
      {question}
      {shown.prUrl ? <ChecksList shown={shown} follow={newest} /> : null}
      <Foot shown={shown} />
    </Card>
  );
}

function Pushed({ shown }: { shown: Shown }) {
  const done = shown.phase !== "pushing" && shown.phase !== "push-failed" && shown.phase !== "waiting" && shown.phase !== "stopped";
  return (
    <p className="pub__line wraps">
      {done ? <Icon name="check" size="s" /> : <Icon name="up" size="s" />}{" "}
      <span>{done ? (shown.upToDate ? words.upToDate : words.pushed) : ""}</span> <code>{shown.head}</code>
      {shown.commit ? (
        <>
          {" "}
          {words.at} <code title={shown.commit}>{shown.commit.slice(0, 7)}</code>
        </>
      ) : null}
      {shown.remote ? (
        <>
          {" "}
          {words.to} <code>{shown.remote}</code>
        </>
      ) : null}
      {shown.base && shown.wantsPr ? (
        <>
          , {words.into2} <code>{shown.base}</code>
        </>
      ) : null}{" "}
      <span className="c3">{shown.by === personName(undefined) ? words.byYou : words.by(shown.by)}</span>
    </p>
  );
}

function RemoteSaid({ text }: { text: string }) {
  return (
    // No landmark, because a conversation may hold many.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by key
    <pre className="log pub__said" role="group" tabIndex={0} aria-label={words.remoteSaid}>
      {text.trimEnd()}
    </pre>
  );
}

function Why({ shown, bad }: { shown: Shown; bad: boolean }) {
  if (!bad && shown.phase !== "manual" && shown.phase !== "stopped" && shown.phase !== "waiting") return null;
  const { cause, next } = explain(shown.reason ?? (shown.phase === "waiting" ? "approval-required" : shown.phase === "stopped" ? "cancelled" : undefined));
  const until = shown.retryAt ? words.retryAt(timeOfDay(Date.parse(shown.retryAt))) : "";
  return (
    <CardSection className="t2">
      <Facts
        rows={[
          [
            words.cause,
            <span key="cause" className="wraps">
              {cause}
              {bad && shown.message && shown.message !== cause ? (
                <span className="c2 pub__own">
                  <InlineText text={shown.message} />
                </span>
              ) : null}
            </span>,
          ],
          [words.next, <span key="next" className="wraps">{until ? `${next} ${until}` : next}</span>],
        ]}
      />
    </CardSection>
  );
}

function Foot({ shown }: { shown: Shown }) {
  const call = useClient();
  const live = useModel(isLive);
  const stopping = useAction();
  const link = shown.prUrl ?? shown.manualUrl;
  const { offer } = explain(shown.reason);
  const ended = shown.phase === "push-failed" || shown.phase === "pr-failed" || shown.phase === "stopped";
  const mode = shown.wantsPr ? "pr" : "push";
  const buttons: ReactNode[] = [];
  if (link) {
    buttons.push(
      <Button key="open" small icon="ext" onClick={() => platform.openLink(link)}>
        {hostOf(link) ? words.openHost(hostOf(link)) : words.open}
      </Button>,
      <CopyButton key="copy" text={link} label={words.copyLink} />,
    );
  }
  if (ended && offer !== "none") {
    buttons.push(
      <Button key="again" small icon="refresh" onClick={() => openPublish({ sessionId: shown.sessionId, mode })}>
        {words.again}
      </Button>,
    );
  }
  if (ended && offer === "rename") {
    buttons.push(
      <Button key="rename" small look="ghost" onClick={() => openPublish({ sessionId: shown.sessionId, mode, head: otherName(shown.head) })}>
        {words.pushAs}
      </Button>,
    );
  }
  if ((ended || shown.phase === "manual") && (offer === "token" || offer === "settings")) {
    buttons.push(
      <Link key="token" className="btn btn--s btn--ghost" to="/settings" hash="publishing" onClick={closePublish}>
        {words.setToken}
      </Link>,
    );
  }
  if (isRunning(shown) || shown.phase === "waiting") {
    buttons.push(
      <Button key="stop" small icon="stop" busy={stopping.busy} disabled={!live} onClick={() => void stopping.run(() => call("publish.cancel", { publishId: shown.id }))}>
        {words.stop}
      </Button>,
    );
  }
  if (buttons.length === 0) return null;
  return (
    <CardFoot>
      {buttons}
      {stopping.failure ? (
        <span className="t2 s-failed">
          <InlineText text={stopping.failure.message} />
        </span>
      ) : null}
    </CardFoot>
  );
}

/** Leaves the page by the platform's own way. */
export function OutLink({ href, className, children }: { href: string; className?: string; children: ReactNode }) {
  return (
    <a
      href={href}
      className={className}
      rel="noopener noreferrer"
      onClick={(event) => {
        event.preventDefault();
        platform.openLink(href);
      }}
    >
      {children}
    </a>
  );
}

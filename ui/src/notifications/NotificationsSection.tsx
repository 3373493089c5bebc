// The notifications section of the settings: what is told, when it is quiet, and what was sent. What is chosen is the
// server's; only the desktop app shows notifications and knows what became of them.

import { useState } from "react";
import { type Called, useAction, useClient } from "../app";
import { Banner, ErrorState, Skeleton, Switch } from "../components";
import type { ConfigShown, SetNotify } from "../client";
import { ThisDevice } from "../phone/ThisDevice";
import { originText } from "../settings/origins";
import { SectionHead, Setting } from "../settings/Row";
import { words as settingsWords } from "../settings/words";
import { QuietHours } from "./QuietHours";
import { SentList } from "./SentList";
import { choiceOf, type Held, type Seen, SWITCHES, type SwitchName, withChange } from "./seen";
import { useSeen } from "./useSeen";
import { words } from "./words";
import "./notifications.css";

const HINT: Record<SwitchName, string> = { needsYou: words.needsYouHint, finished: words.finishedHint, failed: words.failedHint, limit: words.limitHint, worker: words.workerHint };

interface Shown {
  config: Called<ConfigShown>;
  live: boolean;
}

export function NotificationsSection({ look, ...shown }: Shown & { look: (() => Promise<Seen>) | undefined }) {
  return (
    <section>
      <SectionHead title={words.title}>{words.text}</SectionHead>
      {look ? <InTheApp look={look} {...shown} /> : <Elsewhere {...shown} />}
    </section>
  );
}

function Elsewhere(shown: Shown) {
  return (
    <>
      <ThisDevice live={shown.live} />
      <div className="setnext">
        <SectionHead title={words.what}>{words.whatText}</SectionHead>
        <Chosen {...shown} />
      </div>
    </>
  );
}

function InTheApp({ look, ...shown }: Shown & { look: () => Promise<Seen> }) {
  const { seen, refused, again } = useSeen(look);
  return (
    <>
      {seen && seen.shows !== "yes" ? (
        <Banner tone="needs" icon="alert">
          <span className="medium">{seen.shows === "nobody" ? words.nobodyTitle : words.noBusTitle}.</span> {seen.shows === "nobody" ? words.nobodyText : words.noBusText}
        </Banner>
      ) : null}
      <Chosen {...shown} />
      <div className="setnext">
        <SectionHead title={words.sent}>{words.sentText}</SectionHead>
        {seen ? <SentList sent={seen.sent} /> : refused ? <ErrorState title={words.sentFailed} error={{ message: refused }} onRetry={again} /> : <Skeleton rows={3} row={52} />}
      </div>
    </>
  );
}

function Chosen({ config, live }: Shown) {
  if (config.value) return <Choices shown={config.value} live={live} reload={config.reload} />;
  return config.failure ? <ErrorState title={words.loadFailed} error={config.failure} onRetry={config.reload} /> : <Skeleton rows={5} row={44} />;
}

function Choices({ shown, live, reload }: { shown: ConfigShown; live: boolean; reload: () => void }) {
  const call = useClient();
  const { run, busy, failure } = useAction();
  // Until the server's own word is read again, what it has just taken is shown.
  const [taken, setTaken] = useState<{ over: ConfigShown; change: SetNotify }>();
  const known = choiceOf(shown);
  const choice = taken?.over === shown ? withChange(known, taken.change) : known;
  const choose = (change: SetNotify) =>
    void run(async () => {
      await call("config.set_notify", change);
      setTaken((before) => ({ over: shown, change: before?.over === shown ? { ...before.change, ...change } : change }));
      reload();
    });
  return (
    <>
      {failure ? <Banner tone="failed">{`${words.notSaved}: ${failure.message}`}</Banner> : null}
      {SWITCHES.map((name) => {
        const one = choice.switches[name];
        return (
          <Setting key={name} name={words[name]} hint={HINT[name]} origin={<Origin of={one} />}>
            <Switch on={one.value} label={words[name]} disabled={busy || !live || one.fixed} onChange={(on) => choose({ [name]: on })} />
          </Setting>
        );
      })}
      <Setting name={words.quiet} hint={words.quietHint} origin={<Origin of={choice.quiet} />}>
        <QuietHours hours={choice.quiet.value} disabled={busy || !live || choice.quiet.fixed} onChange={(quiet) => choose({ quiet })} />
      </Setting>
    </>
  );
}

function Origin({ of }: { of: Held<unknown> }) {
  const said = originText(of.origin, settingsWords);
  return of.fixed ? (
    <>
      <div>{said}</div>
      <div>{words.fixed}</div>
    </>
  ) : (
    said
  );
}

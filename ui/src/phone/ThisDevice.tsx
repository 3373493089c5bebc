// The part of the settings about this browser: whether it is told, installing it, who else is told, and what was sent.

import { useEffect, useState } from "react";
import { useAction, useCall, useClient, useStore } from "../app";
import { Banner, Button, ErrorState, Skeleton, Time } from "../components";
import type { Notifications } from "../client";
import { platform } from "../platform";
import { SectionHead } from "../settings/Row";
import { OUTCOME, SentRows } from "./SentRows";
import { groundHere, type Hindrance, hindrance, subscriptionHere, tell, turnOff, turnOn } from "./push-here";
import { installing } from "./start";
import { words } from "./words";
import "./phone.css";

const WHY: Record<Hindrance, string> = { in_app: words.inApp, insecure: words.insecure, install_first: words.installFirst, unsupported: words.unsupported, denied: words.denied };

export function ThisDevice({ live }: { live: boolean }) {
  const told = useCall("notifications.list", {});
  if (!told.value) return told.failure ? <ErrorState title={words.failed} error={told.failure} onRetry={told.reload} /> : <Skeleton rows={3} row={44} />;
  return (
    <>
      <Here told={told.value} live={live} reload={told.reload} />
      <div className="setnext">
        <SectionHead title={words.told}>{words.toldText}</SectionHead>
        <Targets told={told.value} live={live} reload={told.reload} />
      </div>
      <div className="setnext">
        <SectionHead title={words.sent}>{words.sentText}</SectionHead>
        {told.value.sent.length > 0 ? <SentRows rows={told.value.sent} /> : <p className="c2">{words.nothingSent}</p>}
      </div>
    </>
  );
}

interface Shown {
  told: Notifications;
  live: boolean;
  reload: () => void;
}

function Here({ told, live, reload }: Shown) {
  const call = useClient();
  const { run, busy, failure } = useAction();
  const install = useStore(installing);
  const [ground, setGround] = useState(() => groundHere(platform.kind === "desktop"));
  /** The id at the server; undefined while it is not known, null when this browser is not told. */
  const [id, setId] = useState<string | null>();
  const [said, setSaid] = useState<string>();
  const stopped = hindrance(ground);
  const { publicKey } = told;
  useEffect(() => {
    if (stopped) return;
    let gone = false;
    const look = async () => {
      const subscription = await subscriptionHere(publicKey);
      const known = subscription ? await tell(call, subscription) : null;
      if (!gone) setId(known);
    };
    look().catch(() => gone || setId(null));
    return () => {
      gone = true;
    };
  }, [call, publicKey, stopped]);
  const act = (work: () => Promise<unknown>) =>
    void run(async () => {
      setSaid(undefined);
      try {
        await work();
      } finally {
        setGround(groundHere(platform.kind === "desktop"));
        reload();
      }
    });
  return (
    <div className="here" data-testid="this-device" data-told={id ? "yes" : "no"}>
      <SectionHead title={words.hereTitle}>{words.hereText}</SectionHead>
      {stopped ? (
        <Banner tone="needs" icon="info">
          {WHY[stopped]}
        </Banner>
      ) : (
        <div className="h">
          <span className="grow" role="status">
            {id ? words.hereOn : words.hereOff}
          </span>
          {id ? (
            <>
              <Button
                disabled={busy || !live}
                onClick={() =>
                  act(async () => {
                    const { sent } = await call("notifications.send", {});
                    const not = sent.find((row) => row.outcome !== "sent" && row.outcome !== "shown");
                    setSaid(not ? words.trialNot(not.why ?? OUTCOME[not.outcome]) : words.trialSent);
                  })
                }
              >
                {words.trial}
              </Button>
              <Button
                disabled={busy || !live}
                onClick={() =>
                  act(async () => {
                    await turnOff(call, publicKey, id);
                    setId(null);
                  })
                }
              >
                {words.turnOff}
              </Button>
            </>
          ) : (
            <Button look="primary" busy={busy} disabled={!live || id === undefined} onClick={() => act(async () => setId(await turnOn(call, publicKey)))}>
              {words.turnOn}
            </Button>
          )}
        </div>
      )}
      {said ? (
        <p role="status" className="t2">
          {said}
        </p>
      ) : null}
      {failure ? <Banner tone="failed">{failure.message === "denied" ? words.denied : `${words.failed}: ${failure.message}`}</Banner> : null}
      {install ? (
        <div className="h">
          <span className="grow">{words.installText}</span>
          <Button onClick={() => act(install)}>{words.install}</Button>
        </div>
      ) : null}
    </div>
  );
}

function Targets({ told, live, reload }: Shown) {
  const call = useClient();
  const { run, busy } = useAction();
  if (told.targets.length === 0) return <p className="c2">{words.nobody}</p>;
  return (
    <ul>
      {told.targets.map((one) => (
        <li key={one.id} className="told__row">
          <span className="v">
            <span className="trunc">
              {one.device} {one.current ? <span className="c3">({words.thisOne})</span> : null}
            </span>
            <span className="t2 c3 trunc">{one.service}</span>
          </span>
          <Time ts={one.madeAt} className="t2 c3" />
          <Button small disabled={busy || !live} onClick={() => void run(async () => void (await call("notifications.forget", { id: one.id }))).then(reload)}>
            {words.forget}
          </Button>
        </li>
      ))}
    </ul>
  );
}

// What a new device sees: the number, what it will get, and how it ended. It needs nothing but itself.

import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useCallback, useEffect, useRef } from "react";
import { useCrew } from "../app";
import { Button, durationText, Facts, type IconName, Icon, State, useNow } from "../components";
import { Code } from "../devices/Code";
import { scopesText } from "../devices/scopes";
import { Logo } from "../shell/Logo";
import "./pair.css";
import { usePairing } from "./usePairing";
import { words } from "./words";

export default function PairPage() {
  const { state, cancel, again } = usePairing();
  const crew = useCrew();
  const navigate = useNavigate();
  useEffect(() => {
    document.title = `${words.title}, Pilothouse`;
  }, []);
  const done = state.step === "done";
  const begun = useRef(false);
  const begin = useCallback(() => {
    // Begun twice, it would drop the line it has just got.
    if (begun.current) return;
    begun.current = true;
    void crew.start();
  }, [crew]);
  useEffect(() => {
    // Signed in by now: what the page missed is read while the person looks at the answer.
    if (done) begin();
  }, [done, begin]);
  const home = () => {
    begin();
    void navigate({ to: "/", replace: true });
  };
  const secure = globalThis.isSecureContext;
  return (
    <div className="pairpage" data-testid="pair-page" data-step={state.step}>
      <header className="pairpage__bar">
        <Logo size={28} />
        <div className="grow pairpage__names">
          <h1 className="strong trunc">{words.titleWith(location.hostname)}</h1>
          <span className="t2 c3 trunc">
            {location.host}, {secure ? words.securePage : words.plainPage}
          </span>
        </div>
        {state.step === "waiting" ? <Left until={state.expiresAt} /> : null}
      </header>
      <main className="pairpage__body">
        {state.step === "claiming" ? (
          <State kind="running">{words.claiming}</State>
        ) : state.step === "waiting" ? (
          <>
            <p className="t4 pairpage__ask">{words.same}</p>
            <Code code={state.code} phone />
            <Facts
              rows={[
                [words.computer, location.hostname],
                [words.thisDevice, state.name],
                [words.youGet, words.youGetText],
                [words.staysHere, state.keyed ? words.ownKey : words.noKey],
                [words.notHere, state.keyed ? undefined : words.plainMisses],
              ]}
            />
            <p className="pairpage__wait" role="status">
              {state.lost ? <State kind="needs" plain>{words.lost}</State> : <State kind="running" plain>{words.waits}</State>}
            </p>
          </>
        ) : state.step === "signing_in" ? (
          <State kind="running">{words.signingIn}</State>
        ) : state.step === "done" ? (
          <End icon="passed" title={words.done} text={words.doneText(scopesText(state.scopes))} />
        ) : state.step === "already" ? (
          <End icon="passed" title={words.already} text={words.alreadyText(state.name)} />
        ) : state.step === "failed" ? (
          <End icon="failed" title={words.failed} text={state.failure.message} />
        ) : (
          <End {...ENDS[state.step]} />
        )}
      </main>
      {state.step === "waiting" ? (
        <Foot>
          <Button touch onClick={cancel}>
            {words.notSame}
          </Button>
        </Foot>
      ) : done ? (
        <Foot>
          <Button touch look="primary" onClick={home}>
            {words.open}
          </Button>
        </Foot>
      ) : state.step === "already" ? (
        <Foot>
          <Button touch onClick={again}>
            {words.again}
          </Button>
          <Button touch look="primary" onClick={home}>
            {words.open}
          </Button>
        </Foot>
      ) : state.step === "failed" ? (
        <Foot>
          <Button touch onClick={again}>
            {words.tryAgain}
          </Button>
        </Foot>
      ) : null}
    </div>
  );
}

const ENDS: Record<"denied" | "expired" | "dead" | "cancelled" | "none" | "newer", { icon: IconName; title: string; text: string }> = {
  denied: { icon: "failed", title: words.denied, text: words.deniedText },
  expired: { icon: "clock", title: words.expired, text: words.expiredText },
  dead: { icon: "failed", title: words.dead, text: words.deadText },
  cancelled: { icon: "stop", title: words.cancelled, text: words.cancelledText },
  none: { icon: "phone", title: words.none, text: words.noneText },
  newer: { icon: "refresh", title: words.newer, text: words.newerText },
};

function End({ icon, title, text }: { icon: IconName; title: string; text: string }) {
  const tone = icon === "passed" ? "s-passed" : icon === "failed" ? "s-failed" : "s-waiting";
  return (
    <div className="pairpage__end" role="status">
      <span className={tone}>
        <Icon name={icon} size="l" />
      </span>
      <h2 className="t4">{title}</h2>
      <p className="c2">{text}</p>
    </div>
  );
}

function Foot({ children }: { children: ReactNode }) {
  return <footer className="pairpage__foot">{children}</footer>;
}

function Left({ until }: { until: string }) {
  const left = Math.max(0, Date.parse(until) - useNow());
  return <span className="t2 c3 num">{words.left(durationText(Math.floor(left / 1000) * 1000).replace(/[.,]0 s$/, " s"))}</span>;
}

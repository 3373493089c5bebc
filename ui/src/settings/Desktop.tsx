// What the desktop app does besides showing the page. Only its own window can ask for it.

import { useEffect, useState } from "react";
import { Banner, Choice, Skeleton, Switch } from "../components";
import { type DesktopChoices, platform } from "../platform";
import { words } from "./desktop-words";
import { SectionHead, Setting } from "./Row";

export function Desktop() {
  const [choices, setChoices] = useState<DesktopChoices>();
  const [failure, setFailure] = useState<string>();
  const ask = (change: Partial<DesktopChoices>) => {
    platform.choices?.(change).then(
      (now) => {
        setChoices(now);
        setFailure(undefined);
      },
      (thrown: unknown) => setFailure(String(thrown)),
    );
  };
  useEffect(() => ask({}), []);
  return (
    <section>
      <SectionHead title={words.head} />
      {failure ? <Banner tone="failed">{`${words.failed}: ${failure}`}</Banner> : null}
      {choices ? (
        <>
          <Setting name={words.onClose} hint={words.onCloseHint} {...(choices.onCloseFixed ? { origin: words.fixed } : {})}>
            <Choice<DesktopChoices["onClose"]>
              label={words.onClose}
              value={choices.onClose}
              onChange={(onClose) => ask({ onClose })}
              options={[
                { value: "ask", label: words.ask },
                { value: "keep", label: words.keep },
                { value: "quit", label: words.quit },
              ]}
            />
          </Setting>
          <Setting name={words.login} hint={words.loginHint}>
            <Switch on={choices.startAtLogin} label={words.login} onChange={(startAtLogin) => ask({ startAtLogin })} />
          </Setting>
        </>
      ) : failure ? null : (
        <Skeleton rows={2} row={44} />
      )}
    </section>
  );
}

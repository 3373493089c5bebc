// What works on tasks that need a model: what this machine has for it, and choosing one. Nothing is chosen silently.

import { useAction, useCall, useClient } from "../app";
import { Banner, Button, ErrorState, Skeleton } from "../components";
import type { BackendFound, WorkerBackend } from "../client";
import { backendText } from "../model";
import { words } from "./backend-words";
import { originText } from "./origins";
import { words as settingsWords } from "./words";

const SAVED = "user, saved in Settings";

export function BackendChoice({ live }: { live: boolean }) {
  const call = useClient();
  const shown = useCall("config.backends", {});
  const action = useAction();
  const choose = (backend: WorkerBackend | undefined) =>
    void action.run(async () => {
      await call("config.set_backend", backend === undefined ? {} : { backend });
      shown.reload();
    });
  const value = shown.value;
  const fixed = value !== undefined && /^(environment|flag) /.test(value.origin);
  return (
    <section className="backends" aria-labelledby="backends-head">
      <h3 className="label" id="backends-head">
        {words.head}
      </h3>
      <p className="t2 c2">{words.text}</p>
      {action.failure ? <Banner tone="failed">{`${words.saveFailed}: ${action.failure.message}`}</Banner> : null}
      {value ? (
        <>
          <fieldset className="choices" disabled={action.busy || !live || fixed}>
            <legend className="unseen">{words.head}</legend>
            {[...value.backends.map((found) => ({ id: found.backend, found })), { id: "none" as const, found: undefined }].map(({ id, found }) => (
              // The words of the choice are its label.
              // oxlint-disable-next-line jsx-a11y/label-has-associated-control
              <label key={id} className={`choice${id === value.chosen ? " on" : ""}`}>
                <input type="radio" className="radioin" name="backend" value={id} checked={id === value.chosen} disabled={found !== undefined && !found.installed} onChange={() => choose(id)} />
                <span className="v v--1">
                  <span className="medium">{id === "native" ? backendText(id) : id === "none" ? words.none : found?.title}</span>
                  {found ? <About found={found} /> : <span className="t2 c2">{words.noneText}</span>}
                </span>
              </label>
            ))}
          </fieldset>
          {fixed ? <p className="t2 c3 setnote">{words.fixed}</p> : null}
          <p className="h wrap t1 c3 setnote">
            <span>{words.from(originText(value.origin, settingsWords))}</span>
            {value.origin === SAVED ? (
              <Button small disabled={action.busy || !live} onClick={() => choose(undefined)}>
                {words.forget}
              </Button>
            ) : null}
          </p>
        </>
      ) : shown.failure ? (
        <ErrorState title={words.loadFailed} error={shown.failure} onRetry={shown.reload} />
      ) : (
        <>
          <p className="unseen">{words.looking}</p>
          <Skeleton rows={4} row={44} />
        </>
      )}
    </section>
  );
}

function About({ found }: { found: BackendFound }) {
  if (found.backend === "native") return <span className="t2 c2">{words.nativeText}</span>;
  if (!found.installed) {
    return (
      <span className="t2 c3 backends__about">
        {words.notInstalled}. {words.install} <code>{found.install}</code>
      </span>
    );
  }
  const parts = [
    found.version === null ? words.noVersion : words.version(found.version),
    found.tried === null ? "" : found.tried === found.version ? words.triedExactly : words.tried(found.tried),
    found.loggedIn === undefined ? "" : found.loggedIn ? words.loggedIn : words.notLoggedIn,
  ];
  return (
    <>
      <span className="t2 c2 backends__about">{parts.filter(Boolean).join(", ")}</span>
      {found.problem ? <span className="t2 s-needs backends__about">{found.problem}</span> : null}
    </>
  );
}

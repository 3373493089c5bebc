// The key of a role's model: a field that is never filled from outside, and the line about the saved one.

import { useAction, useClient } from "../app";
import { Button, Field, InlineText, State } from "../components";
import type { KeychainShown, SavedKey } from "../client";
import { words } from "./key-words";
import { hintOf, keyProblem, sayKey } from "./model-key";

export function KeyField({
  value,
  chain,
  saved,
  fromVariable,
  onChange,
}: {
  value: string;
  chain: KeychainShown | undefined;
  /** A key that is saved for this endpoint. */
  saved: boolean;
  /** The model takes its key from a variable. */
  fromVariable: boolean;
  onChange: (value: string) => void;
}) {
  const problem = keyProblem(value);
  const blocked = chain === undefined || chain.place === undefined;
  const said = hintOf(chain, fromVariable);
  return (
    <Field
      label={words.key}
      type="password"
      autoComplete="new-password"
      mono
      value={value}
      disabled={blocked || fromVariable}
      placeholder={saved ? words.keyKept : words.keyPlaceholder}
      {...(problem ? { problem } : {})}
      hint={
        <>
          {said}
          {blocked && chain?.fix ? (
            <>
              {" "}
              <InlineText text={chain.fix} />
            </>
          ) : null}
        </>
      }
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** Where the saved key of a role is, and how to be rid of it. */
export function SavedKeyLine({ saved, chainName, role, live, onForgotten }: { saved: SavedKey; chainName: string; role: string; live: boolean; onForgotten: () => void }) {
  const call = useClient();
  const forgetting = useAction();
  const [kind, say] = sayKey(saved, chainName);
  return (
    <div className="h wrap rolekey">
      <State kind={kind} size="s">
        {say}
      </State>
      {saved.state === "locked" ? (
        <span className="t2 c3">
          <InlineText text={saved.detail} />
        </span>
      ) : null}
      {forgetting.failure ? (
        <span className="t2 s-failed">
          {words.forgetFailed}: <InlineText text={forgetting.failure.message} />
        </span>
      ) : null}
      <span className="push" />
      <Button
        small
        look="ghost"
        busy={forgetting.busy}
        disabled={!live}
        aria-label={words.forgetKeyOf(role)}
        onClick={() =>
          void forgetting.run(async () => {
            await call("config.forget_key", { role: saved.role });
            onForgotten();
          })
        }
      >
        {words.forgetKey}
      </Button>
    </div>
  );
}

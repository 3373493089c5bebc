// Who of the tailnet is let as far as the pairing, besides the owner.

import { type FormEvent, useState } from "react";
import type { Listening } from "../client";
import { Button, Field, IconButton } from "../components";
import { originText } from "../settings/origins";
import { words as settingsWords } from "../settings/words";
import { isLoginOrTag } from "./address";
import { words } from "./listen-words";
import { letsNobodyIn } from "./reach";

export function AllowList({ shown, fixed, disabled, onChange }: { shown: Listening; fixed: boolean; disabled: boolean; onChange: (allow: string[]) => Promise<boolean> }) {
  const [typed, type] = useState("");
  const good = isLoginOrTag(typed) && !shown.allow.includes(typed.trim());
  // A file may write them in capitals; the server compares them without.
  const listed = shown.allow.map((one) => one.trim().toLowerCase());
  const own = shown.logins.filter((login) => !listed.includes(login.toLowerCase()));
  const add = async (event: FormEvent) => {
    event.preventDefault();
    if (good && (await onChange([...shown.allow, typed.trim()]))) type("");
  };
  return (
    <details className="allow">
      <summary className="t2 medium">
        {words.allowTitle} <span className="c3 allow__who">{shown.allow.length > 0 ? shown.allow.join(", ") : letsNobodyIn(shown) ? words.allowNone : words.allowNobody}</span>
      </summary>
      <ul className="list">
        {own.map((login) => (
          <li key={login} className="allow__one">
            <span className="mono grow wraps">{login}</span>
            <span className="t1 c3">{words.allowOwner}</span>
          </li>
        ))}
        {shown.allow.map((one) => (
          <li key={one} className="allow__one">
            <span className="mono grow wraps">{one}</span>
            <IconButton small icon="x" label={words.remove(one)} disabled={disabled || fixed} onClick={() => void onChange(shown.allow.filter((other) => other !== one))} />
          </li>
        ))}
      </ul>
      {fixed ? (
        <p className="t1 c3">{words.fixed(originText(shown.allowOrigin, settingsWords))}</p>
      ) : (
        <form onSubmit={(event) => void add(event)}>
          <Field
            label={words.allowAdd}
            mono
            hint={words.allowHint}
            problem={typed.length > 3 && !isLoginOrTag(typed) ? words.allowBad : undefined}
            value={typed}
            onChange={(event) => type(event.target.value)}
            after={
              <Button type="submit" disabled={disabled || !good}>
                {words.add}
              </Button>
            }
          />
        </form>
      )}
    </details>
  );
}

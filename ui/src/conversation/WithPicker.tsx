// Who works on the message that is being written, for people who have more than one. It writes `/with NAME` in front of
// the text, so that what was chosen stands in the conversation.

import { useMemo } from "react";
import { useModel } from "../app";
import { agentName } from "../first-run/agents";
import { backendsOf, namedIn, withName } from "./with";
import { words } from "./words";

export function useBackends(): readonly string[] {
  const workers = useModel((state) => state.workers.value?.workers);
  return useMemo(() => backendsOf(workers ?? []), [workers]);
}

export function WithPicker({ backends, text, onChange }: { backends: readonly string[]; text: string; onChange: (text: string) => void }) {
  if (backends.length < 2) return null;
  return (
    <select className="input composer__with" aria-label={words.withWhom} value={namedIn(text, backends).name} onChange={(event) => onChange(withName(text, event.target.value, backends))}>
      <option value="">{words.withUsual}</option>
      {backends.map((name) => (
        <option key={name} value={name}>
          {name === "native" ? words.withNative : agentName(name)}
        </option>
      ))}
    </select>
  );
}

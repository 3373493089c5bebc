// Which worker a message is for, for people who have more than one. Chosen for one message; the next goes to any again.

import { useMemo } from "react";
import { useModel } from "../app";
import { workerName } from "../model";
import { takingWork } from "./with";
import { words } from "./words";

/** Workers that take jobs, by id, and what each is called. */
export function useOnlineWorkers(): { ids: readonly string[]; called: (id: string) => string } {
  const workers = useModel((state) => state.workers.value?.workers);
  return useMemo(() => {
    const names = new Map((workers ?? []).map((worker) => [worker.workerId, workerName(worker)]));
    return { ids: takingWork(workers ?? []), called: (id) => names.get(id) ?? id };
  }, [workers]);
}

export function OnPicker({
  workers,
  called,
  value,
  onChange,
}: {
  workers: readonly string[];
  called: (id: string) => string;
  value: string;
  onChange: (workerId: string) => void;
}) {
  if (workers.length < 2) return null;
  return (
    <select className="input composer__with" aria-label={words.onWhich} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">{words.onAny}</option>
      {workers.map((id) => (
        <option key={id} value={id}>
          {`${words.onOne} ${called(id)}`}
        </option>
      ))}
    </select>
  );
}

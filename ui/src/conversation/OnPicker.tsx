// Which worker a message is for, for people who have more than one. Chosen for one message; the next goes to any again.

import { useMemo } from "react";
import { useModel } from "../app";
import { workerName } from "../model";
import { takingWork } from "./with";
import { words } from "./words";

export function useOnlineWorkers(): readonly string[] {
  const workers = useModel((state) => state.workers.value?.workers);
  return useMemo(() => takingWork(workers ?? []), [workers]);
}

export function OnPicker({ workers, value, onChange }: { workers: readonly string[]; value: string; onChange: (workerId: string) => void }) {
  const known = useModel((state) => state.workers.value?.workers);
  if (workers.length < 2) return null;
  const called = (id: string) => {
    const worker = known?.find((each) => each.workerId === id);
    return worker ? workerName(worker) : id;
  };
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

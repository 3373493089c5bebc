// Putting entries in order and trying them: the calls, what is said of them, and the keys.

import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAction, useClient, useCrew, useShortcut } from "../app";
import { FailureDialog, plainLine } from "../components";
import type { MergeEntry, MergeQueue, Priority, QueueStanding } from "../client";
import { landingOrder, neighbour } from "./order";
import { words } from "./steer-words";
import { words as workWords } from "./words";

export interface Steer {
  readonly next: (entry: MergeEntry) => void;
  readonly earlier: (entry: MergeEntry, queue: MergeQueue) => void;
  readonly later: (entry: MergeEntry, queue: MergeQueue) => void;
  readonly prioritize: (entry: MergeEntry, priority: Priority) => void;
  /** Resolves once its trial has begun, or could not begin. */
  readonly tryIt: (entry: MergeEntry) => Promise<boolean>;
  /** What was done, read aloud; and what went wrong. */
  readonly told: React.ReactNode;
}

export function useSteer(): Steer {
  const call = useClient();
  const crew = useCrew();
  const action = useAction();
  const navigate = useNavigate();
  const [said, setSaid] = useState("");
  const order = (entry: MergeEntry, work: () => Promise<QueueStanding>, say: (standing: QueueStanding) => string) =>
    void action.run(async () => {
      const standing = await work();
      await crew.refresh("merge");
      setSaid(say(standing));
      // A row that changed its place has lost the focus with it.
      requestAnimationFrame(() => focusEntry(entry.id));
    });
  const placed = (entry: MergeEntry) => (standing: QueueStanding) =>
    words.movedTo(plainLine(entry.title), standing.order.indexOf(entry.id) + 1, standing.order.length);
  return {
    next: (entry) => order(entry, () => call("merge.next", { id: entry.id }), () => words.landsNext(plainLine(entry.title))),
    earlier: (entry, queue) => {
      const before = neighbour(entry.id, landingOrder(queue.entries), "earlier");
      if (before) order(entry, () => call("merge.move", { id: entry.id, before }), placed(entry));
    },
    later: (entry, queue) => {
      const after = neighbour(entry.id, landingOrder(queue.entries), "later");
      if (after) order(entry, () => call("merge.move", { id: entry.id, after }), placed(entry));
    },
    prioritize: (entry, priority) =>
      order(entry, () => call("merge.priority", { id: entry.id, priority }), (standing) =>
        words.prioritized(plainLine(entry.title), standing.order.indexOf(entry.id) + 1, standing.order.length),
      ),
    tryIt: (entry) =>
      action.run(async () => {
        await call("merge.dry_run", { id: entry.id });
        setSaid(words.tried(plainLine(entry.title)));
        await navigate({ to: "/queue/$entryId", params: { entryId: entry.id } });
      }),
    told: (
      <>
        <span className="unseen" role="status">
          {said}
        </span>
        <FailureDialog title={workWords.failed} failure={action.failure} onClear={action.clear} />
      </>
    ),
  };
}

function focusEntry(id: string): void {
  if (document.activeElement && document.activeElement !== document.body) return;
  document.querySelector<HTMLElement>(`[data-entry="${CSS.escape(id)}"] a`)?.focus();
}

/** Keys for the entry that has the focus. */
export function useOrderKeys(queues: readonly MergeQueue[], steer: Steer): void {
  const navigate = useNavigate();
  const withEntry = (work: (entry: MergeEntry, queue: MergeQueue) => void) => () => {
    const id = document.activeElement?.closest<HTMLElement>("[data-entry]")?.dataset["entry"];
    const queue = id === undefined ? undefined : queues.find((each) => [...each.entries, ...each.recent].some((entry) => entry.id === id));
    const entry = queue && [...queue.entries, ...queue.recent].find((each) => each.id === id);
    if (!queue || !entry) return false;
    work(entry, queue);
    return true;
  };
  useShortcut("queue.earlier", withEntry(steer.earlier));
  useShortcut("queue.later", withEntry(steer.later));
  // What may not be done is said by the server, with the reason.
  useShortcut("queue.next", withEntry((entry, queue) => {
    if (neighbour(entry.id, landingOrder(queue.entries), "earlier")) steer.next(entry);
  }));
  useShortcut("queue.try", withEntry((entry) => {
    if (entry.state !== "landed") void steer.tryIt(entry);
  }));
  useShortcut("queue.history", withEntry((entry) => void navigate({ to: "/queue/$entryId", params: { entryId: entry.id } })));
}

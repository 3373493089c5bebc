// What can be done with an entry of the merge queue.

import { useNavigate } from "@tanstack/react-router";
import { keysOf, useMay, useModel } from "../app";
import { IconButton, Menu, type MenuEntry, shortId } from "../components";
import type { MergeEntry, MergeQueue, Priority } from "../client";
import { isLive } from "../model";
import type { Deeds } from "./actions";
import { hasEnded } from "./chain-layout";
import { landingOrder, placesOf } from "./order";
import { words as steerWords } from "./steer-words";
import { words } from "./words";

const PRIORITIES: ReadonlyArray<readonly [Priority, string]> = [
  ["interactive", steerWords.priorityInteractive],
  ["normal", steerWords.priorityNormal],
  ["background", steerWords.priorityBackground],
];

export function EntryMenu({ entry, queue, deeds, onPage = false }: { entry: MergeEntry; queue: MergeQueue | undefined; deeds: Deeds; onPage?: boolean }) {
  const navigate = useNavigate();
  const live = useModel(isLive);
  const [mayMerge, mayLand] = [useMay("merge"), useMay("approve")];
  const { steer } = deeds;
  const places = placesOf(entry.id, landingOrder(queue?.entries ?? []));
  const items: MenuEntry[] = [];
  const disabled = !live;
  if (entry.state === "parked" && mayLand) items.push({ label: words.land, icon: "landed", disabled, onSelect: () => deeds.land(entry) });
  const isOver = entry.state === "failed" || entry.state === "returned" || entry.state === "parked" || entry.state === "removed";
  if (mayMerge) {
    if (isOver) items.push({ label: words.retry, icon: "refresh", disabled, onSelect: () => deeds.ask("retryEntry", entry.id) });
    if (places.next) items.push({ label: steerWords.landNext, icon: "bolt", keys: keysOf("queue.next"), disabled, onSelect: () => steer.next(entry) });
    if (queue && places.earlier) items.push({ label: steerWords.earlier, icon: "left", keys: keysOf("queue.earlier"), disabled, onSelect: () => steer.earlier(entry, queue) });
    if (queue && places.later) items.push({ label: steerWords.later, icon: "right", keys: keysOf("queue.later"), disabled, onSelect: () => steer.later(entry, queue) });
    if (entry.state !== "landed" && entry.state !== "landing") {
      items.push({ label: steerWords.tryIt, icon: "play", keys: keysOf("queue.try"), disabled, onSelect: () => void steer.tryIt(entry) });
    }
  }
  if (!onPage) {
    if (items.length > 0) items.push("separator");
    items.push({ label: steerWords.history, icon: "clock", keys: keysOf("queue.history"), onSelect: () => void navigate({ to: "/queue/$entryId", params: { entryId: entry.id } }) });
  }
  if (mayMerge && queue && !hasEnded(entry) && entry.state !== "landing") {
    items.push("separator", { heading: steerWords.priority });
    for (const [priority, label] of PRIORITIES) {
      items.push({ label, chosen: entry.priority === priority, disabled, onSelect: () => steer.prioritize(entry, priority) });
    }
  }
  if (mayMerge && !hasEnded(entry) && entry.state !== "checking" && entry.state !== "landing") {
    items.push("separator", { label: words.remove, icon: "x", danger: true, disabled, onSelect: () => deeds.ask("removeEntry", entry.id) });
  }
  if (items.length === 0) return null;
  return <Menu trigger={<IconButton small={!onPage} label={words.actions(shortId(entry.id))} icon="more" className={onPage ? "" : "rowmenu"} />} items={items} />;
}

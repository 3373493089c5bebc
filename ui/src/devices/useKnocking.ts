// How many devices wait for somebody's word, for whoever may give it.

import { useCall, useCrew, useModel } from "../app";
import { isLive } from "../model";

export function useKnocking(): number {
  const { gateway } = useCrew();
  const live = useModel(isLive);
  const changes = useModel((state) => state.deviceChanges);
  // Whoever may not answer is not told, and does not ask.
  const may = live && gateway?.welcome?.scopes.includes("pair") === true;
  const read = useCall("pairing.list", may ? {} : undefined, changes);
  return read.value?.pairings.filter((one) => one.state === "claimed").length ?? 0;
}

// Who took a job over, as the page in front of them says it.

import type { TakenOver } from "../client";
import { personName } from "../model";

/** The name of whoever it was; none where it is the reader: the owner, or the very device this page is. */
export function takerOf(taken: Pick<TakenOver, "by" | "deviceId">, ownDevice: string | undefined): string | undefined {
  return taken.by === "owner" || (ownDevice !== undefined && taken.deviceId === ownDevice) ? undefined : personName(taken.by);
}

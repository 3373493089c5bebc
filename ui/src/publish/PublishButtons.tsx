// “Push only” and “Push + PR”, wherever something can be published from.

import { useCall, useMay, useModel } from "../app";
import { Button, keysText } from "../components";
import { keysOf } from "../app";
import { isLive } from "../model";
import { type Mode, openPublish } from "./wish";
import { words } from "./words";

export interface MayPublish {
  /** Why not, by what is to be done; absent where it can be. */
  readonly push: string | undefined;
  readonly pr: string | undefined;
}

/** What stands in the way; `streaming` while an answer is being written. */
export function useMayPublish(sessionId: string | undefined, streaming = false): MayPublish {
  const live = useModel(isLive);
  const { value } = useCall("publish.show", sessionId ? { sessionId } : undefined, useModel((state) => state.publishChanges));
  return mayPublish({ sessionId, streaming, live, allowed: useMay("publish"), pushEnabled: value?.pushEnabled, prEnabled: value?.prEnabled });
}

export function mayPublish({
  sessionId,
  streaming,
  live,
  allowed,
  pushEnabled,
  prEnabled,
}: {
  sessionId: string | undefined;
  streaming: boolean;
  live: boolean;
  /** Whether this device may. */
  allowed: boolean;
  pushEnabled: boolean | undefined;
  prEnabled: boolean | undefined;
}): MayPublish {
  const both = !sessionId ? words.offNoSession : !allowed ? words.offScope : !live ? words.offLive : streaming ? words.offStreaming : pushEnabled === false ? words.offPush : undefined;
  return { push: both, pr: both ?? (prEnabled === false ? words.offPr : undefined) };
}

export function PublishButtons({ sessionId, streaming, className }: { sessionId: string | undefined; streaming?: boolean; className?: string }) {
  const may = useMayPublish(sessionId, streaming);
  const one = (mode: Mode, label: string, why: string | undefined) => (
    // A button that is off takes no pointer, so what it would say stands around it.
    <span title={why ?? (mode === "pr" ? `${label}, ${keysText(keysOf("publish"))}` : label)} className={className}>
      <Button small look="ghost" icon={mode === "pr" ? "pr" : "up"} disabled={why !== undefined} aria-description={why} onClick={() => sessionId && openPublish({ sessionId, mode })}>
        {label}
      </Button>
    </span>
  );
  return (
    <>
      {one("push", words.pushOnly, may.push)}
      {one("pr", words.pushAndPr, may.pr)}
    </>
  );
}

// What a person can do to a request, a job or an entry: asked before anything is thrown away, and said when it failed.

import { useState } from "react";
import { useAction, useClient, useCrew } from "../app";
import type { MergeEntry } from "../client";
import { ConfirmDialog, FailureDialog, shortId } from "../components";
import type { Slice } from "../model";
import { type Steer, useSteer } from "./steer";
import { words } from "./words";

export type Deed = "retryEntry" | "removeEntry" | "stopJob" | "pauseJob" | "resumeJob" | "retryJob" | "cancelRequest" | "retryRequest";

const ASKS: Partial<Record<Deed, { title: (id: string) => string; text: string; yes: string }>> = {
  removeEntry: { title: words.removeTitle, text: words.removeText, yes: words.remove },
  stopJob: { title: words.stopTitle, text: words.stopText, yes: words.stop },
  cancelRequest: { title: words.cancelTitle, text: words.cancelText, yes: words.cancelRequest },
};

const CHANGES: Record<Deed, readonly Slice[]> = {
  retryEntry: ["merge"],
  removeEntry: ["merge"],
  stopJob: ["jobBoard", "workers"],
  pauseJob: ["jobBoard", "workers"],
  resumeJob: ["jobBoard"],
  retryJob: ["jobBoard"],
  cancelRequest: ["requests"],
  retryRequest: ["requests"],
};

export interface Deeds {
  /** Does it, after asking where something would be lost. */
  readonly ask: (deed: Deed, id: string) => void;
  /** Lands exactly what is shown; refused when the change became another one meanwhile. */
  readonly land: (entry: MergeEntry) => void;
  /** Its place in the landing order, and trying it. */
  readonly steer: Steer;
  readonly busy: boolean;
  /** The question and what went wrong; stands somewhere in the page. */
  readonly dialog: React.ReactNode;
}

export function useDeeds(): Deeds {
  const call = useClient();
  const crew = useCrew();
  const action = useAction();
  const steer = useSteer();
  const [asked, setAsked] = useState<{ deed: Deed; id: string }>();
  const perform = (deed: Deed, id: string) =>
    action.run(async () => {
      switch (deed) {
        case "retryEntry":
          await call("merge.retry", { id });
          break;
        case "removeEntry":
          await call("merge.remove", { id });
          break;
        case "stopJob":
          await call("jobs.cancel", { id });
          break;
        case "pauseJob":
          await call("jobs.pause", { id });
          break;
        case "resumeJob":
          await call("jobs.resume", { id });
          break;
        case "retryJob":
          await call("jobs.retry", { id });
          break;
        case "cancelRequest":
          await call("requests.cancel", { id });
          break;
        case "retryRequest":
          await call("requests.retry", { id });
          break;
      }
      await crew.refresh(...CHANGES[deed]);
    });
  const land = (entry: MergeEntry) =>
    void action.run(async () => {
      await call("merge.land", { id: entry.id, hash: entry.patchHash ?? undefined });
      await crew.refresh("merge", "approvals");
    });
  const ask = (deed: Deed, id: string) => {
    if (ASKS[deed]) setAsked({ deed, id });
    else void perform(deed, id);
  };
  const question = asked ? ASKS[asked.deed] : undefined;
  const dialog = (
    <>
      <ConfirmDialog
        open={asked !== undefined}
        onClose={() => setAsked(undefined)}
        title={asked && question ? question.title(shortId(asked.id)) : ""}
        text={question?.text ?? ""}
        yes={question?.yes ?? ""}
        no={words.keep}
        danger
        busy={action.busy}
        onYes={() => {
          if (asked) void perform(asked.deed, asked.id).then(() => setAsked(undefined));
        }}
      />
      <FailureDialog title={words.failed} failure={asked === undefined ? action.failure : undefined} onClear={action.clear} />
      {steer.told}
    </>
  );
  return { ask, land, steer, busy: action.busy, dialog };
}

// Taking back what landed, and the links between an entry and what took it back.

import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useAction, useClient, useCrew, useMay, useModel } from "../app";
import { Banner, Button, ConfirmDialog } from "../components";
import type { MergeEntry } from "../client";
import { isLive } from "../model";
import { words } from "./words";

/** Asks, and puts a revert into the queue. */
export function RevertButton({ id, title }: { id: string; title: string }) {
  const call = useClient();
  const crew = useCrew();
  const live = useModel(isLive);
  const may = useMay("merge");
  const action = useAction();
  const [open, setOpen] = useState(false);
  const revert = () =>
    void action
      .run(async () => {
        await call("merge.revert", { id });
        await crew.refresh("merge");
      })
      .then((done) => {
        if (done) setOpen(false);
      });
  if (!may) return null;
  return (
    <>
      <Button small icon="refresh" disabled={!live} onClick={() => setOpen(true)}>
        {words.revert}
      </Button>
      <ConfirmDialog
        open={open}
        onClose={() => {
          setOpen(false);
          action.clear();
        }}
        title={words.revertTitle(title)}
        text={words.revertText}
        yes={words.revert}
        no={words.keep}
        busy={action.busy}
        onYes={revert}
      >
        {action.failure ? <Banner tone="failed">{action.failure.message}</Banner> : null}
      </ConfirmDialog>
    </>
  );
}

/** What a landed entry offers, or what became of it; and what a revert takes back. */
export function RevertLine({ entry }: { entry: MergeEntry }) {
  const by = useModel((state) => (entry.revertedBy ? state.merge.value?.flatMap((queue) => [...queue.entries, ...queue.recent]).find((one) => one.id === entry.revertedBy) : undefined));
  const over = by && ["returned", "failed", "removed"].includes(by.state);
  return (
    <>
      {entry.reverts ? (
        <p className="t2">
          <Link to="/queue/$entryId" params={{ entryId: entry.reverts.entryId }}>
            {words.revertOf(entry.reverts.title)}
          </Link>
        </p>
      ) : null}
      {entry.revertedBy && !over ? (
        <p className="t2">
          <Link to="/queue/$entryId" params={{ entryId: entry.revertedBy }}>
            {!by || by.state === "landed" ? words.revertedBy : words.beingReverted}
          </Link>
        </p>
      ) : entry.state === "landed" && entry.kind !== "bring_up" ? (
        <div>
          <RevertButton id={entry.id} title={entry.title} />
        </div>
      ) : null}
    </>
  );
}

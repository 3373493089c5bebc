// The user's own branch below the queue: how far it is behind, and moving it when they say so.

import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useAction, useCall, useClient, useCrew, useMay, useModel } from "../app";
import { Banner, Button, FailureDialog, InlineText, LogTail, State } from "../components";
import type { MainLine } from "../client";
import { isLive } from "../model";
import { LandDialog } from "./LandDialog";
import { RevertButton } from "./Reverting";
import { blocksOf, offerOf, refusedNow, shortCommit, standingText, underWay } from "./standing";
import { words } from "./words";
import "./main-line.css";

export function MainCard({ workspaceId }: { workspaceId: string }) {
  const merge = useModel((state) => state.merge.at);
  const line = useCall("main.show", { workspaceId }, merge);
  // Nothing to say of a branch that has everything, before anything ever moved it.
  if (!line.value || (line.value.standing === "level" && !line.value.landing)) return null;
  return <Shown line={line.value} reload={line.reload} />;
}

export function Shown({ line, reload }: { line: MainLine; reload: () => void }) {
  const call = useClient();
  const crew = useCrew();
  const live = useModel(isLive);
  const [mayLand, mayMerge] = [useMay("approve"), useMay("merge")];
  const action = useAction();
  const [open, setOpen] = useState(false);
  const offer = offerOf(line);
  const blocked = blocksOf(line);
  const landing = line.landing;
  const bringUp = () =>
    void action.run(async () => {
      await call("main.bring_up", { workspaceId: line.workspaceId });
      await crew.refresh("merge");
      reload();
    });
  return (
    <section className="mainline" aria-label={standingText(line)} data-testid="main-line">
      <div className="mainline__row">
        <span className="t2 mainline__say">{standingText(line)}</span>
        {line.standing === "ahead" && !underWay(line) ? <Proof line={line} /> : null}
        {landing && underWay(line) ? (
          <State kind="running" plain>
            <span role="status">{landing.state === "checking" ? words.checking(line.branch) : landing.with === "server" ? words.moving(line.branch) : words.yourGit}</span>
          </State>
        ) : null}
        <span className="push" />
        {offer === "land" && mayLand ? (
          <Button icon="landed" disabled={!live} onClick={() => setOpen(true)}>
            {words.land(line.branch)}
          </Button>
        ) : null}
        {offer === "bringUp" && mayMerge ? (
          <Button icon="branch" busy={action.busy} disabled={!live} title={words.bringUpHint} onClick={bringUp}>
            {words.bringUp(line.branch)}
          </Button>
        ) : null}
        {offer === "answer" ? (
          <>
            <State kind="needs">{words.asked}</State>
            <Link to="/approvals/$approvalId" params={{ approvalId: line.approvalId ?? "" }} className="btn">
              {words.answer}
            </Link>
          </>
        ) : null}
      </div>
      {blocked.length > 0 ? (
        <p className="t2 c2 mainline__why">
          <InlineText text={blocked[0] ?? ""} />
        </p>
      ) : null}
      {landing && refusedNow(line) ? (
        <Banner tone="failed">
          <strong>{words.refused(line.branch)}.</strong> <InlineText text={landing.reason ?? ""} />
        </Banner>
      ) : null}
      {landing?.output && (refusedNow(line) || (landing.state === "landed" && landing.with !== "server" && landing.commit === line.main)) ? (
        <details className="mainline__said">
          <summary className="t2 c2">{words.output}</summary>
          <LogTail label={words.output} rows={Math.min(12, landing.output.split("\n").length)} lines={landing.output.split("\n")} />
        </details>
      ) : null}
      {line.entries.length > 0 ? (
        <details className="mainline__said">
          <summary className="t2 c2">{words.between(line.entries.length)}</summary>
          <ul className="mainline__entries">
            {line.entries.map((entry) => (
              <li key={entry.id}>
                <Link to="/queue/$entryId" params={{ entryId: entry.id }} className="trunc">
                  {entry.title}
                </Link>
                <code className="t1 c3">{shortCommit(entry.commit)}</code>
                <span className="push" />
                {entry.kind === "bring_up" ? null : <RevertButton id={entry.id} title={entry.title} />}
              </li>
            ))}
          </ul>
        </details>
      ) : null}
      {open ? (
        <LandDialog
          line={line}
          onClose={() => {
            setOpen(false);
            reload();
          }}
        />
      ) : null}
      <FailureDialog title={words.failed} failure={action.failure} onClear={action.clear} />
    </section>
  );
}

function Proof({ line }: { line: MainLine }) {
  switch (line.proof) {
    case "proven":
      return <State kind="passed">{words.proven}</State>;
    case "failed":
      return <State kind="failed">{words.failedProof}</State>;
    case "unconfirmed":
      return <State kind="needs">{words.unconfirmed}</State>;
    case "missing":
      return <State kind="waiting">{words.unproven}</State>;
  }
}

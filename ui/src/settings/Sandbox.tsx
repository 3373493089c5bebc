// What confines the code of this repository, as the self-test found it, and the one way out of it.

import { useState } from "react";
import { useModel } from "../app";
import { Banner, ConfirmDialog, Icon, Switch } from "../components";
import type { Workspace } from "../client";
import { confinedText, confinedWord, isWeak } from "../model";
import { BackendChoice } from "./BackendChoice";
import { workspaceOrigin } from "./origins";
import { SectionHead, Setting } from "./Row";
import { useWorkspaceUpdate } from "./useWorkspaceUpdate";
import { words } from "./words";

export function Sandbox({ workspace, live }: { workspace: Workspace | undefined; live: boolean }) {
  const status = useModel((state) => state.status.value);
  const isolation = status?.isolation;
  return (
    <section>
      <SectionHead title={words.sandbox} />
      {status?.isolationProblem ? (
        <Banner tone="needs" icon="alert">
          <span className="medium">{words.noSandbox}.</span> {status.isolationProblem}
        </Banner>
      ) : null}
      {isolation ? (
        <>
          <div className="h wrap setiso">
            <Icon name="shield" />
            <span className="medium">{words.inEffect(confinedWord("backend", isolation.backend))}</span>
            <span className="c2 t2">{words.inEffectNote}</span>
          </div>
          <table className="tbl iso">
            <thead>
              <tr>
                <th scope="col">{words.sFiles}</th>
                <th scope="col">{words.sNet}</th>
                <th scope="col">{words.sLimits}</th>
                <th scope="col">{words.sKill}</th>
              </tr>
            </thead>
            <tbody>
              <tr>
                {(["fs", "net", "limits", "kill"] as const).map((part) => {
                  const weak = (isolation.backend === "host" && part !== "kill") || isWeak(part, isolation[part]);
                  return (
                    <td key={part}>
                      <span className={`st st--n ${weak ? "s-needs" : "s-passed"}`}>
                        <Icon name={weak ? "alert" : "check"} size="s" />
                        <span className="c2">{confinedText(part, isolation[part])}</span>
                      </span>
                    </td>
                  );
                })}
              </tr>
            </tbody>
          </table>
        </>
      ) : status?.isolationProblem ? null : (
        <p className="t2 c3">{words.sandboxUnknown}</p>
      )}
      {workspace ? <Host workspace={workspace} live={live} /> : null}
      {status ? (
        <Setting name={words.workersHead}>
          <span className="t2">{words.workersSay(status.workers.online, status.workers.busy)}</span>
        </Setting>
      ) : null}
      <BackendChoice live={live} />
    </section>
  );
}

function Host({ workspace, live }: { workspace: Workspace; live: boolean }) {
  const { update, busy, failure } = useWorkspaceUpdate(workspace);
  const [asking, setAsking] = useState(false);
  return (
    <>
      {failure ? <Banner tone="failed">{`${words.saveFailed}: ${failure.message}`}</Banner> : null}
      <Setting name={words.allowHost} hint={words.allowHostHint} origin={workspaceOrigin(workspace, "allowHost")}>
        <Switch on={workspace.allowHost} label={words.allowHost} disabled={busy || !live} onChange={(on) => (on ? setAsking(true) : void update({ allowHost: false }))} />
        {workspace.allowHost ? (
          <span className="st st--n s-needs">
            <Icon name="alert" size="s" />
            {words.allowHostOn}
          </span>
        ) : null}
      </Setting>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title={words.allowHostTitle}
        text={words.allowHostWarning}
        yes={words.allowHostSure}
        danger
        busy={busy}
        onYes={() => void update({ allowHost: true }).then(() => setAsking(false))}
      />
    </>
  );
}

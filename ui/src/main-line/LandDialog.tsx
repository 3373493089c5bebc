// Before the user's branch moves: what moves, who moves it, and which of their hooks run.

import { useState } from "react";
import { useAction, useClient, useCrew } from "../app";
import { Banner, Choice, ConfirmDialog, InlineText, Path } from "../components";
import type { MainLine, MainWith } from "../client";
import { blocksOf, hooksOf, shortCommit } from "./standing";
import { words } from "./words";

/** Commits that are named. */
const NAMED = 6;

export function LandDialog({ line, onClose }: { line: MainLine; onClose: () => void }) {
  const call = useClient();
  const crew = useCrew();
  const action = useAction();
  const [way, setWay] = useState<MainWith>("server");
  const [sign, setSign] = useState(false);
  const blocked = blocksOf(line, way);
  const hooks = hooksOf(line, way);
  const folder = line.git.folder ?? "";
  const land = () =>
    void action
      .run(async () => {
        await call("main.land", {
          workspaceId: line.workspaceId,
          expectedTip: line.tip ?? "",
          hash: way === "server" ? line.hash : line.git.hash,
          with: way,
          sign: way === "my_merge" && sign,
        });
        await crew.refresh("merge");
      })
      .then((done) => {
        if (done) onClose();
      });
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={words.title(line.branch)}
      text={words.moves(line.branch, shortCommit(line.main), shortCommit(line.tip), line.ahead)}
      yes={words.yes(line.branch)}
      busy={action.busy}
      onYes={land}
      width={560}
    >
      <div className="mainland">
        <ul className="mainland__commits">
          {line.commits.slice(0, NAMED).map((commit) => (
            <li key={commit.commit} className="trunc">
              <code className="c3">{shortCommit(commit.commit)}</code> {commit.subject}
            </li>
          ))}
          {line.ahead > NAMED ? <li className="c3">{words.more(line.ahead - NAMED)}</li> : null}
        </ul>
        <Choice
          label={words.how}
          value={way}
          onChange={setWay}
          options={[
            { value: "server", label: words.server },
            { value: "my_git", label: words.myGit },
            { value: "my_merge", label: words.myMerge },
          ]}
        />
        <p className="t2 c2">{way === "server" ? words.serverSay : way === "my_git" ? words.myGitSay(folder) : words.myMergeSay(folder)}</p>
        {way === "server" ? null : (
          <>
            {hooks.length > 0 ? (
              <div>
                <h3 className="label">{words.hooks}</h3>
                <ul className="mainland__hooks">
                  {hooks.map((hook) => (
                    <li key={hook.name}>
                      <strong>{hook.name}</strong> <Path path={hook.path} />
                    </li>
                  ))}
                </ul>
              </div>
            ) : (
              <p className="t2">{words.noHooks}</p>
            )}
            {way === "my_merge" ? (
              line.git.signs ? (
                <p className="t2">{words.signed(line.git.format)}</p>
              ) : (
                <label className="h h--2 t2">
                  <input type="checkbox" checked={sign} onChange={(event) => setSign(event.target.checked)} />
                  {words.sign}
                </label>
              )
            ) : null}
            <p className="t2 c3">{words.putBack}</p>
          </>
        )}
        {line.proof === "proven" ? null : <p className="t2 c2">{words.runsFirst}</p>}
        {blocked.map((why) => (
          <Banner key={why} tone="needs" icon="alert">
            <InlineText text={why} />
          </Banner>
        ))}
        {action.failure ? <Banner tone="failed">{action.failure.message}</Banner> : null}
      </div>
    </ConfirmDialog>
  );
}

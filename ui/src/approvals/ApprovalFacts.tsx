// Exactly what would be done, why it asks, and who asked.

import { useModel } from "../app";
import { Change, CommandBox, Facts, InlineText, Path, revealed, Time } from "../components";
import type { Approval } from "../client";
import { strategyText, whyOf } from "../model";
import { askerName } from "./answer";
import { type Push, readPayload } from "./payload";
import { classesText } from "../policy/classes";
import { words } from "./words";

const COMMANDS = { Checks: "checks", "Set-up": "setup", Recipes: "recipes" } as const;

export function ApprovalFacts({ approval }: { approval: Approval }) {
  const payload = readPayload(approval);
  const entry = useModel((state) => state.merge.value?.flatMap((queue) => queue.entries).find((one) => one.id === (payload.entryId ?? approval.subject)));
  const workspace = useModel((state) => state.workspaces.value?.find((one) => one.id === approval.workspaceId)?.name);
  const additions = payload.additions ?? entry?.additions;
  const deletions = payload.deletions ?? entry?.deletions;
  const count = payload.fileCount ?? entry?.files;
  const risky = payload.risky.length > 0 ? payload.risky : (entry?.risky ?? []).map(revealed);
  return (
    <>
      {payload.argv ? <CommandBox argv={payload.argv} /> : null}
      <Facts
        rows={[
          [
            words.touches,
            additions !== undefined || count !== undefined ? (
              <span className="h wrap">
                {additions !== undefined ? <Change additions={additions} deletions={deletions ?? 0} /> : null}
                {count !== undefined ? <span className="c3">{words.inFiles(count)}</span> : null}
              </span>
            ) : null,
          ],
          [
            payload.files.length > 0 ? words.files : "",
            payload.files.length > 0 ? (
              <ul className="approval__files">
                {payload.files.map((file) => (
                  <li key={file.path} className="h">
                    <Path path={file.path} />
                    {file.additions !== undefined ? <Change additions={file.additions} deletions={file.deletions ?? 0} /> : null}
                  </li>
                ))}
              </ul>
            ) : null,
          ],
          [words.risky, risky.length > 0 ? <span className="s-needs">{risky.join(", ")}</span> : null],
          [
            words.onto,
            payload.target ? (
              <>
                <span className="mono">{payload.target}</span>
                {payload.strategy ? <span className="c3">, {strategyText(payload.strategy)}</span> : null}
              </>
            ) : null,
          ],
          ...(payload.push ? pushRows(payload.push) : []),
          [
            words.candidate,
            payload.commits.candidate ? (
              <span key="candidate" title={payload.commits.candidate}>
                <span className="mono">{payload.commits.candidate.slice(0, 7)}</span>
                {payload.commits.onto ? (
                  <span className="c3" title={payload.commits.onto}>
                    {" "}
                    {words.on} <span className="mono">{payload.commits.onto.slice(0, 7)}</span>
                  </span>
                ) : null}
              </span>
            ) : null,
          ],
          [words.proof, payload.verified === undefined ? null : payload.verified ? words.verified : <span className="s-needs">{words.notVerified}</span>],
          ...(["Checks", "Set-up", "Recipes"] as const).map((of): [string, React.ReactNode] => {
            const lines = payload.commands.filter((one) => one.of === of);
            return [
              words[COMMANDS[of]],
              lines.length > 0 ? (
                <ul key={of} className="approval__files mono t2">
                  {lines.map((one) => (
                    <li key={one.line}>{one.line}</li>
                  ))}
                </ul>
              ) : null,
            ];
          }),
          [words.mayWrite, payload.writes.length > 0 ? <span className="mono">{payload.writes.join(", ")}</span> : null],
          [words.takenFor, payload.classes.length > 0 ? classesText(payload.classes) : null],
          [words.runs, payload.sandbox === undefined ? null : payload.sandbox ? words.inSandbox : <span className="s-needs">{words.noSandbox}</span>],
          [words.where, payload.cwd ? <span className="mono">{payload.cwd}</span> : null],
          [words.reaches, payload.hosts.length > 0 ? <span className="mono">{payload.hosts.join(", ")}</span> : null],
          ...payload.rest.map(({ label, value, prose }): [string, React.ReactNode] => [
            label,
            // A text of several lines, such as a Dockerfile, is read as it is written.
            value.includes("\n") ? <pre key={label} className="cmd approval__text">{value}</pre> : <span key={label} className={prose ? "t2" : "mono t2"}>{value}</span>,
          ]),
          [words.why, <InlineText key="why" text={whyOf(approval)} />],
          [
            words.askedBy,
            <>
              {askerName(approval.askedBy)}
              {workspace ? <span className="c3"> {words.in} {workspace}</span> : null}{" "}
              <span className="c3">
                {words.at} <Time ts={approval.createdAt} />
                {approval.state === "pending" ? (
                  <>
                    , {words.waitingFor} <Time ts={approval.createdAt} relative />
                  </>
                ) : null}
                {approval.state === "pending" && approval.expiresAt ? (
                  <>
                    , {words.expires} <Time ts={approval.expiresAt} />
                  </>
                ) : null}
              </span>
            </>,
          ],
        ]}
      />
    </>
  );
}

function pushRows(push: Push): Array<[string, React.ReactNode]> {
  return [
    [
      words.pushes,
      <span key="pushes" title={push.commit}>
        <span className="mono">{push.branch}</span>
        {push.commit ? (
          <span className="c3">
            {" "}
            {words.at} <span className="mono">{push.commit.slice(0, 7)}</span>
          </span>
        ) : null}
      </span>,
    ],
    [words.pushesTo, push.remote ? <span className="mono">{push.remote}</span> : null],
    [words.overwrites, push.force ? <span className="s-needs">{words.overwritesText}{push.over ? <> <span className="mono">{push.over.slice(0, 7)}</span></> : null}</span> : null],
    [
      words.opens,
      push.pullRequest ? (
        <>
          {push.pullRequest.title}
          {push.pullRequest.base ? (
            <span className="c3">
              {" "}
              {words.into} <span className="mono">{push.pullRequest.base}</span>
            </span>
          ) : null}
        </>
      ) : null,
    ],
  ];
}

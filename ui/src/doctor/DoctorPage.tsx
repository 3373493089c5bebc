// What `pilothouse doctor` says, with the next step beside each thing that is not as it should be.

import { useEffect, useRef, useState } from "react";
import { PageBar, useCall, useModel } from "../app";
import { Button, clockText, CommandBox, CopyButton, durationText, ErrorState, Icon, InlineText, Skeleton, State } from "../components";
import type { DoctorLine } from "../client";
import { isLive } from "../model";
import { SettingsNav } from "../settings/SettingsNav";
import { words as settingsWords } from "../settings/words";
import { countFindings, fixCommand, groupLines, reportText } from "./report";
import { words } from "./words";
import "../settings/settings.css";

export default function DoctorPage() {
  const report = useCall("doctor.run", {});
  const live = useModel(isLive);
  const version = useModel((state) => state.status.value?.runtime.version ?? null);
  const took = useTook(report.loading);
  const value = report.value;
  const counts = value ? countFindings(value.lines) : undefined;
  const at = report.at === undefined ? "" : clockText(new Date(report.at).toISOString());
  return (
    <>
      <PageBar title={settingsWords.title} />
      <div className="setgrid">
        <SettingsNav
          current="doctor"
          mark={
            counts && counts.problem > 0 ? (
              <span className="st s-failed">
                <Icon name="failed" size="s" />
                {counts.problem}
              </span>
            ) : null
          }
        />
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key */}
        <div className="scroll" tabIndex={0} role="region" aria-label={words.title}>
          <div className="setbody">
            <div className="h dr__head">
              <h2 className="t4">{words.title}</h2>
              {counts ? (
                <>
                  {counts.problem > 0 ? <State kind="failed">{words.problems(counts.problem)}</State> : null}
                  {counts.warning > 0 ? (
                    <span className="st s-needs">
                      <Icon name="alert" />
                      {words.warnings(counts.warning)}
                    </span>
                  ) : null}
                  <State kind="passed">{words.fine(counts.ok)}</State>
                </>
              ) : null}
              {value ? <span className="t2 c3 num">{live ? words.ranAt(at, durationText(took)) : words.staleNote(at)}</span> : null}
              <span className="push h">
                {value ? <CopyButton text={reportText(value, version, report.at === undefined ? "" : new Date(report.at).toISOString())} label={words.copy} /> : null}
                <Button icon="refresh" busy={report.loading} disabled={!live} onClick={report.reload}>
                  {words.again}
                </Button>
              </span>
            </div>
            <p className="t2 c3 dr__same">
              {words.same} <span className="mono">pilothouse doctor</span>. {words.sameRest}
            </p>
            {value ? (
              <>
                {groupLines(value.lines).map((group) => (
                  <section key={group.name} className="dg">
                    <h3 className="label">{group.name}</h3>
                    <div>
                      {group.lines.map((line) => (
                        <Line key={line.id} line={line} />
                      ))}
                    </div>
                  </section>
                ))}
              </>
            ) : report.failure ? (
              <ErrorState title={words.failedTitle} error={report.failure} onRetry={report.reload} />
            ) : (
              <>
                <p className="unseen" role="status">
                  {words.running}
                </p>
                <Skeleton rows={10} row={28} />
              </>
            )}
          </div>
        </div>
      </div>
    </>
  );
}

function Line({ line }: { line: DoctorLine }) {
  const tone = line.finding === "ok" ? "" : line.finding === "warning" ? "s-needs" : "s-failed";
  const row = (
    <div className="dc">
      {line.finding === "warning" ? (
        <span className="st s-needs">
          <Icon name="alert" />
          <span className="unseen">{words.warning}</span>
        </span>
      ) : (
        <State kind={line.finding === "ok" ? "passed" : "failed"} label={line.finding === "ok" ? words.ok : words.problem} />
      )}
      <span className="medium">{line.title}</span>
      <span className={tone || "c2"}>
        <InlineText text={line.detail} />
      </span>
    </div>
  );
  if (line.finding === "ok" || !line.fix) return row;
  const command = fixCommand(line.fix);
  return (
    <div className={line.finding === "warning" ? "dwarn" : "dfail"}>
      {row}
      <dl className="dfix">
        {command !== line.fix ? (
          <div className="dfix__row">
            <dt>{words.fix}</dt>
            <dd>
              <InlineText text={line.fix} />
            </dd>
          </div>
        ) : null}
        {command ? (
          <div className="dfix__row">
            <dt>{words.fixRuns}</dt>
            <dd className="h dfix__run">
              <span className="grow">
                <CommandBox argv={command} />
              </span>
              <CopyButton icon text={command} label={words.copyCommand} />
            </dd>
          </div>
        ) : null}
      </dl>
    </div>
  );
}

/** How long the last run took, as seen from here. */
function useTook(loading: boolean): number {
  const since = useRef<number>(undefined);
  const [took, setTook] = useState(0);
  useEffect(() => {
    if (loading) since.current = Date.now();
    else if (since.current !== undefined) setTook(Date.now() - since.current);
  }, [loading]);
  return took;
}

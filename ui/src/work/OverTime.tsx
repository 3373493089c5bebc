// Time to land and runs per landing over days or hours: two small pictures, or the same as a table.

import { useEffect, useState } from "react";
import { useClient } from "../app";
import { Button, Choice, durationText, Icon } from "../components";
import { asFailure, type CallFailure, type MergeStats, type StatsBucket } from "../client";
import { usePreference } from "../review/preferences";
import { decimal, languageTag } from "../words";
import { GOAL, layoutOverTime } from "./over-time";
import { words } from "./steer-words";

const WIDTH = 236;
const PLOT = 192;
const TOP = 8;
const BOTTOM = 54;

const DAY = new Intl.DateTimeFormat(languageTag(), { day: "numeric", month: "short" });
const HOUR = new Intl.DateTimeFormat(languageTag(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

type By = "day" | "hour";

export function OverTime({ stats }: { stats: MergeStats }) {
  const [by, setBy] = usePreference<By>("work.over", "day");
  const [table, setTable] = useState(false);
  const { buckets, failure } = useBuckets(by, stats);
  const name = (bucket: StatsBucket) => (by === "day" ? DAY : HOUR).format(Date.parse(bucket.from));
  return (
    <section className="charts__next overtime" aria-label={words.overTime}>
      <div className="h overtime__head">
        <h3 className="label">{words.overTime}</h3>
        <Choice
          label={words.span}
          value={by}
          onChange={setBy}
          options={[
            { value: "day", label: words.days },
            { value: "hour", label: words.hours },
          ]}
        />
      </div>
      {failure ? <p className="t2 s-failed">{words.statsFailed}</p> : table ? <Figures buckets={buckets} name={name} /> : <Pictures buckets={buckets} name={name} />}
      <Button small look="ghost" onClick={() => setTable(!table)}>
        <Icon name={table ? "gauge" : "stack"} size="s" />
        {table ? words.asPicture : words.asTable}
      </Button>
    </section>
  );
}

/** Days come with the figures; hours are asked for when somebody wants them. */
function useBuckets(by: By, stats: MergeStats): { buckets: readonly StatsBucket[]; failure: CallFailure | undefined } {
  const call = useClient();
  const [hours, setHours] = useState<readonly StatsBucket[]>([]);
  const [failure, setFailure] = useState<CallFailure>();
  useEffect(() => {
    if (by !== "hour") return;
    const gone = new AbortController();
    call("merge.stats", { by: "hour", offsetMinutes: -new Date().getTimezoneOffset() }, { signal: gone.signal })
      .then((answer) => {
        setHours(answer.buckets);
        setFailure(undefined);
      })
      .catch((thrown: unknown) => {
        if (!gone.signal.aborted) setFailure(asFailure(thrown));
      });
    return () => gone.abort();
  }, [by, call, stats]);
  return by === "day" ? { buckets: stats.buckets ?? [], failure: undefined } : { buckets: hours, failure };
}

function Pictures({ buckets, name }: { buckets: readonly StatsBucket[]; name: (bucket: StatsBucket) => string }) {
  const picture = layoutOverTime(buckets, PLOT, TOP, BOTTOM);
  const first = buckets[0];
  const last = buckets[buckets.length - 1];
  if (!first || !last || !picture.medians || !picture.runs) return <p className="t2 c3 overtime__none">{words.noneChart}</p>;
  const [from, to] = [name(first), name(last)];
  const axis = (
    <>
      <text x="0" y={BOTTOM + 14} className="dim">
        {from}
      </text>
      <text x={PLOT} y={BOTTOM + 14} textAnchor="end" className="dim">
        {to}
      </text>
    </>
  );
  return (
    <>
      <svg className="fig" width={WIDTH} height={BOTTOM + 18} role="img" aria-label={words.timeChart(from, to, durationText(picture.medians[0]), durationText(picture.medians[1]))}>
        <path d={`M0 ${BOTTOM}H${PLOT}M0 ${TOP}H${PLOT}`} className="k-line" />
        <text x={PLOT + 4} y={TOP + 4} className="dim">
          {durationText(picture.topMs)}
        </text>
        <text x={PLOT + 4} y={BOTTOM + 4} className="dim">
          0
        </text>
        {picture.columns.map((column) =>
          column.median === null || column.high === null ? null : (
            <path key={column.bucket.from} d={`M${column.x + column.width / 2} ${column.high}V${column.median}`} className="k-control" strokeWidth="2">
              <title>{`${name(column.bucket)}: ${durationText(column.bucket.timeToLandMs.p50 ?? 0)}, ${durationText(column.bucket.timeToLandMs.p95 ?? 0)}`}</title>
            </path>
          ),
        )}
        <path d={picture.line} fill="none" className="k-accent" strokeWidth="1.5" strokeLinejoin="round" />
        {picture.columns.map((column) => (column.median === null ? null : <circle key={column.bucket.from} cx={column.x + column.width / 2} cy={column.median} r="2" className="f-accent" />))}
        {axis}
      </svg>
      <svg className="fig" width={WIDTH} height={BOTTOM + 18} role="img" aria-label={words.runsChart(from, to, decimal(picture.runs[0], 2), decimal(picture.runs[1], 2))}>
        <defs>
          <pattern id="thrown" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="4" height="4" className="f-sunk" />
            <path d="M0 0V4" className="k-control" strokeWidth="1.2" />
          </pattern>
        </defs>
        <path d={`M0 ${BOTTOM}H${PLOT}`} className="k-line" />
        <text x={PLOT + 4} y={TOP + 4} className="dim">
          {picture.topRuns}
        </text>
        {picture.columns.map((column) =>
          column.runs === null || column.useful === null ? null : (
            <g key={column.bucket.from}>
              <rect x={column.x} y={column.runs} width={column.width} height={Math.max(0, column.useful - column.runs)} fill="url(#thrown)" className="k-strong" strokeWidth="0.5" />
              <rect x={column.x} y={column.useful} width={column.width} height={Math.max(0, BOTTOM - column.useful)} className={(column.bucket.runsPerLanded ?? 0) > GOAL ? "f-waiting" : "f-accent"}>
                <title>{`${name(column.bucket)}: ${decimal(column.bucket.runsPerLanded ?? 0, 2)}`}</title>
              </rect>
            </g>
          ),
        )}
        <path d={`M0 ${picture.goalY}H${PLOT}`} className="k-needs" strokeDasharray="3 3" />
        <text x={PLOT + 4} y={picture.goalY + 4} className="dim">
          {decimal(GOAL, 1)}
        </text>
        {axis}
      </svg>
    </>
  );
}

function Figures({ buckets, name }: { buckets: readonly StatsBucket[]; name: (bucket: StatsBucket) => string }) {
  const time = (ms: number | null) => (ms === null ? words.nothing : durationText(ms));
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key
    <div className="overtime__table" tabIndex={0} role="region" aria-label={`${words.overTime}: ${words.asTable}`}>
      <table className="t1 num">
        <thead>
          <tr>
            <th scope="col">{words.fromRow}</th>
            <th scope="col">{words.landedRow}</th>
            <th scope="col">{words.returnedRow}</th>
            <th scope="col">{words.medianRow}</th>
            <th scope="col">{words.p95Row}</th>
            <th scope="col">{words.runsRow}</th>
            <th scope="col">{words.thrownRow}</th>
            <th scope="col">{words.perLandingRow}</th>
          </tr>
        </thead>
        <tbody>
          {[...buckets].reverse().map((bucket) => (
            <tr key={bucket.from}>
              <th scope="row">{name(bucket)}</th>
              <td>{bucket.landed}</td>
              <td>{bucket.returned}</td>
              <td>{time(bucket.timeToLandMs.p50)}</td>
              <td>{time(bucket.timeToLandMs.p95)}</td>
              <td>{bucket.runs}</td>
              <td>{bucket.cancelledRuns}</td>
              <td>{bucket.runsPerLanded === null ? words.nothing : decimal(bucket.runsPerLanded, 2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

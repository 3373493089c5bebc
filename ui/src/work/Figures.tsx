// Measured figures beside the queue: how long landing takes, how many check runs it costs.

import type { MergeEntry, MergeStats } from "../client";
import { durationText } from "../components";
import { decimal } from "../words";
import { words } from "./words";

const WIDTH = 236;

export function Figures({ stats, recent }: { stats: MergeStats | undefined; recent: readonly MergeEntry[] }) {
  const times = recent
    .filter((entry) => entry.state === "landed" && entry.landedAt)
    .slice(0, 24)
    .reverse()
    .map((entry) => Math.max(0, Date.parse(entry.landedAt ?? "") - Date.parse(entry.createdAt)));
  const runs = stats?.runsPerLanded ?? null;
  return (
    <aside className="charts">
      <div>
        <h3 className="label">{words.timeToLand}</h3>
        {stats && stats.timeToLandMs.p50 !== null ? (
          <>
            <div className="h figline">
              <span className="t5 num">{durationText(stats.timeToLandMs.p50)}</span>
              <span className="t1 c3">{stats.timeToLandMs.p95 === null ? words.medianAlone : words.median(durationText(stats.timeToLandMs.p95))}</span>
            </div>
            {times.length > 1 ? <Spark values={times} /> : null}
          </>
        ) : (
          <p className="t2 c3">{words.nothingLanded}</p>
        )}
      </div>
      {stats ? (
        <div className="charts__next">
          <h3 className="label">{words.checksPerLanding}</h3>
          {runs === null ? (
            <p className="t2 c3">{words.nothingLanded}</p>
          ) : (
            <>
              <div className="h figline">
                <span className="t5 num">{decimal(runs, 2)}</span>
                <span className="t1 c3">{words.goal}</span>
              </div>
              <svg className="fig" width={WIDTH} height="24" role="img" aria-label={`${decimal(runs, 2)}, ${words.goal}`}>
                <rect x="0" y="8" width={WIDTH - 26} height="6" rx="2" className="f-active" />
                <rect x="0" y="8" width={Math.min(1, runs / 2) * (WIDTH - 26)} height="6" rx="2" className={runs > 1.2 ? "f-needs" : "f-accent"} />
                <path d={`M${0.6 * (WIDTH - 26)} 3V19`} className="k-needs" strokeDasharray="3 3" />
                <text x={0.6 * (WIDTH - 26) + 4} y="23" className="dim" />
              </svg>
            </>
          )}
          <p className="t1 c3">{words.statsDetail(stats.landed, stats.returned, stats.failed)}</p>
          {stats.reusedVerdicts > 0 ? <p className="t1 c3">{words.reused(stats.reusedVerdicts)}</p> : null}
        </div>
      ) : null}
    </aside>
  );
}

function Spark({ values }: { values: readonly number[] }) {
  const most = Math.max(...values, 1);
  const right = WIDTH - 44;
  const x = (index: number) => 4 + (index / (values.length - 1)) * (right - 8);
  const y = (value: number) => 62 - (value / most) * 50;
  const last = values.length - 1;
  const label = words.lastLandings(values.length);
  return (
    <svg className="fig" width={WIDTH} height="84" viewBox={`0 0 ${WIDTH} 84`} role="img" aria-label={`${words.timeToLand}, ${label}`}>
      <path d={`M0 62H${right}M0 12H${right}`} className="k-line" />
      <text x={right + 4} y="66" className="dim">
        0
      </text>
      <text x={right + 4} y="16" className="dim">
        {durationText(most)}
      </text>
      <polyline points={values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(" ")} fill="none" className="k-third" strokeWidth="1.25" strokeLinejoin="round" />
      <circle cx={x(last)} cy={y(values[last] ?? 0)} r="3" className="f-accent" />
      <text x="0" y="80" className="dim">
        {label}
      </text>
    </svg>
  );
}

// Measured figures beside the queue: how long landing takes, how many check runs it costs.

import type { MergeStats } from "../client";
import { durationText } from "../components";
import { decimal } from "../words";
import { OverTime } from "./OverTime";
import { words } from "./words";

export function Figures({ stats }: { stats: MergeStats | undefined }) {
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
            </>
          )}
          <p className="t1 c3">{words.statsDetail(stats.landed, stats.returned, stats.failed)}</p>
          {stats.reusedVerdicts > 0 ? <p className="t1 c3">{words.reused(stats.reusedVerdicts)}</p> : null}
        </div>
      ) : null}
      {stats && stats.landed > 0 ? <OverTime stats={stats} /> : null}
    </aside>
  );
}

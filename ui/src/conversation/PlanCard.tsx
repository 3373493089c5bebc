// RemoteBuddy's plan: what may be changed, when it counts as done, what proves it, and what it may cost.

import { memo } from "react";
import { useModel } from "../app";
import { argvText, Card, CardHead, CardSection, Facts, IconButton, InlineText, State, Time } from "../components";
import type { Plan } from "../client";
import { mainWords, MeetsList } from "../main-line";
import type { PlanItem } from "../model";
import { useRowActions } from "./actions";
import { useFold } from "./folds";
import { words } from "./words";

export const PlanCard = memo(function PlanCard({ item }: { item: PlanItem }) {
  const [folded, toggle] = useFold(item.key);
  const { show } = useRowActions();
  return (
    <Card label={words.plan} data-testid="card-plan">
      <CardHead icon="plan" title={`${words.plan}: ${item.plan.title}`}>
        <span className="t1 c3">RemoteBuddy</span>
        <Time ts={item.ts} />
        <IconButton small icon="pane" label={words.showPlan} onClick={() => show("plan", item.jobId)} />
        <IconButton small icon={folded ? "right" : "down"} label={folded ? words.openPlan : words.foldPlan} aria-expanded={!folded} onClick={toggle} />
      </CardHead>
      {folded ? null : (
        <CardSection>
          <PlanFacts plan={item.plan} jobId={item.jobId} />
          {item.meets.length > 0 ? <h3 className="label">{mainWords.meets}</h3> : null}
          <MeetsList meets={item.meets} />
        </CardSection>
      )}
    </Card>
  );
});

export function PlanFacts({ plan, jobId }: { plan: Plan; jobId: string | undefined }) {
  const { planning } = plan;
  const proven = useModel((state) => (jobId ? state.jobs.get(jobId)?.verified : undefined));
  const minutes = Math.max(1, Math.round(planning.executionBudgetMs / 60_000));
  const rows: Array<[string, React.ReactNode]> = [
    [
      words.mayWrite,
      planning.scope.writeGlobs.length > 0 ? (
        <span className="mono t2 kv__mono">
          {planning.scope.writeGlobs.join(", ")} <span className="c3">({words.atMost(planning.scope.maxFilesToEdit)})</span>
        </span>
      ) : (
        words.nothingWritten
      ),
    ],
    [
      words.acceptedWhen,
      planning.acceptanceCriteria.length > 0 ? (
        <ul className="list">
          {planning.acceptanceCriteria.map((criterion) => (
            <li key={criterion}>
              <span className="c3" aria-hidden="true">
                ·
              </span>
              <span>
                <InlineText text={criterion} />
              </span>
            </li>
          ))}
        </ul>
      ) : null,
    ],
    [
      words.weRun,
      planning.validationSteps.length > 0 ? (
        <span className="mono t2 kv__mono">{planning.validationSteps.map(argvText).join(", ")}</span>
      ) : (
        words.weRunNothing
      ),
    ],
    [words.risk, RISK[planning.riskLevel]],
    [words.budget, words.minutes(minutes)],
    [words.proven, proven === true ? <State kind="passed">{words.verified}</State> : null],
  ];
  return <Facts rows={rows} />;
}

export const RISK = { low: words.low, medium: words.medium, high: words.high } as const;

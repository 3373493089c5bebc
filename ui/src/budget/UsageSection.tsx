// The usage section of the settings: what was used today, what is left of the budgets, and which model had what.

import { useCall } from "../app";
import { Button, ErrorState, Icon, Meter, Skeleton } from "../components";
import type { BudgetStanding, WorkspaceId } from "../client";
import { amountOf } from "../model";
import { SectionHead, Setting } from "../settings/Row";
import { doubtsOf, levelOf, spentText } from "./said";
import { words } from "./words";

const SCOPE: Record<BudgetStanding["scope"], string> = { job: words.scopeJob, day: words.scopeDay, workspace: words.scopeWorkspace };

export function UsageSection({ workspaceId, live }: { workspaceId: WorkspaceId | undefined; live: boolean }) {
  const report = useCall("budget.show", workspaceId ? { workspaceId } : {});
  const value = report.value;
  return (
    <section>
      <SectionHead title={words.title}>{words.text}</SectionHead>
      {!value ? (
        report.failure ? <ErrorState title={words.failed} error={report.failure} onRetry={report.reload} /> : <Skeleton rows={4} row={52} />
      ) : (
        <>
          <Setting
            name={words.today}
            hint={doubtsOf(value.day).join(" ")}
            origin={
              <Button small icon="refresh" busy={report.loading} disabled={!live} onClick={report.reload}>
                {words.again}
              </Button>
            }
          >
            <span className="num">{value.day.calls === 0 && value.day.workMs === 0 ? words.nothing : spentText(value.day)}</span>
          </Setting>
          <div className="setnext">
            <SectionHead title={words.limits}>{value.standings.length === 0 ? words.limitsNone : undefined}</SectionHead>
            {value.standings.map((each) => (
              <Standing key={`${each.scope} ${each.measure}`} standing={each} />
            ))}
          </div>
          {value.models.length > 0 ? (
            <div className="setnext">
              <SectionHead title={words.models} />
              {value.models.map((each) => (
                <Setting key={`${each.role} ${each.model}`} name={each.model} hint={each.role}>
                  <span className="num">{spentText(each.spent)}</span>
                </Setting>
              ))}
            </div>
          ) : null}
        </>
      )}
    </section>
  );
}

function Standing({ standing }: { standing: BudgetStanding }) {
  const level = levelOf(standing);
  const said = words.usedOf(amountOf(standing.measure, standing.used), amountOf(standing.measure, standing.limit));
  return (
    <Setting
      name={SCOPE[standing.scope]}
      hint={
        level === "fine" ? undefined : (
          <span className="st s-needs">
            <Icon name="alert" size="s" />
            {level === "near" ? words.near : words.reached}
          </span>
        )
      }
    >
      <span className="h">
        <Meter part={standing.limit === 0 ? 1 : standing.used / standing.limit} warn={level !== "fine"} width={120} label={`${SCOPE[standing.scope]}: ${said}`} />
        <span className="num">{said}</span>
      </span>
    </Setting>
  );
}

//! Budgets of time. Time passes without a call, so who comes near their end is told when a worker renews its claim.

use super::{Whose, look};
use flow::budget::{near, reached};
use host::config::Budget;
use protocol::Event;
use protocol::budget::{BudgetScope, BudgetStanding, Measure};
use protocol::job::Job;
use store::{NewEvent, StoreError, Tx};

/// Where the time of a running job stands, of its day and of its workspace; what came near its end or reached it is
/// told, each once.
pub(crate) fn time(
    tx: &mut Tx<'_>,
    job: &Job,
    budget: &Budget,
    day: i64,
) -> Result<Vec<BudgetStanding>, StoreError> {
    if [budget.job, budget.day, budget.workspace].iter().all(|ceiling| ceiling.minutes.is_none()) {
        return Ok(Vec::new());
    }
    let mut all = look(tx, budget, &Whose::of(job), day)?;
    all.retain(|standing| standing.measure == Measure::WorkMs);
    for standing in all.iter().filter(|standing| near(standing)) {
        let reached = reached(standing);
        let fresh = tx.told_first(&name(standing, job, day, reached))?;
        // A leap over both tells the end alone.
        if reached {
            tx.told_first(&name(standing, job, day, false))?;
        }
        if let (true, Some(session)) = (fresh, &job.session_id) {
            let event = Event::BudgetNear {
                standing: standing.clone(),
                reached,
                job_id: Some(job.id.clone()),
                workspace_id: job.workspace_id.clone(),
            };
            tx.append(NewEvent::new(session, event, "server"))?;
        }
    }
    Ok(all)
}

/// What is told once. A raised budget is another one, and so is the next day's.
fn name(standing: &BudgetStanding, job: &Job, day: i64, reached: bool) -> String {
    let workspace = job.workspace_id.as_ref().map(ToString::to_string).unwrap_or_default();
    let whose = match standing.scope {
        BudgetScope::Job => format!("job {}", job.id),
        BudgetScope::Day => format!("day {day}"),
        BudgetScope::Workspace => format!("workspace {workspace} {day}"),
    };
    format!("{whose} {} {}", standing.limit, if reached { "reached" } else { "near" })
}

#[cfg(test)]
mod tests {
    use crate::scene::{MINUTE, SECOND, Scene, owner};
    use serde_json::{Value, json};

    fn shown(told: &[Value]) -> Vec<(String, bool, i64)> {
        let one = |event: &Value| {
            let standing = &event["standing"];
            let scope = standing["scope"].as_str().unwrap().to_owned();
            (scope, event["reached"].as_bool().unwrap(), standing["used"].as_i64().unwrap())
        };
        told.iter().map(one).collect()
    }

    #[tokio::test]
    async fn four_fifths_of_the_minutes_are_told_once_and_so_is_their_end() {
        let scene = Scene::begun(&[("PILOTHOUSE_BUDGET_MINUTES_PER_JOB", "10")]).await;
        scene.awake(8 * MINUTE - 5 * SECOND).await;
        assert!(scene.told("budget.near").await.is_empty(), "not yet");
        scene.awake(MINUTE).await;
        let near = shown(&scene.told("budget.near").await);
        assert_eq!(near, [("job".to_owned(), false, 8 * MINUTE)]);
        scene.awake(2 * MINUTE).await;
        let all = shown(&scene.told("budget.near").await);
        assert_eq!(all[1..], [("job".to_owned(), true, 10 * MINUTE)]);
        let raise = json!({ "id": scene.job, "minutes": 12 });
        scene.engine.jobs_raise(owner(), serde_json::from_value(raise).unwrap()).await.unwrap();
        assert_eq!(scene.renewed().await, Value::Null, "a raise counts for a job that runs");
        assert_eq!(scene.told("budget.near").await.len(), 3, "and what it has now is near its end too");
    }

    #[tokio::test]
    async fn the_minutes_of_a_day_are_those_of_all_jobs_are_told_once_and_stop_each_until_midnight() {
        let scene = Scene::begun(&[("PILOTHOUSE_BUDGET_MINUTES_PER_DAY", "10")]).await;
        let noon = scene.now();
        let (other, its_token) = Scene::claimed(&scene.engine, "another").await;
        for _ in 0..4 * 12 {
            scene.awake(5 * SECOND).await;
            assert_eq!(scene.renews(&other, &its_token).await, Value::Null);
        }
        assert_eq!(shown(&scene.told("budget.near").await), [("day".to_owned(), false, 8 * MINUTE)]);
        for _ in 0..12 {
            scene.awake(5 * SECOND).await;
            scene.renews(&other, &its_token).await;
        }
        assert_eq!(shown(&scene.told("budget.near").await)[1..], [("day".to_owned(), true, 10 * MINUTE)]);
        for pause in [scene.renewed().await, scene.renews(&other, &its_token).await] {
            assert_eq!(pause["reason"], "budget");
            assert!(pause["detail"].as_str().unwrap().contains("this day"), "{pause}");
            assert_eq!(pause["resetsAtMs"].as_i64(), Some(noon + 720 * MINUTE), "midnight");
        }
        // A server that is started again tells nothing twice.
        let scene = scene.down(0).await;
        scene.renewed().await;
        assert_eq!(scene.told("budget.near").await.len(), 2);
    }
}

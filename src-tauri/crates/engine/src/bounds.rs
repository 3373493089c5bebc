//! What a repository says of its scope: globs that bound what plans may write, and hints for the planner.
//!
//! They are read at the integration base, and count in a repository's own file once its owner trusts the folder. The
//! globs only ever take something away: plans are cut to them, and a hand-over is judged by them once more.

use crate::Engine;
use crate::markdown::plain;
use crate::rooms::Room;
use flow::scope::{glob_problem, narrow};
use host::config::{Config, Layer};
use protocol::{ApiError, ErrorCode, Plan};
use std::sync::Arc;

const GLOBS: &str = "scope.writeGlobs";
const HINTS: &str = "scope.hints";
/// Most globs there can be, and most of them that a message names.
const MOST: usize = 64;
const NAMED: usize = 5;

pub(crate) struct Said {
    /// None where nobody said anything; an empty list lets plans write nothing.
    pub bounds: Option<Vec<String>>,
    pub hints: Vec<String>,
}

impl Engine {
    pub(crate) async fn scope_said(&self, room: &Arc<Room>) -> Result<Said, ApiError> {
        let config = self.configured(room).await?;
        let trusted = room.row().trusted;
        let counts =
            |key: &str| config.origin(key).is_some_and(|origin| trusted || origin.layer != Layer::Repository);
        Ok(Said {
            bounds: if counts(GLOBS) { Some(usable(&config)?) } else { None },
            hints: if counts(HINTS) { config.scope.hints.clone() } else { Vec::new() },
        })
    }

    /// A plan inside the repository's bounds, saying what was left out; why there is none where nothing is left.
    pub(crate) async fn within_bounds(
        &self,
        room: &Arc<Room>,
        plan: Plan,
    ) -> Result<Result<Plan, String>, ApiError> {
        if plan.planning.scope.write_globs.is_empty() {
            return Ok(Ok(plan));
        }
        Ok(match self.scope_said(room).await?.bounds {
            Some(bounds) => cut(plan, &bounds),
            None => Ok(plan),
        })
    }
}

fn cut(mut plan: Plan, bounds: &[String]) -> Result<Plan, String> {
    let left = narrow(&plan.planning.scope.write_globs, bounds);
    if left.globs.is_empty() {
        let planned = named(&left.cut);
        return Err(match bounds {
            [] => format!(
                "This would change {planned}, and `{GLOBS}` of this repository lets plans write nothing, so nothing was begun."
            ),
            _ => format!(
                "This would change {planned}, and `{GLOBS}` of this repository lets plans write only {}, so nothing was begun.",
                named(bounds)
            ),
        });
    }
    if !left.cut.is_empty() {
        let said = format!("`{GLOBS}` of this repository leaves {} to write.", named(&left.globs));
        let before = plan.assistant_message.trim_end();
        plan.assistant_message = if before.is_empty() { said } else { format!("{before}\n\n{said}") };
    }
    plan.planning.scope.write_globs = left.globs;
    Ok(plan)
}

fn named(globs: &[String]) -> String {
    let first: Vec<String> = globs.iter().take(NAMED).map(|glob| plain(&format!("`{glob}`"))).collect();
    match globs.len().saturating_sub(NAMED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn usable(config: &Config) -> Result<Vec<String>, ApiError> {
    let globs = &config.scope.write_globs;
    let wrong = |what: String| {
        let place = config.origin(GLOBS).map(|origin| format!(" ({origin})")).unwrap_or_default();
        ApiError::new(ErrorCode::ConfigInvalid, format!("`{GLOBS}`{place} {what}. Correct it there."))
    };
    if globs.len() > MOST {
        return Err(wrong(format!("holds more than {MOST} globs")));
    }
    match globs.iter().find_map(|glob| Some((glob, glob_problem(glob)?))) {
        Some((glob, problem)) => Err(wrong(format!("holds {glob:?}, which {problem}"))),
        None => Ok(globs.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn plan(globs: &[&str]) -> Plan {
        serde_json::from_value(json!({
            "schemaVersion": 2, "requiresWorker": true, "lane": "worker", "assistantMessage": "I will try.",
            "title": "Try", "instruction": "Try it.",
            "planning": {
                "intent": "code_change", "riskLevel": "low",
                "scope": { "readAnywhere": true, "writeGlobs": globs, "maxFilesToEdit": 3 },
                "acceptanceCriteria": ["tried"], "validationSteps": [], "queuePriority": "normal",
                "queueWaitBudgetMs": 1, "executionBudgetMs": 1, "finalizationBudgetMs": 1,
            },
        }))
        .unwrap()
    }

    fn bounds(globs: &[&str]) -> Vec<String> {
        globs.iter().map(|glob| (*glob).to_owned()).collect()
    }

    #[test]
    fn a_plan_inside_the_bounds_is_left_as_it_is() {
        assert_eq!(cut(plan(&["src/net/**"]), &bounds(&["src/**"])), Ok(plan(&["src/net/**"])));
    }

    #[test]
    fn a_plan_that_reaches_outside_is_cut_and_says_so() {
        let left = cut(plan(&["**"]), &bounds(&["src/**", "docs/**"])).unwrap();
        assert_eq!(left.planning.scope.write_globs, ["src/**", "docs/**"]);
        assert_eq!(
            left.assistant_message,
            "I will try.\n\n`scope.writeGlobs` of this repository leaves `src/**`, `docs/**` to write."
        );
    }

    #[test]
    fn a_plan_of_which_nothing_is_left_is_not_begun() {
        let why = cut(plan(&["ci/**"]), &bounds(&["src/**"])).unwrap_err();
        assert!(why.contains("change `ci/**`") && why.contains("only `src/**`"), "{why}");
        let why = cut(plan(&["ci/**"]), &[]).unwrap_err();
        assert!(why.contains("lets plans write nothing"), "{why}");
    }
}

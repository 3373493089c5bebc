//! Strict validation of a plan.
//!
//! A plan comes from a model, so nothing about it is believed: every field is looked at, every problem is named with
//! its place, and all of them together go back for the one repair round. Whether a plan is clever is not judged here.

mod reader;
mod rules;

use protocol::Plan;
use serde_json::Value;

/// One thing wrong with a plan.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PlanProblem {
    /// Where, such as `planning.scope.writeGlobs[2]`; empty for the whole plan.
    pub path: String,
    /// What is wrong and what is expected instead.
    pub message: String,
}

impl std::fmt::Display for PlanProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

/// Most problems told at once; a repair round does not get better with more.
const MAX_PROBLEMS: usize = 32;

/// Reads a plan from the text of an answer. A fence around the JSON is taken off, prose around it is a problem.
pub fn read(text: &str) -> Result<Plan, Vec<PlanProblem>> {
    let body = text.trim();
    let fenced = body.strip_prefix("```").and_then(|rest| rest.split_once('\n')).map(|(_, inside)| inside);
    let body = fenced.map_or(body, |inside| inside.trim_end().trim_end_matches("```"));
    match serde_json::from_str::<Value>(body) {
        Ok(value) => validate(&value),
        Err(e) => Err(vec![PlanProblem {
            path: String::new(),
            message: format!("the answer is not one JSON object: {e}; answer with the object alone"),
        }]),
    }
}

/// Judges a plan. Commands in `validationSteps` may be lists of arguments or plain strings; the result holds lists.
pub fn validate(value: &Value) -> Result<Plan, Vec<PlanProblem>> {
    let mut reader = reader::Reader::default();
    let plan = rules::plan(&mut reader, value);
    let mut problems = reader.into_problems();
    match plan {
        Some(plan) if problems.is_empty() => Ok(plan),
        _ => {
            problems.truncate(MAX_PROBLEMS);
            if problems.is_empty() {
                problems.push(PlanProblem { path: String::new(), message: "the plan cannot be read".into() });
            }
            Err(problems)
        }
    }
}

/// The problems as the text of a repair round, one per line.
pub fn repair_text(problems: &[PlanProblem]) -> String {
    let lines: Vec<String> = problems.iter().map(|problem| format!("- {problem}")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests;

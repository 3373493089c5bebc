//! Strict answers out of what models really send: finding the JSON, checking it, asking for a repair.

mod extract;

pub use extract::extract_json;
use protocol::Plan;
use protocol::plan::PLAN_SCHEMA_VERSION;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::model::{JsonSchema, Message, Request, schema};
use crate::prompt::{Inputs, PromptError, Prompts};

/// Longest `assistantMessage` and `instruction`; checked here because servers choke on bounds.
const MESSAGE_CHARS: u64 = 4_000;
const INSTRUCTION_CHARS: u64 = 12_000;
/// Of a reply that is shown again in a repair round.
const REPAIR_CHARS: usize = 24_000;

/// Why a text is not the answer that was asked for. The text is what a repair round is told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanProblem {
    #[error("the reply holds no JSON object: {why}")]
    NoJson { why: String },
    #[error("{}", problems.join("\n"))]
    Wrong { problems: Vec<String> },
}

impl PlanProblem {
    pub fn code(&self) -> &'static str {
        match self {
            PlanProblem::NoJson { .. } => "plan.no_json",
            PlanProblem::Wrong { .. } => "plan.wrong",
        }
    }
}

/// Finds the JSON, checks it against the schema with paths, and reads it as `T`.
pub fn parse_as<T: DeserializeOwned>(text: &str, shape: &Value) -> Result<T, PlanProblem> {
    let value = extract_json(text)?;
    let problems = schema::check(shape, &value);
    if !problems.is_empty() {
        return Err(PlanProblem::Wrong { problems });
    }
    serde_json::from_value(value).map_err(|error| PlanProblem::Wrong { problems: vec![error.to_string()] })
}

/// RemoteBuddy's plan, checked beyond its shape.
pub fn parse_plan(text: &str) -> Result<Plan, PlanProblem> {
    let plan: Plan = parse_as(text, &shape(true))?;
    let mut problems = Vec::new();
    let mut wants = |holds: bool, problem: &str| {
        if !holds {
            problems.push(problem.to_owned());
        }
    };
    let planning = &plan.planning;
    if plan.requires_worker {
        wants(!plan.instruction.trim().is_empty(), "$.instruction must say what the worker does");
        wants(!plan.title.trim().is_empty(), "$.title must not be empty");
        wants(!planning.acceptance_criteria.is_empty(), "$.planning.acceptanceCriteria must not be empty");
        wants(planning.execution_budget_ms > 0, "$.planning.executionBudgetMs must be more than 0");
        wants(planning.finalization_budget_ms > 0, "$.planning.finalizationBudgetMs must be more than 0");
        wants(planning.queue_wait_budget_ms > 0, "$.planning.queueWaitBudgetMs must be more than 0");
        let writes = !planning.scope.write_globs.is_empty();
        wants(
            writes == (planning.scope.max_files_to_edit > 0),
            "$.planning.scope.maxFilesToEdit must be more than 0 exactly when writeGlobs is not empty",
        );
    } else {
        wants(
            !plan.assistant_message.trim().is_empty(),
            "$.assistantMessage must answer the user when no worker is needed",
        );
    }
    let paths_stay_inside = planning.scope.write_globs.iter().all(|glob| {
        !glob.trim().is_empty()
            && !glob.starts_with('/')
            && !glob.contains('\\')
            && !glob.split('/').any(|p| p == "..")
    });
    wants(
        paths_stay_inside,
        "$.planning.scope.writeGlobs must be globs relative to the repository, without ..",
    );
    let steps_run =
        planning.validation_steps.iter().all(|argv| argv.first().is_some_and(|word| !word.trim().is_empty()));
    wants(steps_run, "$.planning.validationSteps must hold non-empty lists of words, one command each");
    if problems.is_empty() { Ok(plan) } else { Err(PlanProblem::Wrong { problems }) }
}

/// The schema to send: the plain subset every server takes, without bounds.
pub fn plan_schema() -> JsonSchema {
    JsonSchema { name: "plan".to_owned(), schema: shape(false), strict: true }
}

/// The one repair round: the same request with the reply and what is wrong with it, in exact words.
pub fn repair(
    prompts: &Prompts,
    request: &Request,
    reply: &str,
    problem: &PlanProblem,
) -> Result<Request, PromptError> {
    let inputs = Inputs::new().with("problem", problem.to_string());
    let asked = prompts.render("remotebuddy.plan-repair", inputs)?;
    let mut request = request.clone();
    let shown: String = reply.chars().take(REPAIR_CHARS).collect();
    request.messages.push(Message::assistant(shown));
    request.messages.push(Message::user(asked.system));
    Ok(request)
}

fn shape(bounded: bool) -> Value {
    let text = |most: u64| {
        if bounded { json!({"type": "string", "maxLength": most}) } else { json!({"type": "string"}) }
    };
    let list = |items: Value| json!({"type": "array", "items": items});
    let object = |properties: Value| {
        let required: Vec<&String> = properties.as_object().map(|p| p.keys().collect()).unwrap_or_default();
        json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties})
    };
    let scope = object(json!({
        "readAnywhere": {"type": "boolean"},
        "writeGlobs": list(json!({"type": "string"})),
        "maxFilesToEdit": {"type": "integer"},
    }));
    let planning = object(json!({
        "intent": {"type": "string"},
        "riskLevel": {"type": "string", "enum": ["low", "medium", "high"]},
        "scope": scope,
        "acceptanceCriteria": list(json!({"type": "string"})),
        "validationSteps": list(list(json!({"type": "string"}))),
        "queuePriority": {"type": "string", "enum": ["interactive", "normal", "background"]},
        "queueWaitBudgetMs": {"type": "integer"},
        "executionBudgetMs": {"type": "integer"},
        "finalizationBudgetMs": {"type": "integer"},
    }));
    object(json!({
        "schemaVersion": {"type": "integer", "enum": [PLAN_SCHEMA_VERSION]},
        "requiresWorker": {"type": "boolean"},
        // The deterministic lane is chosen by fixed code before a model is asked.
        "lane": {"type": "string", "enum": ["worker"]},
        "assistantMessage": text(MESSAGE_CHARS),
        "title": text(200),
        "instruction": text(INSTRUCTION_CHARS),
        "planning": planning,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Value {
        json!({"schemaVersion": 2, "requiresWorker": true, "lane": "worker", "assistantMessage": "I'll fix it.",
            "title": "Fix the sum", "instruction": "Fix it.", "planning": {
                "intent": "code_change", "riskLevel": "low",
                "scope": {"readAnywhere": true, "writeGlobs": ["src/**"], "maxFilesToEdit": 3},
                "acceptanceCriteria": ["tests pass"], "validationSteps": [["cargo", "test"]],
                "queuePriority": "interactive", "queueWaitBudgetMs": 60000, "executionBudgetMs": 600000,
                "finalizationBudgetMs": 120000}})
    }

    #[test]
    fn a_plan_is_found_however_the_model_wraps_it() {
        let plan = good().to_string();
        let pretty = serde_json::to_string_pretty(&good()).unwrap();
        for text in [
            plan.clone(),
            format!("Sure! Here is the plan:\n```json\n{pretty}\n```\nLet me know."),
            format!("Use {{braces}} like {{\"a\": 1}}.\n{plan}\n"),
            format!("```\n{plan}\n```"),
        ] {
            assert_eq!(parse_plan(&text).unwrap().title, "Fix the sum", "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_exactly() {
        let wrong = |change: &dyn Fn(&mut Value)| {
            let mut value = good();
            change(&mut value);
            parse_plan(&value.to_string()).unwrap_err().to_string()
        };
        assert_eq!(
            wrong(&|v| v["planning"]["riskLevel"] = json!("huge")),
            "$.planning.riskLevel must be one of \"low\", \"medium\", \"high\""
        );
        assert_eq!(wrong(&|v| v["extra"] = json!(1)), "$.extra is not a known field");
        assert_eq!(wrong(&|v| v["schemaVersion"] = json!(1)), "$.schemaVersion must be one of 2");
        assert!(wrong(&|v| v["planning"]["scope"]["writeGlobs"] = json!(["../x"])).contains("without .."));
        assert!(wrong(&|v| v["planning"]["scope"]["writeGlobs"] = json!([])).contains("maxFilesToEdit"));
        assert!(wrong(&|v| v["planning"]["validationSteps"] = json!([[]])).contains("validationSteps"));
        assert!(wrong(&|v| v["instruction"] = json!("x".repeat(12_001))).contains("at most 12000"));
        assert_eq!(
            wrong(&|v| v["planning"]["executionBudgetMs"] = json!(-5)).lines().count(),
            1,
            "a negative budget is one problem"
        );
        let told = parse_plan("I cannot do that.").unwrap_err();
        assert_eq!(told.code(), "plan.no_json");
        assert!(parse_plan("{\"schemaVersion\": 2, ").unwrap_err().to_string().contains("EOF"));
    }

    #[test]
    fn a_repair_round_shows_the_reply_and_the_exact_error() {
        let request = Request::new("plan", "fix the sum");
        let problem = parse_plan("{}").unwrap_err();
        let again = repair(&Prompts::builtin().unwrap(), &request, "{}", &problem).unwrap();
        assert_eq!(again.messages.len(), 3);
        assert_eq!(again.messages[1], Message::assistant("{}"));
        assert!(matches!(&again.messages[2], Message::User { text } if text.contains("$.title is missing")));
    }

    #[test]
    fn the_schema_that_is_sent_has_no_bounds_and_names_every_field_of_a_plan() {
        let sent = plan_schema().schema;
        assert_eq!(schema::without_bounds(&sent), sent);
        let plan: Plan = serde_json::from_value(good()).unwrap();
        let written = serde_json::to_value(&plan).unwrap();
        assert!(schema::check(&sent, &written).is_empty());
        assert_eq!(written.as_object().unwrap().len(), sent["required"].as_array().unwrap().len());
    }
}

//! What a plan may say, field by field.

use super::reader::{Object, Reader};
use crate::intent::{nature, slot_problem, split_words};
use crate::scope::glob_problem;
use protocol::intent::Intent;
use protocol::plan::PLAN_SCHEMA_VERSION;
use protocol::{Lane, Plan, Planning, Priority, RiskLevel, Scope};
use serde_json::Value;

const MAX_ENTRIES: usize = 16;
const MAX_MESSAGE: usize = 4_000;
const MAX_INSTRUCTION: usize = 12_000;
const MAX_TITLE: usize = 120;
const MAX_CRITERION: usize = 1_000;
const MAX_ARGUMENTS: usize = 64;
const MAX_FILES: u64 = 500;
const HOUR_MS: u64 = 3_600_000;

pub(super) fn plan(r: &mut Reader, value: &Value) -> Option<Plan> {
    let fields = [
        "schemaVersion",
        "requiresWorker",
        "lane",
        "assistantMessage",
        "title",
        "instruction",
        "planning",
        "deterministic",
    ];
    let o = r.object("", value, &fields)?;
    let version = u64::from(PLAN_SCHEMA_VERSION);
    let schema_version = r.number(&o, "schemaVersion", version, version);
    let requires_worker = r.boolean(&o, "requiresWorker");
    let lane = r.word(&o, "lane", &["deterministic", "worker"], Lane::from_word);
    let assistant_message = r.text(&o, "assistantMessage", MAX_MESSAGE, true);
    let title = r.text(&o, "title", MAX_TITLE, false);
    if title.as_deref().is_some_and(|t| t.contains(['\n', '\r'])) {
        r.problem("title", "is one line");
    }
    let instruction = r.text(&o, "instruction", MAX_INSTRUCTION, requires_worker == Some(false));
    let planning = r.field(&o, "planning").and_then(|value| planning(r, value));
    let deterministic = o.maybe("deterministic").and_then(|value| intent(r, value));
    let plan = Plan {
        schema_version: u32::try_from(schema_version?).ok()?,
        requires_worker: requires_worker?,
        lane: lane?,
        assistant_message: assistant_message?,
        title: title?,
        instruction: instruction?,
        planning: planning?,
        deterministic,
    };
    together(r, &plan, o.maybe("deterministic").is_some());
    Some(plan)
}

/// Rules between fields.
fn together(r: &mut Reader, plan: &Plan, names_intent: bool) {
    let scope = &plan.planning.scope;
    if plan.lane == Lane::Worker && names_intent {
        r.problem("deterministic", "belongs to the lane deterministic; leave it out in the lane worker");
    }
    if plan.lane == Lane::Deterministic && !names_intent {
        r.problem("deterministic", "is missing; the lane deterministic takes only one of our intents");
    }
    if let (Lane::Deterministic, Some(intent)) = (plan.lane, &plan.deterministic) {
        if plan.planning.intent != intent.word() {
            let message =
                format!("is {:?}, expected {:?} as in deterministic", plan.planning.intent, intent.word());
            r.problem("planning.intent", message);
        }
        if !nature(intent).changing && !scope.write_globs.is_empty() {
            r.problem(
                "planning.scope.writeGlobs",
                format!("`{}` changes nothing; the list has to be empty", intent.word()),
            );
        }
    }
    if !plan.requires_worker && !scope.write_globs.is_empty() {
        r.problem(
            "planning.scope.writeGlobs",
            "has entries, but requiresWorker is false: nothing would change them",
        );
    }
    if !plan.requires_worker && plan.assistant_message.trim().is_empty() {
        r.problem(
            "assistantMessage",
            "is empty, but requiresWorker is false: this message is the whole answer",
        );
    }
    if plan.requires_worker && plan.planning.acceptance_criteria.is_empty() {
        r.problem("planning.acceptanceCriteria", "is empty; name at least one criterion");
    }
    if !scope.write_globs.is_empty() && scope.max_files_to_edit == 0 {
        r.problem(
            "planning.scope.maxFilesToEdit",
            format!("is 0, expected a whole number from 1 to {MAX_FILES}"),
        );
    }
}

fn planning(r: &mut Reader, value: &Value) -> Option<Planning> {
    let fields = [
        "intent",
        "riskLevel",
        "scope",
        "acceptanceCriteria",
        "validationSteps",
        "queuePriority",
        "queueWaitBudgetMs",
        "executionBudgetMs",
        "finalizationBudgetMs",
    ];
    let o = r.object("planning", value, &fields)?;
    let intent = r.text(&o, "intent", 64, false);
    let risk_level = r.word(&o, "riskLevel", &["low", "medium", "high"], RiskLevel::from_word);
    let scope = r.field(&o, "scope").and_then(|value| scope(r, value));
    let acceptance_criteria = r.list(&o, "acceptanceCriteria", MAX_ENTRIES).and_then(|items| {
        let read: Vec<_> =
            items.into_iter().map(|(path, v)| r.text_value(path, v, MAX_CRITERION, false)).collect();
        read.into_iter().collect::<Option<Vec<_>>>()
    });
    let validation_steps = r.list(&o, "validationSteps", MAX_ENTRIES).and_then(|items| {
        let read: Vec<_> = items.into_iter().map(|(path, v)| step(r, path, v)).collect();
        read.into_iter().collect::<Option<Vec<_>>>()
    });
    let bands = ["interactive", "normal", "background"];
    let queue_priority = r.word(&o, "queuePriority", &bands, Priority::from_word);
    let queue_wait = budget(r, &o, "queueWaitBudgetMs", 24 * HOUR_MS);
    let execution = budget(r, &o, "executionBudgetMs", 4 * HOUR_MS);
    let finalization = budget(r, &o, "finalizationBudgetMs", HOUR_MS);
    Some(Planning {
        intent: intent?,
        risk_level: risk_level?,
        scope: scope?,
        acceptance_criteria: acceptance_criteria?,
        validation_steps: validation_steps?,
        queue_priority: queue_priority?,
        queue_wait_budget_ms: queue_wait?,
        execution_budget_ms: execution?,
        finalization_budget_ms: finalization?,
    })
}

fn budget(r: &mut Reader, o: &Object, name: &str, max: u64) -> Option<u64> {
    r.number(o, name, 1, max)
}

fn scope(r: &mut Reader, value: &Value) -> Option<Scope> {
    let o = r.object("planning.scope", value, &["readAnywhere", "writeGlobs", "maxFilesToEdit"])?;
    let read_anywhere = r.boolean(&o, "readAnywhere");
    let write_globs = r.list(&o, "writeGlobs", MAX_ENTRIES).and_then(|items| {
        let read: Vec<_> = items.into_iter().map(|(path, v)| glob(r, path, v)).collect();
        read.into_iter().collect::<Option<Vec<_>>>()
    });
    // Zero is only for a plan that changes nothing; `together` looks at both.
    let max_files = r.number(&o, "maxFilesToEdit", 0, MAX_FILES).and_then(|n| u32::try_from(n).ok());
    Some(Scope { read_anywhere: read_anywhere?, write_globs: write_globs?, max_files_to_edit: max_files? })
}

fn glob(r: &mut Reader, path: String, value: &Value) -> Option<String> {
    let glob = r.text_value(path.clone(), value, 512, false)?;
    if let Some(problem) = glob_problem(&glob) {
        r.problem(path, format!("{glob:?} {problem}"));
        return None;
    }
    Some(glob)
}

/// A command as a list of arguments, or as a string that needs no shell.
fn step(r: &mut Reader, path: String, value: &Value) -> Option<Vec<String>> {
    let argv = if value.is_string() {
        let line = r.text_value(path.clone(), value, 2_000, false)?;
        if line.contains(['|', '&', ';', '<', '>', '$', '`', '\n', '(', ')', '*', '~']) {
            let message = "needs a shell; give one program with its arguments, such as [\"cargo\", \"test\"]";
            r.problem(path, message);
            return None;
        }
        match split_words(&line) {
            Ok(words) => words,
            Err(e) => {
                r.problem(path, format!("cannot be split into arguments: {e}"));
                return None;
            }
        }
    } else {
        let items = r.list_value(path.clone(), value, MAX_ARGUMENTS)?;
        let read: Vec<_> = items.into_iter().map(|(path, v)| r.text_value(path, v, 4_000, true)).collect();
        read.into_iter().collect::<Option<Vec<_>>>()?
    };
    if argv.first().is_none_or(|program| program.trim().is_empty()) {
        r.problem(path, "names no program");
        return None;
    }
    Some(argv)
}

fn intent(r: &mut Reader, value: &Value) -> Option<Intent> {
    let intent: Intent = match serde_json::from_value(value.clone()) {
        Ok(intent) => intent,
        Err(e) => {
            r.problem("deterministic", format!("is not one of our intents: {e}"));
            return None;
        }
    };
    // Variants without fields do not look at what else stands there.
    let known = serde_json::to_value(&intent).ok();
    for name in value.as_object().into_iter().flat_map(|o| o.keys()) {
        let is_known = known.as_ref().is_some_and(|k| k.get(name).is_some());
        if !is_known && !value.get(name).is_some_and(Value::is_null) {
            r.problem(format!("deterministic.{name}"), "is not a field of this intent");
        }
    }
    if let Some(problem) = slot_problem(&intent) {
        r.problem(format!("deterministic.{}", problem.slot), problem.message);
        return None;
    }
    Some(intent)
}

//! Which step answers a request, and what the server refuses before any step.

use serde_json::Value;

use super::script::{RefuseSchema, Refuses, Script, Step, When};
use super::seen::{Seen, WireDialect};

/// The script and how often each step was used.
pub(super) struct Progress {
    pub script: Script,
    used: Vec<u32>,
}

impl Progress {
    pub fn new(script: Script) -> Self {
        let used = vec![0; script.steps.len()];
        Self { script, used }
    }

    pub fn push(&mut self, step: Step) {
        self.script.steps.push(step);
        self.used.push(0);
    }

    /// Takes one use of the first step that fits.
    pub fn take(&mut self, seen: &Seen) -> Option<(usize, Step)> {
        for (index, step) in self.script.steps.iter().enumerate() {
            let limit = step.times.unwrap_or(1);
            if (limit == 0 || self.used[index] < limit) && fits(&step.when, seen) {
                self.used[index] += 1;
                return Some((index, step.clone()));
            }
        }
        None
    }

    /// Steps that were never used though the script wanted them once or more.
    pub fn unused(&self) -> Vec<String> {
        let steps = self.script.steps.iter().zip(&self.used).enumerate();
        steps
            .filter(|(_, (step, used))| step.times != Some(0) && **used == 0)
            .map(|(index, (step, _))| step.name.clone().unwrap_or_else(|| format!("step {index}")))
            .collect()
    }
}

fn fits(when: &When, seen: &Seen) -> bool {
    let holds = |wanted: &Option<String>, text: &dyn Fn() -> String| {
        wanted.as_ref().is_none_or(|wanted| text().contains(wanted.as_str()))
    };
    holds(&when.system, &|| seen.system())
        && holds(&when.last, &|| seen.last())
        && holds(&when.any, &|| seen.all())
        && when.tool.as_ref().is_none_or(|tool| seen.tool_names().contains(tool))
        && when.results.is_none_or(|results| seen.tool_results() == results)
        && when.model.as_ref().is_none_or(|model| seen.model() == model)
        && when.dialect.is_none_or(|dialect| seen.dialect == dialect)
        && when.schema.is_none_or(|schema| seen.schema().is_some() == schema)
}

/// The words of a 400, when the server's habits refuse this request.
pub(super) fn refusal(refuses: &Refuses, seen: &Seen) -> Option<&'static str> {
    let schema = seen.schema();
    let refused_schema = match (refuses.schema, schema) {
        (Some(RefuseSchema::Any), Some(_)) => true,
        (Some(RefuseSchema::Bounded), Some(schema)) => has_bounds(schema),
        _ => false,
    };
    if refused_schema {
        return Some("Failed to initialize samplers: failed to parse grammar");
    }
    let real_tools = !seen.tool_names().is_empty() && seen.schema_tool().is_none();
    if refuses.tools && real_tools {
        return Some("this model does not support tools");
    }
    if refuses.temperature && !seen.body["temperature"].is_null() {
        return Some("Unsupported value: 'temperature' does not support this value with this model");
    }
    if refuses.max_tokens && seen.dialect == WireDialect::OpenaiChat && !seen.body["max_tokens"].is_null() {
        return Some("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.");
    }
    None
}

fn has_bounds(schema: &Value) -> bool {
    match schema {
        Value::Object(fields) => fields.iter().any(|(key, value)| {
            matches!(key.as_str(), "maxLength" | "minLength" | "maxItems" | "minItems" | "pattern")
                || has_bounds(value)
        }),
        Value::Array(items) => items.iter().any(has_bounds),
        _ => false,
    }
}

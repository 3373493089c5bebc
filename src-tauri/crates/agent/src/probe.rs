//! One click on "try it": does this model answer, call a tool, and keep to a schema?

use protocol::settings::{ProbeReport, ProbeStep};
use serde_json::json;

use crate::model::{JsonSchema, Model, ModelError, Reply, Request, ToolChoice, ToolSpec, schema};
use crate::plan::extract_json;
use crate::{Cancel, Pace};

/// Enough for a model that thinks aloud first.
const MAX_TOKENS: u32 = 512;

/// Three short calls, each tried once. The report is fine when the model answers and can act in at least one way:
/// without tools the crew asks for actions as JSON.
pub async fn probe<M: Model, P: Pace>(model: &M, pace: &P, cancel: &Cancel) -> ProbeReport {
    let reply = step("reply", model, &plain(), pace, cancel, |reply| {
        if reply.text.to_lowercase().contains("ok") {
            Ok(format!("It answered; {} tokens in, {} out.", reply.usage.input, reply.usage.output))
        } else {
            Err(format!("It was asked to reply OK and said: {}", start_of(&reply.text)))
        }
    })
    .await;
    if !reply.ok {
        return ProbeReport { ok: false, steps: vec![reply] };
    }
    let tools = step("tools", model, &tool_call(), pace, cancel, |reply| match reply.tool_calls.first() {
        Some(call) if call.name == "note" => Ok("It calls tools.".to_owned()),
        Some(call) => Err(format!("It called `{}`, which was not offered.", call.name)),
        None => Err(format!(
            "It calls no tools; actions will be asked for as JSON. It said: {}",
            start_of(&reply.text)
        )),
    })
    .await;
    let shaped = answer_shape();
    let schema = step("schema", model, &shaped, pace, cancel, |reply| {
        let value = extract_json(&reply.text).map_err(|problem| problem.to_string())?;
        let problems = shaped.schema.as_ref().map(|s| schema::check(&s.schema, &value)).unwrap_or_default();
        if problems.is_empty() {
            Ok("It keeps to a given shape.".to_owned())
        } else {
            Err(problems.join("; "))
        }
    })
    .await;
    ProbeReport { ok: tools.ok || schema.ok, steps: vec![reply, tools, schema] }
}

async fn step<M: Model, P: Pace>(
    name: &str,
    model: &M,
    request: &Request,
    pace: &P,
    cancel: &Cancel,
    judge: impl Fn(&Reply) -> Result<String, String>,
) -> ProbeStep {
    let begun = pace.now_ms();
    let outcome: Result<Reply, ModelError> = model.complete(request, &mut |_| {}, cancel).await;
    let duration_ms = pace.now_ms().saturating_sub(begun);
    let judged = match &outcome {
        Ok(reply) => judge(reply),
        Err(error) => Err(format!("{} ({})", error, error.code())),
    };
    let (ok, detail) = match judged {
        Ok(detail) => (true, detail),
        Err(detail) => (false, detail),
    };
    ProbeStep { name: name.to_owned(), ok, detail, duration_ms }
}

fn plain() -> Request {
    Request {
        max_tokens: MAX_TOKENS,
        ..Request::new("You answer briefly.", "Reply with the single word OK.")
    }
}

fn tool_call() -> Request {
    let tool = ToolSpec {
        name: "note".to_owned(),
        description: "Writes a word down.".to_owned(),
        parameters: json!({"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"],
            "additionalProperties": false}),
    };
    Request {
        max_tokens: MAX_TOKENS,
        tools: vec![tool],
        tool_choice: ToolChoice::Required,
        ..Request::new("You act through tools.", "Write down the word blue with the tool `note`.")
    }
}

fn answer_shape() -> Request {
    let schema = JsonSchema {
        name: "answer".to_owned(),
        schema: json!({"type": "object", "additionalProperties": false, "required": ["colour", "count"],
            "properties": {"colour": {"type": "string", "enum": ["red", "green", "blue"]},
                "count": {"type": "integer"}}}),
        strict: true,
    };
    Request {
        max_tokens: MAX_TOKENS,
        schema: Some(schema),
        ..Request::new(
            "You answer in JSON.",
            "There are three blue boxes. Give `colour` and `count` as JSON.",
        )
    }
}

fn start_of(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(80).collect();
    if line.trim().is_empty() { "(nothing)".to_owned() } else { line.trim().to_owned() }
}

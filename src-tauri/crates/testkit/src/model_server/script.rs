//! The script: what to answer, when, and how badly.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::seen::WireDialect;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Script {
    #[serde(default = "default_models")]
    pub models: Vec<String>,
    #[serde(default)]
    pub refuses: Refuses,
    pub steps: Vec<Step>,
}

fn default_models() -> Vec<String> {
    vec!["scripted".to_owned()]
}

impl Script {
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { models: default_models(), refuses: Refuses::default(), steps: steps.into_iter().collect() }
    }

    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    pub fn refusing(mut self, refuses: Refuses) -> Self {
        self.refuses = refuses;
        self
    }
}

/// What this server answers with 400, whatever the script says.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Refuses {
    pub schema: Option<RefuseSchema>,
    pub tools: bool,
    pub temperature: bool,
    pub max_tokens: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RefuseSchema {
    Any,
    Bounded,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Step {
    pub name: Option<String>,
    pub when: When,
    /// How often it may be used; 0 is always.
    pub times: Option<u32>,
    pub say: Option<Say>,
    pub fault: Option<Fault>,
    pub style: Style,
}

impl Step {
    pub fn text(text: impl Into<String>) -> Self {
        Self { say: Some(Say { text: Some(text.into()), ..Say::default() }), ..Self::default() }
    }

    pub fn json(value: Value) -> Self {
        Self { say: Some(Say { json: Some(value), ..Say::default() }), ..Self::default() }
    }

    pub fn call(name: &str, arguments: Value) -> Self {
        Self::calls([(name, arguments)])
    }

    pub fn calls<'a>(calls: impl IntoIterator<Item = (&'a str, Value)>) -> Self {
        let calls =
            calls.into_iter().map(|(name, arguments)| Call { name: name.to_owned(), arguments }).collect();
        Self { say: Some(Say { calls, ..Say::default() }), ..Self::default() }
    }

    pub fn fault(fault: Fault) -> Self {
        Self { fault: Some(fault), ..Self::default() }
    }

    pub fn status(status: u16) -> Self {
        Self::fault(Fault::status(status))
    }

    pub fn rate_limited(retry_after: &str) -> Self {
        Self::fault(Fault::Status {
            status: 429,
            retry_after: Some(retry_after.to_owned()),
            code: Some("rate_limit_exceeded".to_owned()),
            message: None,
            headers: BTreeMap::new(),
        })
    }

    /// The step's words, cut after so many events.
    pub fn cut_after(mut self, after_events: usize) -> Self {
        self.fault = Some(Fault::Cut { after_events, clean: false });
        self
    }

    pub fn when(mut self, when: When) -> Self {
        self.when = when;
        self
    }

    /// Use it as often as it matches.
    pub fn always(mut self) -> Self {
        self.times = Some(0);
        self
    }

    pub fn styled(mut self, style: Style) -> Self {
        self.style = style;
        self
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct When {
    pub system: Option<String>,
    pub last: Option<String>,
    pub any: Option<String>,
    pub tool: Option<String>,
    pub results: Option<usize>,
    pub model: Option<String>,
    pub dialect: Option<WireDialect>,
    pub schema: Option<bool>,
}

impl When {
    pub fn system(text: &str) -> Self {
        Self { system: Some(text.to_owned()), ..Self::default() }
    }

    pub fn tool(name: &str) -> Self {
        Self { tool: Some(name.to_owned()), ..Self::default() }
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Say {
    pub text: Option<String>,
    pub reasoning: Option<String>,
    pub json: Option<Value>,
    pub calls: Vec<Call>,
    pub stop: Option<String>,
    pub usage: Option<SayUsage>,
}

impl Say {
    pub(super) fn words(&self) -> String {
        match (&self.text, &self.json) {
            (Some(text), _) => text.clone(),
            (None, Some(value)) => value.to_string(),
            (None, None) => String::new(),
        }
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SayUsage {
    pub input: u64,
    pub output: u64,
    #[serde(default)]
    pub cached: u64,
}

impl Default for SayUsage {
    fn default() -> Self {
        Self { input: 100, output: 20, cached: 40 }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Call {
    pub name: String,
    /// An object, or a string that is sent as it stands.
    #[serde(default = "empty_object")]
    pub arguments: Value,
}

fn empty_object() -> Value {
    json!({})
}

impl Call {
    pub(super) fn raw_arguments(&self) -> String {
        match &self.arguments {
            Value::String(raw) => raw.clone(),
            value => value.to_string(),
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Fault {
    Status {
        status: u16,
        #[serde(default)]
        retry_after: Option<String>,
        #[serde(default)]
        code: Option<String>,
        #[serde(default)]
        message: Option<String>,
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    Cut {
        #[serde(default = "two")]
        after_events: usize,
        #[serde(default)]
        clean: bool,
    },
    Garbage,
    GiantLine,
    Hang {
        /// Then the connection is closed; absent means until the server goes.
        #[serde(default)]
        ms: Option<u64>,
        #[serde(default)]
        headers_first: bool,
    },
    Empty,
    ErrorInStream {
        code: String,
        message: String,
    },
}

fn two() -> usize {
    2
}

impl Fault {
    pub fn status(status: u16) -> Self {
        Fault::Status { status, retry_after: None, code: None, message: None, headers: BTreeMap::new() }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Style {
    pub chunk_chars: usize,
    pub delay_ms: u64,
    pub crlf: bool,
    pub comments: bool,
    pub omit_done: bool,
    pub omit_usage: bool,
    pub arguments_as_object: bool,
    pub arguments_once: bool,
    pub split_bytes: Option<usize>,
    pub whole_json: bool,
    pub invalid_utf8: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            chunk_chars: 12,
            delay_ms: 0,
            crlf: false,
            comments: false,
            omit_done: false,
            omit_usage: false,
            arguments_as_object: false,
            arguments_once: false,
            split_bytes: None,
            whole_json: false,
            invalid_utf8: false,
        }
    }
}

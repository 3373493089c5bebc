//! Which parameters each method knows: strict callers are refused unknown ones, old REST clients have them ignored.

use protocol::ops::Method;
use protocol::{ApiError, ErrorCode};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

pub(crate) struct Shapes {
    known: HashMap<Method, HashSet<String>>,
}

/// What to do with a parameter nobody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    Refuse,
    Ignore,
}

impl Shapes {
    pub(crate) fn new() -> Self {
        let mut generator = schemars::SchemaGenerator::default();
        let named: Vec<_> = Method::ALL.iter().map(|m| (*m, m.schemas(&mut generator).0)).collect();
        let definitions = generator.definitions().clone();
        let known = named
            .into_iter()
            .map(|(method, schema)| {
                let mut schema = schema.to_value();
                if let Some(name) =
                    schema.get("$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next())
                {
                    schema = definitions.get(name).cloned().unwrap_or_default();
                }
                let keys = schema
                    .get("properties")
                    .and_then(Value::as_object)
                    .map(|p| p.keys().cloned().collect())
                    .unwrap_or_default();
                (method, keys)
            })
            .collect();
        Self { known }
    }

    /// Keeps the known parameters.
    pub(crate) fn admit(
        &self,
        method: Method,
        params: Map<String, Value>,
        unknown: Unknown,
    ) -> Result<Map<String, Value>, ApiError> {
        let Some(known) = self.known.get(&method) else { return Ok(params) };
        let mut kept = Map::new();
        for (key, value) in params {
            let key = undashed(method, key, known);
            if kept.contains_key(&key) {
                return Err(ApiError::bad(format!("`{key}` is given twice, in two spellings")));
            }
            if known.contains(&key) {
                kept.insert(key, value);
            } else if unknown == Unknown::Refuse {
                let key: String = key.chars().take(64).collect();
                return Err(ApiError::new(
                    ErrorCode::BadRequest,
                    format!("{} does not take `{key}`", method.operation().name),
                ));
            }
        }
        Ok(kept)
    }
}

/// `base-branch` is `baseBranch` where somebody publishes: their contract has both spellings.
fn undashed(method: Method, key: String, known: &HashSet<String>) -> String {
    if known.contains(&key) || !key.contains('-') || !method.operation().name.contains("publish") {
        return key;
    }
    let mut words = key.split('-');
    let mut name = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    if known.contains(&name) { name } else { key }
}

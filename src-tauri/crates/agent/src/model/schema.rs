//! The plain subset of JSON Schema we send and check.
//!
//! Servers with grammars choke on length bounds and patterns, so those are only hints: [`without_bounds`] takes
//! them out, and [`check`] looks at a value ourselves, with the path of whatever is wrong.

use serde_json::Value;

const BOUNDS: [&str; 12] = [
    "maxLength",
    "minLength",
    "maxItems",
    "minItems",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "uniqueItems",
];

/// The same shape without bounds. A property that happens to be named like one stays.
pub fn without_bounds(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(key, _)| !BOUNDS.contains(&key.as_str()));
            let mapped = kept.map(|(key, value)| {
                let value = match (key.as_str(), value) {
                    ("properties", Value::Object(properties)) => Value::Object(
                        properties
                            .iter()
                            .map(|(name, inner)| (name.clone(), without_bounds(inner)))
                            .collect(),
                    ),
                    ("enum" | "const" | "required", value) => value.clone(),
                    (_, value) => without_bounds(value),
                };
                (key.clone(), value)
            });
            Value::Object(mapped.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_bounds).collect()),
        other => other.clone(),
    }
}

/// Everything in `value` that does not fit, one sentence each, at most twenty.
pub fn check(schema: &Value, value: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    look(schema, value, "$", &mut problems);
    problems.truncate(20);
    problems
}

fn look(schema: &Value, value: &Value, path: &str, problems: &mut Vec<String>) {
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        let words: Vec<String> = allowed.iter().map(Value::to_string).collect();
        problems.push(format!("{path} must be one of {}", words.join(", ")));
        return;
    }
    if let Some(wanted) = schema["type"].as_str()
        && !is(wanted, value)
    {
        problems.push(format!("{path} must be {wanted}, not {}", kind(value)));
        return;
    }
    if let Some(most) = schema["maxLength"].as_u64()
        && value.as_str().is_some_and(|text| text.chars().count() as u64 > most)
    {
        problems.push(format!("{path} must have at most {most} characters"));
    }
    match value {
        Value::Object(fields) => {
            for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if !fields.contains_key(name) {
                    problems.push(format!("{path}.{name} is missing"));
                }
            }
            for (name, inner) in fields {
                match &schema["properties"][name] {
                    Value::Null if schema["additionalProperties"] == false => {
                        problems.push(format!("{path}.{name} is not a known field"));
                    }
                    Value::Null => {}
                    property => look(property, inner, &format!("{path}.{name}"), problems),
                }
            }
        }
        Value::Array(items) => {
            if let Some(most) = schema["maxItems"].as_u64()
                && items.len() as u64 > most
            {
                problems.push(format!("{path} must have at most {most} items"));
            }
            for (index, item) in items.iter().enumerate() {
                look(&schema["items"], item, &format!("{path}[{index}]"), problems);
            }
        }
        _ => {}
    }
}

fn is(wanted: &str, value: &Value) -> bool {
    match wanted {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => true,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bounds_go_and_fields_named_like_bounds_stay() {
        let schema = json!({"type": "object", "properties": {
            "pattern": {"type": "string", "maxLength": 5},
            "list": {"type": "array", "maxItems": 2, "items": {"type": "integer", "minimum": 1}}},
            "required": ["pattern"]});
        let expected = json!({"type": "object", "properties": {
            "pattern": {"type": "string"},
            "list": {"type": "array", "items": {"type": "integer"}}},
            "required": ["pattern"]});
        assert_eq!(without_bounds(&schema), expected);
    }

    #[test]
    fn problems_name_the_path() {
        let schema = json!({"type": "object", "additionalProperties": false, "required": ["a", "b"],
            "properties": {"a": {"enum": ["x", "y"]}, "b": {"type": "array", "items": {"type": "string"}}}});
        assert!(check(&schema, &json!({"a": "x", "b": ["1"]})).is_empty());
        assert_eq!(
            check(&schema, &json!({"a": "z", "b": ["1", 2], "c": 0})),
            [
                "$.a must be one of \"x\", \"y\"",
                "$.b[1] must be string, not number",
                "$.c is not a known field"
            ]
        );
        assert_eq!(check(&schema, &json!({"a": "x"})), ["$.b is missing"]);
        assert_eq!(check(&schema, &json!([])), ["$ must be object, not array"]);
    }
}

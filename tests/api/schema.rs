//! Reading a parameter schema: a body that fits it, and values that do not.

use serde_json::{Map, Value, json};

pub struct Schema<'a> {
    document: &'a Value,
    node: &'a Value,
}

impl<'a> Schema<'a> {
    /// The parameters of an operation of the document.
    pub fn of(document: &'a Value, path: &str, verb: &str) -> Option<Self> {
        let node = &document["paths"][path][verb.to_lowercase()]["requestBody"]["content"]["application/json"]
            ["schema"];
        (!node.is_null()).then(|| Self { document, node }.resolved())
    }

    fn resolved(mut self) -> Self {
        loop {
            if let Some(name) = self.node["$ref"].as_str() {
                self.node = &self.document["components"]["schemas"][name.rsplit('/').next().unwrap()];
            } else if let Some([only]) = self.node["allOf"].as_array().map(Vec::as_slice) {
                self.node = only;
            } else if let Some(first) = self.node["anyOf"].as_array().and_then(|any| {
                any.iter().find(|n| n["type"] != "null" && n["nullable"] != true || n["$ref"].is_string())
            }) {
                self.node = first;
            } else {
                return self;
            }
        }
    }

    pub fn properties(&self) -> Vec<(&'a str, Schema<'a>)> {
        let all = self.node["properties"].as_object();
        all.into_iter()
            .flatten()
            .map(|(name, node)| (name.as_str(), Schema { document: self.document, node }))
            .collect()
    }

    pub fn required(&self) -> Vec<&'a str> {
        self.node["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    fn nullable(&self) -> bool {
        self.node["nullable"] == true
            || self.node["anyOf"]
                .as_array()
                .is_some_and(|any| any.iter().any(|n| n["type"] == "null" || n["nullable"] == true))
    }

    /// A body with everything that is required.
    pub fn fitting(&self) -> Value {
        let node = Schema { document: self.document, node: self.node }.resolved();
        if let Some(word) = node.node["enum"].as_array().and_then(|words| words.first()) {
            return word.clone();
        }
        match node.node["type"].as_str() {
            Some("string") => json!("no-such"),
            Some("integer" | "number") => json!(1_000),
            Some("boolean") => json!(false),
            Some("array") => json!([]),
            _ => {
                let required = node.required();
                let fields = node.properties().into_iter().filter(|(name, _)| required.contains(name));
                Value::Object(
                    fields.map(|(name, field)| (name.to_owned(), field.fitting())).collect::<Map<_, _>>(),
                )
            }
        }
    }

    /// Values of another type or outside the words; none where anything goes.
    pub fn unfitting(&self) -> Vec<Value> {
        let nullable = self.nullable();
        let node = Schema { document: self.document, node: self.node }.resolved();
        let mut wrong = match node.node["type"].as_str() {
            Some("string") => vec![json!(7), json!(true), json!({}), json!([]), json!(["no-such"])],
            Some("integer") => vec![
                json!("1"),
                json!("x"),
                json!(1.5),
                json!(1e300),
                json!({}),
                json!([]),
                json!(true),
                json!(-1e19),
            ],
            Some("number") => vec![json!("1"), json!({})],
            Some("boolean") => vec![json!("true"), json!(1), json!({})],
            Some("array") => vec![json!("x"), json!(7), json!({ "0": "x" })],
            Some("object") if node.node["properties"].is_object() => vec![json!("x"), json!(7), json!([])],
            _ => return Vec::new(),
        };
        if node.node["enum"].is_array() {
            wrong.extend([json!("nonsense"), json!("")]);
        }
        if node.node["minimum"].as_f64() == Some(0.0) {
            wrong.push(json!(-1));
        }
        if !nullable && !node.nullable() {
            wrong.push(Value::Null);
        }
        wrong
    }
}

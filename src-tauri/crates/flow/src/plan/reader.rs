//! Reading JSON field by field, with the place of everything that is wrong.

use super::PlanProblem;
use serde_json::{Map, Value};

/// Collects problems; a reading method answers `None` after it has noted why.
#[derive(Default)]
pub(super) struct Reader {
    problems: Vec<PlanProblem>,
}

/// One JSON object and where it stands.
pub(super) struct Object<'a> {
    path: String,
    fields: &'a Map<String, Value>,
}

impl Reader {
    pub(super) fn into_problems(self) -> Vec<PlanProblem> {
        self.problems
    }

    pub(super) fn problem(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.problems.push(PlanProblem { path: path.into(), message: message.into() });
    }

    /// An object with no other fields than `known`.
    pub(super) fn object<'a>(&mut self, path: &str, value: &'a Value, known: &[&str]) -> Option<Object<'a>> {
        let Some(fields) = value.as_object() else {
            self.problem(path, format!("is {}, expected an object", kind(value)));
            return None;
        };
        let object = Object { path: path.to_owned(), fields };
        for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
            self.problem(
                object.at(name),
                format!("is not a field here; the fields are {}", known.join(", ")),
            );
        }
        Some(object)
    }

    pub(super) fn boolean(&mut self, object: &Object, name: &str) -> Option<bool> {
        let value = self.field(object, name)?;
        self.typed(object.at(name), value, value.as_bool(), "true or false")
    }

    /// A whole number from `min` to `max`.
    pub(super) fn number(&mut self, object: &Object, name: &str, min: u64, max: u64) -> Option<u64> {
        let value = self.field(object, name)?;
        let expected = format!("a whole number from {min} to {max}");
        let number = self.typed(object.at(name), value, value.as_u64(), &expected)?;
        if (min..=max).contains(&number) {
            return Some(number);
        }
        self.problem(object.at(name), format!("is {number}, expected {expected}"));
        None
    }

    /// A text of at most `max` characters, with at least one unless `may_be_empty`.
    pub(super) fn text(
        &mut self,
        object: &Object,
        name: &str,
        max: usize,
        may_be_empty: bool,
    ) -> Option<String> {
        let value = self.field(object, name)?;
        self.text_value(object.at(name), value, max, may_be_empty)
    }

    pub(super) fn text_value(
        &mut self,
        path: String,
        value: &Value,
        max: usize,
        may_be_empty: bool,
    ) -> Option<String> {
        let text = self.typed(path.clone(), value, value.as_str(), "a string")?;
        let length = text.chars().count();
        if length > max {
            self.problem(path, format!("has {length} characters, at most {max} are allowed"));
            return None;
        }
        if !may_be_empty && text.trim().is_empty() {
            self.problem(path, "is empty, expected a text");
            return None;
        }
        if text.contains('\0') {
            self.problem(path, "holds a NUL character");
            return None;
        }
        Some(text.to_owned())
    }

    /// One of a few words.
    pub(super) fn word<T>(
        &mut self,
        object: &Object,
        name: &str,
        words: &[&str],
        read: fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.field(object, name)?;
        let expected = format!("one of {}", words.join(", "));
        let text = self.typed(object.at(name), value, value.as_str(), &expected)?;
        let found = read(text);
        if found.is_none() {
            self.problem(object.at(name), format!("is {text:?}, expected {expected}"));
        }
        found
    }

    /// A list of at most `max` values, each with its path.
    pub(super) fn list<'a>(
        &mut self,
        object: &Object<'a>,
        name: &str,
        max: usize,
    ) -> Option<Vec<(String, &'a Value)>> {
        let value = self.field(object, name)?;
        self.list_value(object.at(name), value, max)
    }

    pub(super) fn list_value<'a>(
        &mut self,
        path: String,
        value: &'a Value,
        max: usize,
    ) -> Option<Vec<(String, &'a Value)>> {
        let items = self.typed(path.clone(), value, value.as_array(), "a list")?;
        if items.len() > max {
            self.problem(path, format!("has {} entries, at most {max} are allowed", items.len()));
            return None;
        }
        Some(items.iter().enumerate().map(|(i, item)| (format!("{path}[{i}]"), item)).collect())
    }

    /// A field that has to be there.
    pub(super) fn field<'a>(&mut self, object: &Object<'a>, name: &str) -> Option<&'a Value> {
        let value = object.fields.get(name);
        if value.is_none() {
            self.problem(object.at(name), "is missing");
        }
        value
    }

    fn typed<T>(&mut self, path: String, value: &Value, read: Option<T>, expected: &str) -> Option<T> {
        if read.is_none() {
            self.problem(path, format!("is {}, expected {expected}", kind(value)));
        }
        read
    }
}

impl<'a> Object<'a> {
    pub(super) fn at(&self, name: &str) -> String {
        match self.path.as_str() {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        }
    }

    /// A field that may be absent; null counts as absent.
    pub(super) fn maybe(&self, name: &str) -> Option<&'a Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }
}

fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(b) => b.to_string(),
        Value::Number(n) => format!("the number {n}"),
        Value::String(_) => "a string".into(),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
    }
}

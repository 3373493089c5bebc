//! A TOML file as a tree in which everything knows its line.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::ConfigFile;
use crate::HostError;

/// A value and the line it stands on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Text(String),
    Number(i64),
    /// A number with a fraction, as it was written.
    Decimal(String),
    Flag(bool),
    List(Vec<Node>),
    Table(BTreeMap<String, Node>),
    /// Dates, numbers beyond 64 bits: nothing of ours is one.
    Other,
}

impl Kind {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Number(_) => "a number",
            Self::Decimal(_) => "a number with a fraction",
            Self::Flag(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other => "a value of another type",
        }
    }
}

/// Parses a file; an error names file, line and cause.
pub(super) fn parse(file: &ConfigFile) -> Result<BTreeMap<String, Node>, HostError> {
    let text = std::str::from_utf8(&file.bytes).map_err(|error| HostError::ConfigSyntax {
        file: file.name.clone(),
        line: 1 + count_lines(&file.bytes[..error.valid_up_to()]),
        cause: "not UTF-8 text".to_owned(),
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let table = DeTable::parse(text).map_err(|error| HostError::ConfigSyntax {
        file: file.name.clone(),
        line: 1 + count_lines(&text.as_bytes()[..error.span().map_or(0, |span| span.start).min(text.len())]),
        cause: error.message().lines().next().unwrap_or("not valid TOML").to_owned(),
    })?;
    Ok(children(text, table.get_ref()))
}

fn children(text: &str, table: &DeTable<'_>) -> BTreeMap<String, Node> {
    let named = table.iter().map(|(name, value)| {
        let mut node = node(text, value);
        // A table's own span may begin elsewhere; the place of its name is what people look for.
        node.line = line_at(text, name.span().start);
        (name.get_ref().to_string(), node)
    });
    named.collect()
}

fn node(text: &str, value: &Spanned<DeValue<'_>>) -> Node {
    let kind = match value.get_ref() {
        DeValue::String(string) => Kind::Text(string.to_string()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Kind::Other, Kind::Number)
        }
        DeValue::Boolean(flag) => Kind::Flag(*flag),
        DeValue::Array(items) => Kind::List(items.iter().map(|item| node(text, item)).collect()),
        DeValue::Table(table) => Kind::Table(children(text, table)),
        DeValue::Float(number) => Kind::Decimal(number.as_str().to_owned()),
        DeValue::Datetime(_) => Kind::Other,
    };
    Node { line: line_at(text, value.span().start), kind }
}

fn line_at(text: &str, offset: usize) -> usize {
    1 + count_lines(&text.as_bytes()[..offset.min(text.len())])
}

fn count_lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> ConfigFile {
        ConfigFile { name: "config.toml".into(), bytes: bytes.to_vec() }
    }

    #[test]
    fn every_value_knows_its_line() {
        let root = parse(&file(b"# note\na = 1\n\n[b]\nc = [\n  'x',\n]\n[[d]]\ne = true\n")).unwrap();
        assert_eq!(root["a"], Node { line: 2, kind: Kind::Number(1) });
        let Kind::Table(b) = &root["b"].kind else { panic!() };
        assert_eq!(b["c"].line, 5);
        let Kind::List(d) = &root["d"].kind else { panic!() };
        let Kind::Table(first) = &d[0].kind else { panic!() };
        assert_eq!(first["e"], Node { line: 9, kind: Kind::Flag(true) });
    }

    #[test]
    fn bad_toml_is_an_error_with_file_line_and_cause() {
        let error = parse(&file(b"a = 1\nb = = 2\n")).unwrap_err();
        assert_eq!(error.code(), "config.syntax");
        assert!(error.to_string().starts_with("config.toml:2: "), "{error}");
        let error = parse(&file(b"a = 1\nb = '\xff'\n")).unwrap_err();
        assert_eq!(error.to_string(), "config.toml:2: not UTF-8 text");
    }
}

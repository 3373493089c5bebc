//! The keys and variables as tables for people: `docs/CONFIGURATION.md` holds them word for word.

use std::fmt::Write as _;

use super::environment::{ELSEWHERE, variables as names};
use super::keys::{KEYS, Key, Reader, Repository};
use super::value::Shape;

/// Every key: type, built-in value, variables, which files of a workspace may set it, meaning.
pub fn keys() -> String {
    let mut table = String::from(
        "| Key | Type | Built in | Variable | Repository | Local file | Meaning |\n|---|---|---|---|---|---|---|\n",
    );
    for key in KEYS {
        let built_in = key.built_in.map_or_else(|| "unset".to_owned(), |text| format!("`{text}`"));
        let variables: Vec<String> = names(key).iter().map(|name| format!("`{name}`")).collect();
        let repository = match key.repository {
            Repository::Sets => "yes",
            Repository::Tightens => "stricter only",
            Repository::Nothing => "no",
        };
        let local = match key.read_by {
            Reader::Workspace => "yes",
            Reader::Server | Reader::Client | Reader::Window => "no",
            Reader::Nobody => "",
        };
        // Writing into a text cannot fail.
        let _ = writeln!(
            table,
            "| `{}` | {} | {built_in} | {} | {repository} | {local} | {} |",
            key.name,
            shape(key.shape),
            variables.join(", "),
            meaning(key),
        );
    }
    table
}

/// Variables of ours that set no key.
pub fn variables() -> String {
    let mut table = String::from("| Variable | Meaning |\n|---|---|\n");
    for (name, meaning) in ELSEWHERE {
        let _ = writeln!(table, "| `PILOTHOUSE_{name}` | {meaning} |");
    }
    table
}

fn meaning(key: &Key) -> String {
    match key.read_by {
        Reader::Nobody => format!("**Not used yet.** {}", key.meaning),
        Reader::Server | Reader::Client | Reader::Window | Reader::Workspace => key.meaning.to_owned(),
    }
}

fn shape(shape: Shape) -> String {
    match shape {
        Shape::Word(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Shape::Folder => "folder; absolute in a file".to_owned(),
        Shape::File => "path of a file; absolute in a file".to_owned(),
        Shape::KeyReference => "name of a variable".to_owned(),
        Shape::Url => "address without user and password".to_owned(),
        Shape::Loopback => "`127.0.0.1` or `::1`".to_owned(),
        Shape::TimeOfDay => "time of day, `HH:MM`".to_owned(),
        Shape::Fingerprint => "SHA-256, 64 hexadecimal digits".to_owned(),
        Shape::Money => "amount such as `2.50`".to_owned(),
        Shape::Text | Shape::Number(..) | Shape::Flag | Shape::Words => {
            let expected = shape.expected();
            expected.strip_prefix("a ").unwrap_or(&expected).to_owned()
        }
    }
}

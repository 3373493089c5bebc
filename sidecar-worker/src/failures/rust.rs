//! `cargo test`, `cargo nextest`, and the compiler before them.

use super::{Failure, message, place};
use std::collections::BTreeMap;

pub(super) fn read(lines: &[&str]) -> Vec<Failure> {
    let panics = panics(lines);
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if let Some(name) = libtest(line).or_else(|| nextest(line)) {
            let (place, message) = panics.get(name).cloned().unwrap_or_default();
            found.push(Failure { name: name.to_owned(), place, message });
        } else if let Some(error) = compile_error(line) {
            let arrow = lines.get(at + 1..).into_iter().flatten().take(3);
            let place = arrow.filter_map(|line| line.trim().strip_prefix("--> ")).find_map(place);
            // Only what points at a place is an error of the code; the others repeat it.
            if place.is_some() {
                found.push(Failure { name: format!("does not compile: {error}"), place, message: None });
            }
        }
    }
    found
}

/// `test math::adds ... FAILED`; a test of the documentation has spaces in its name.
fn libtest(line: &str) -> Option<&str> {
    let name = line.strip_prefix("test ")?.strip_suffix("FAILED")?.trim_end().strip_suffix("...")?.trim_end();
    (!name.is_empty()).then(|| name.strip_suffix(" - should panic").unwrap_or(name))
}

/// `        FAIL [   0.012s] (1/3) crate math::adds`.
fn nextest(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("FAIL [")?.split_once("s] ")?.1.trim();
    let rest = rest
        .strip_prefix('(')
        .and_then(|counted| counted.split_once(") "))
        .map_or(rest, |(_, name)| name.trim());
    rest.split_once(' ').map(|(_, name)| name.trim()).filter(|name| !name.is_empty())
}

fn compile_error(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("error")?;
    let rest = match rest.strip_prefix('[') {
        Some(coded) => coded.split_once(']')?.1,
        None => rest,
    };
    rest.strip_prefix(": ")
}

/// Where a thread panicked, and the first line of what it said.
type Panic = (Option<(String, u32)>, Option<String>);

/// Panics by the name of their thread, which is that of its test.
fn panics(lines: &[&str]) -> BTreeMap<String, Panic> {
    let mut found = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((name, rest)) =
            line.trim_start().strip_prefix("thread '").and_then(|rest| rest.split_once('\''))
        else {
            continue;
        };
        let Some((_, panicked)) = rest.split_once("panicked at ") else { continue };
        // Before Rust 1.73 the message stood on the same line, in quotes.
        let (said, where_) = match panicked.rsplit_once("', ") {
            Some((said, where_)) => (message(said.trim_start_matches('\'')), where_),
            None => (lines.get(at + 1).and_then(|next| message(next)), panicked),
        };
        found.entry(name.to_owned()).or_insert((place(where_), said));
    }
    found
}

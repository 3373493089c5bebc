//! `node --test`, Jest and Vitest.

use super::{Failure, message, place};

pub(super) fn read(lines: &[&str]) -> Vec<Failure> {
    let mut found = tap(lines);
    found.extend(node_spec(lines));
    found.extend(vitest(lines));
    found.extend(jest(lines));
    found
}

/// `not ok 2 - adds`, with a block that says where. A test that failed only because of one inside it is left out.
fn tap(lines: &[&str]) -> Vec<Failure> {
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((_, name)) =
            line.trim_start().strip_prefix("not ok ").and_then(|rest| rest.split_once(" - "))
        else {
            continue;
        };
        let name = name.split(" # ").next().unwrap_or(name).trim();
        let block = lines.get(at + 1..).unwrap_or_default();
        let block: Vec<&str> =
            block.iter().map(|line| line.trim()).take_while(|line| *line != "...").take(40).collect();
        if block.first() != Some(&"---") || block.iter().any(|line| line.contains("subtestsFailed")) {
            continue;
        }
        let field = |name: &str| {
            let value = block.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))?;
            Some(value.trim_matches('\''))
        };
        let said = match field("error") {
            Some("|-" | "|") => block
                .iter()
                .skip_while(|line| !line.starts_with("error: "))
                .nth(1)
                .and_then(|line| message(line)),
            Some(error) => message(error),
            None => None,
        };
        found.push(Failure {
            name: name.to_owned(),
            place: field("location").and_then(place),
            message: said,
        });
    }
    found
}

/// The last part of what `node --test` prints for people: `test at a.mjs:3:1`, the name, the reason.
fn node_spec(lines: &[&str]) -> Vec<Failure> {
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(place) = line.trim().strip_prefix("test at ").and_then(place) else { continue };
        let Some(name) = lines.get(at + 1).and_then(|next| next.trim().strip_prefix("✖ ")) else {
            continue;
        };
        let name = name.rsplit_once(" (").map_or(name, |(name, _)| name).trim();
        let said = lines.get(at + 2).and_then(|line| message(line));
        found.push(Failure { name: name.to_owned(), place: Some(place), message: said });
    }
    found
}

/// ` FAIL  src/a.test.ts > sums > adds`, then the error and ` ❯ src/a.test.ts:5:10`.
fn vitest(lines: &[&str]) -> Vec<Failure> {
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((file, name)) =
            line.trim().strip_prefix("FAIL ").and_then(|rest| rest.trim().split_once(" > "))
        else {
            continue;
        };
        let rest = lines.get(at + 1..).unwrap_or_default();
        let own = || rest.iter().take(40).take_while(|line| !line.trim().starts_with("FAIL "));
        let at = own().find_map(|line| place(line.trim().strip_prefix("❯ ")?.rsplit(' ').next()?));
        let said = own().find_map(|line| message(line));
        found.push(Failure {
            name: format!("{file} > {name}"),
            place: at.or(Some((file.to_owned(), 1))),
            message: said,
        });
    }
    found
}

/// `  ● sums › adds`, then the error and `at Object.<anonymous> (src/a.test.js:5:10)`.
fn jest(lines: &[&str]) -> Vec<Failure> {
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(name) = line.trim().strip_prefix("● ").filter(|name| !name.starts_with("Console")) else {
            continue;
        };
        let rest = lines.get(at + 1..).unwrap_or_default();
        let own = || rest.iter().take(60).take_while(|line| !line.trim().starts_with("● "));
        let in_tree =
            |place: &(String, u32)| !place.0.contains("node_modules") && !place.0.starts_with("node:");
        let at = own()
            .filter_map(|line| line.trim().strip_prefix("at "))
            .filter_map(|frame| place(frame.rsplit('(').next()?))
            .find(in_tree);
        found.push(Failure {
            name: name.trim().to_owned(),
            place: at,
            message: own().find_map(|line| message(line)),
        });
    }
    found
}

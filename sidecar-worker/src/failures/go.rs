//! `go test`.

use super::{Failure, message};

/// `--- FAIL: TestAdds (0.00s)`, then `    a_test.go:5: got 1`. A test that failed only because of one inside it has no
/// line of its own and is left out when that one is named.
pub(super) fn read(lines: &[&str]) -> Vec<Failure> {
    let mut found: Vec<Failure> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(name) = failed(line) else { continue };
        let own = lines.get(at + 1..).unwrap_or_default().iter();
        let own = own.take_while(|line| line.starts_with(' ') && failed(line).is_none());
        let first = own.into_iter().find_map(|line| {
            let (file, rest) = line.trim().split_once(".go:")?;
            let (line, said) = rest.split_once(": ").unwrap_or((rest, ""));
            Some(((format!("{file}.go"), line.trim_end_matches(':').parse().ok()?), message(said)))
        });
        let (place, message) = first.unzip();
        found.push(Failure { name: name.to_owned(), place, message: message.flatten() });
    }
    let names: Vec<String> = found.iter().map(|f| f.name.clone()).collect();
    let has_inner =
        |name: &str| names.iter().any(|n| n.strip_prefix(name).is_some_and(|rest| rest.starts_with('/')));
    found.retain(|failure| failure.place.is_some() || !has_inner(&failure.name));
    found
}

fn failed<'a>(line: &&'a str) -> Option<&'a str> {
    let name = line.trim_start().strip_prefix("--- FAIL: ")?;
    Some(name.rsplit_once(" (").map_or(name, |(name, _)| name))
}

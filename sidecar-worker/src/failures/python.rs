//! pytest and unittest.

use super::{Failure, message, place};

pub(super) fn read(lines: &[&str]) -> Vec<Failure> {
    let mut found = pytest(lines);
    found.extend(unittest(lines));
    found
}

/// `FAILED tests/test_a.py::TestA::test_b - AssertionError: …`; the place stands in the part named after the test.
fn pytest(lines: &[&str]) -> Vec<Failure> {
    let mut found = Vec::new();
    for line in lines {
        let Some(rest) = line.strip_prefix("FAILED ").or_else(|| line.strip_prefix("ERROR ")) else {
            continue;
        };
        let (name, said) = rest.split_once(" - ").map_or((rest, None), |(name, said)| (name, message(said)));
        let Some((file, inner)) = name.split_once("::") else { continue };
        let header = inner.replace("::", ".");
        let is_header = |line: &&str| line.starts_with("___") && line.trim_matches(['_', ' ']) == header;
        let section = lines.iter().skip_while(|line| !is_header(line)).skip(1);
        let section = section.take_while(|line| !line.starts_with("___") && !line.starts_with("==="));
        let own = section.filter_map(|line| {
            let (where_, _) = line.split_once(": ").unwrap_or((line, ""));
            place(where_).filter(|(printed, _)| printed.ends_with(".py"))
        });
        // The last one in the test's own file says where it failed, not what it called.
        let at =
            own.filter(|(printed, _)| printed.ends_with(file) || file.ends_with(printed.as_str())).last();
        found.push(Failure {
            name: name.trim().to_owned(),
            place: at.or(Some((file.to_owned(), 1))),
            message: said,
        });
    }
    found
}

/// `FAIL: test_b (tests.test_a.TestA.test_b)`, a traceback, and the reason in the last line before the next part.
fn unittest(lines: &[&str]) -> Vec<Failure> {
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(name) = line.strip_prefix("FAIL: ").or_else(|| line.strip_prefix("ERROR: ")) else {
            continue;
        };
        let own = lines.get(at + 1..).unwrap_or_default().iter();
        let own: Vec<&&str> = own
            .skip_while(|line| line.starts_with("---") || line.is_empty())
            .take_while(|line| !line.starts_with("===") && !line.starts_with("---"))
            .collect();
        let frame = own.iter().rev().find_map(|line| {
            let (file, rest) = line.trim().strip_prefix("File \"")?.split_once("\", line ")?;
            Some((file.to_owned(), rest.split(',').next()?.trim().parse().ok()?))
        });
        if frame.is_none() && !own.iter().any(|line| line.starts_with("Traceback")) {
            continue;
        }
        let said = own.iter().rev().find_map(|line| message(line));
        found.push(Failure { name: name.trim().to_owned(), place: frame, message: said });
    }
    found
}

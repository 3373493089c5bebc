//! Who changed a line last, as git knows it.

use crate::life::Attempt;
use protocol::test_run::Touched;
use std::collections::BTreeMap;

/// Files and lines that are looked up; each file is one run of git.
const FILES: usize = 40;
const LINES: usize = 100;

/// The last change of each place; places that git cannot tell about are left out.
pub(super) async fn of(attempt: &Attempt<'_>, places: &[(String, u32)]) -> BTreeMap<(String, u32), Touched> {
    let mut by_file: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (file, line) in places {
        if by_file.contains_key(file.as_str()) || by_file.len() < FILES {
            by_file.entry(file).or_default().push(*line);
        }
    }
    let mut found = BTreeMap::new();
    for (file, lines) in by_file {
        let ranges: Vec<String> = lines.iter().take(LINES).map(|line| format!("-L{line},{line}")).collect();
        let mut args = vec!["blame", "--porcelain"];
        args.extend(ranges.iter().map(String::as_str));
        args.extend(["HEAD", "--", file]);
        let Ok(outcome) = attempt.bench.try_git(&args, &attempt.keeper.cancel).await else { break };
        if outcome.success() {
            found.extend(
                read(&outcome.stdout.text()).into_iter().map(|(line, t)| ((file.to_owned(), line), t)),
            );
        }
    }
    found
}

/// Reads `git blame --porcelain`: what is known of a commit stands at its first line only.
fn read(porcelain: &str) -> BTreeMap<u32, Touched> {
    let mut commits: BTreeMap<&str, Touched> = BTreeMap::new();
    let mut lines = Vec::new();
    let mut current = "";
    for line in porcelain.lines().filter(|line| !line.starts_with('\t')) {
        let mut words = line.split(' ');
        let first = words.next().unwrap_or_default();
        if first.len() >= 40 && first.bytes().all(|b| b.is_ascii_hexdigit()) {
            current = first;
            lines.extend(
                words.nth(1).and_then(|number| number.parse::<u32>().ok()).map(|number| (number, first)),
            );
            continue;
        }
        let rest = line.get(first.len() + 1..).unwrap_or_default();
        let commit = commits.entry(current).or_insert_with(|| Touched {
            commit: current.to_owned(),
            date: String::new(),
            author: String::new(),
            subject: String::new(),
        });
        match first {
            "author" => commit.author = rest.to_owned(),
            "summary" => commit.subject = rest.to_owned(),
            "author-time" => {
                let ms = rest.parse::<i64>().unwrap_or_default().saturating_mul(1_000);
                commit.date = host::clock::iso(ms).chars().take(10).collect();
            }
            _ => {}
        }
    }
    lines.into_iter().filter_map(|(line, commit)| Some((line, commits.get(commit)?.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn lines_of_one_commit_share_what_is_said_once() {
        let sha = "a".repeat(40);
        let text = format!(
            "{sha} 1 3 1\nauthor Ada Lovelace\nauthor-time 1767225600\nsummary Add sums\nfilename a\n\tlet x = 1;\n{sha} 2 9 1\n\tauthor nobody\n"
        );
        let found = read(&text);
        assert_eq!(found.keys().copied().collect::<Vec<_>>(), [3, 9]);
        assert_eq!((found[&9].author.as_str(), found[&9].date.as_str()), ("Ada Lovelace", "2026-01-01"));
        assert_eq!(found[&3].subject, "Add sums");
    }
}

//! Who changed how much, and where, in the commits that a log lists.

use crate::life::Attempt;
use protocol::count;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Authors and folders that are named.
const NAMED: usize = 8;
/// Stands before an author's name: no path begins with it.
const MARK: char = '\u{1}';

/// A summary for the log that `argv` listed; nothing when git cannot tell.
pub(super) async fn summary(attempt: &Attempt<'_>, argv: &[String]) -> String {
    let numbers = argv.iter().skip(1).map(|word| match word.as_str() {
        "--shortstat" => "--numstat",
        word if word.starts_with("--format=") => "--format=%x01%an",
        word => word,
    });
    let args: Vec<&str> = numbers.collect();
    let asked = attempt.bench.try_git(&args, &attempt.keeper.cancel).await;
    asked.ok().filter(|outcome| outcome.success()).map_or_else(String::new, |o| read(&o.stdout.text()))
}

#[derive(Default)]
struct Sum {
    commits: usize,
    added: u64,
    removed: u64,
}

fn read(log: &str) -> String {
    let (mut authors, mut areas): (BTreeMap<&str, Sum>, BTreeMap<&str, Sum>) = Default::default();
    let mut author = "";
    let mut commits = 0;
    for line in log.lines() {
        if let Some(name) = line.strip_prefix(MARK) {
            author = name;
            commits += 1;
            authors.entry(author).or_default().commits += 1;
            continue;
        }
        let mut words = line.splitn(3, '\t');
        let (Some(added), Some(removed), Some(path)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        // Binary files have dashes for numbers.
        let (added, removed) = (added.parse().unwrap_or(0), removed.parse().unwrap_or(0));
        let area = path.split_once('/').map_or("(root)", |(folder, _)| folder);
        for sum in [authors.entry(author).or_default(), areas.entry(area).or_default()] {
            sum.added += added;
            sum.removed += removed;
        }
        areas.entry(area).or_default().commits += 1;
    }
    if commits == 0 {
        return "No commits.".to_owned();
    }
    let mut text = format!("{}.", count(commits, "commit", "commits"));
    table(&mut text, ["author", "commits"], authors, |sum| (sum.commits as u64, sum.added + sum.removed));
    table(&mut text, ["folder", "changes of files"], areas, |sum| {
        (sum.added + sum.removed, sum.commits as u64)
    });
    text
}

fn table(text: &mut String, head: [&str; 2], sums: BTreeMap<&str, Sum>, weight: impl Fn(&Sum) -> (u64, u64)) {
    let mut rows: Vec<_> = sums.into_iter().collect();
    rows.sort_by_key(|(_, sum)| std::cmp::Reverse(weight(sum)));
    let [name, number] = head;
    let _ = write!(text, "\n\n| {name} | {number} | lines added | lines removed |\n|---|---|---|---|");
    for (name, sum) in rows.iter().take(NAMED) {
        let name = name.replace('|', "\\|").replace('`', "'");
        let _ = write!(text, "\n| `{name}` | {} | {} | {} |", sum.commits, sum.added, sum.removed);
    }
    if rows.len() > NAMED {
        let _ = write!(text, "\n| {} more | | | |", rows.len() - NAMED);
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn authors_are_told_by_commits_and_folders_by_lines() {
        let log = "\u{1}Ada\n\n3\t1\tsrc/a.rs\n-\t-\tlogo.png\n\u{1}Grace\n\n100\t0\tdocs/b.md\n\u{1}Ada\n\n1\t1\tREADME.md\n";
        let text = read(log);
        let order = [
            "3 commits.",
            "| `Ada` | 2 | 4 | 2 |",
            "| `Grace` | 1 | 100 | 0 |",
            "| `docs` | 1 | 100 | 0 |",
            "| `src` | 1 | 3 | 1 |",
            "| `(root)` | 2 | 1 | 1 |",
        ];
        let places: Vec<_> =
            order.iter().map(|part| text.find(part).unwrap_or_else(|| panic!("{part}\n{text}"))).collect();
        assert!(places.is_sorted(), "{text}");
        assert_eq!(read(""), "No commits.");
    }
}

//! Which files of a change are tests, by the conventions of paths. What a file holds is not looked at: tests that
//! live inside the code they test cannot be told from it here.

/// Folders whose files are tests or what tests need.
const FOLDERS: &[&str] = &["test", "tests", "__tests__", "spec", "specs", "e2e", "testdata", "__snapshots__"];
/// Endings of a file's name, without its extension, that make it a test.
const ENDINGS: &[&str] = &["_test", "_tests", "_spec", ".test", ".tests", ".spec", "-test", "-spec"];
/// Endings in languages that write names in capitals; `Latest` is no test.
const CAPITAL_ENDINGS: &[&str] = &["Test", "Tests", "Spec", "IT"];
const CAPITAL_LANGUAGES: &[&str] = &["java", "kt", "kts", "cs", "php", "swift", "scala", "groovy"];
/// Whole names, without extension.
const NAMES: &[&str] = &["test", "tests", "conftest"];
/// Words about the code; they prove nothing and break nothing.
const PROSE: &[&str] = &["md", "rst", "adoc"];

/// One changed file: `A`, `M`, `D` or `T` of `git diff --name-status --no-renames`, and its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Changed {
    pub status: char,
    pub path: String,
}

/// The tests of a change.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TestsOf {
    /// It adds and changes none.
    None,
    /// It touches nothing else, so there is nothing to leave out.
    Only { word: &'static str },
    /// Both: the test files as the change leaves them, and the ones it removes.
    Some { kept: Vec<String>, removed: Vec<String>, word: &'static str },
}

/// Reads `git diff --name-status -z --no-renames`.
pub(crate) fn changes(listed: &str) -> Vec<Changed> {
    let mut parts = listed.split('\0').filter(|p| !p.is_empty());
    let mut found = Vec::new();
    while let (Some(status), Some(path)) = (parts.next(), parts.next()) {
        found.push(Changed { status: status.chars().next().unwrap_or('M'), path: path.to_owned() });
    }
    found
}

pub(crate) fn tests_of(changes: &[Changed]) -> TestsOf {
    let paths = |wanted: &dyn Fn(&Changed) -> bool| -> Vec<String> {
        changes.iter().filter(|c| wanted(c)).map(|c| c.path.clone()).collect()
    };
    let kept = paths(&|c| is_test(&c.path) && c.status != 'D');
    if kept.is_empty() {
        return TestsOf::None;
    }
    let added = changes.iter().any(|c| is_test(&c.path) && c.status == 'A');
    let word = if added { "added" } else { "changed" };
    if changes.iter().all(|c| is_test(&c.path) || is_prose(&c.path)) {
        return TestsOf::Only { word };
    }
    TestsOf::Some { kept, removed: paths(&|c| is_test(&c.path) && c.status == 'D'), word }
}

/// Tests that were there before and are not as they were; none when the change touches nothing but tests and prose.
pub(crate) fn altered(changes: &[Changed]) -> Vec<String> {
    if changes.iter().all(|c| is_test(&c.path) || is_prose(&c.path)) {
        return Vec::new();
    }
    changes.iter().filter(|c| is_test(&c.path) && c.status != 'A').map(|c| c.path.clone()).collect()
}

fn is_test(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    if is_prose(path) {
        return false;
    }
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let lower = stem.to_lowercase();
    folders.split('/').any(|folder| FOLDERS.contains(&folder.to_lowercase().as_str()))
        || ENDINGS.iter().any(|ending| lower.len() > ending.len() && lower.ends_with(ending))
        || (CAPITAL_LANGUAGES.contains(&extension) && CAPITAL_ENDINGS.iter().any(|e| stem.ends_with(e)))
        || (extension == "py" && lower.starts_with("test_"))
        || NAMES.contains(&lower.as_str())
}

fn is_prose(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| PROSE.contains(&extension.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_files_are_known_by_their_paths() {
        for path in [
            "tests/spine.rs",
            "crates/a/tests/data/one.json",
            "src/test/java/a/Main.java",
            "ui/__tests__/Button.tsx",
            "ui/src/total.test.ts",
            "ui/src/total.spec.mjs",
            "pkg/total_test.go",
            "lib/total_spec.rb",
            "test_total.py",
            "a/b/test_total.py",
            "a/conftest.py",
            "src/total/tests.rs",
            "a/TotalTest.java",
            "a/TotalTests.cs",
            "a/testdata/golden.json",
            "run-test.sh",
        ] {
            assert!(is_test(path), "{path}");
        }
        for path in [
            "src/total.rs",
            "src/latest.rs",
            "a/Latest.java",
            "a/Contest.ts",
            "src/attest.py",
            "testing/README.md",
            "tests/README.md",
            "src/test_total.rs",
            "a/EXIT.md",
            "protest/main.go",
            ".test.ts",
            "",
        ] {
            assert!(!is_test(path), "{path}");
        }
    }

    fn change(lines: &[&str]) -> TestsOf {
        let listed: String = lines.iter().map(|l| format!("{}\0", l.replacen(' ', "\0", 1))).collect();
        tests_of(&changes(&listed))
    }

    #[test]
    fn tests_that_are_changed_or_removed_beside_code_are_altered_and_new_ones_are_not() {
        let of = |lines: &[&str]| {
            let listed: String = lines.iter().map(|l| format!("{}\0", l.replacen(' ', "\0", 1))).collect();
            altered(&changes(&listed))
        };
        assert_eq!(
            of(&["M src/a.rs", "M tests/a.rs", "D tests/b.rs", "A tests/c.rs"]),
            ["tests/a.rs", "tests/b.rs"]
        );
        assert!(of(&["M tests/a.rs", "D tests/b.rs", "M README.md"]).is_empty(), "the code is what it was");
        assert!(of(&["M src/a.rs", "A tests/c.rs"]).is_empty());
    }

    #[test]
    fn the_tests_of_a_change_are_split_from_the_rest_of_it() {
        let some = |kept: &[&str], removed: &[&str], word| TestsOf::Some {
            kept: kept.iter().map(|p| p.to_string()).collect(),
            removed: removed.iter().map(|p| p.to_string()).collect(),
            word,
        };
        assert_eq!(change(&[]), TestsOf::None);
        assert_eq!(change(&["M src/a.rs", "A src/b.rs"]), TestsOf::None);
        assert_eq!(change(&["M src/a.rs", "D tests/a.rs"]), TestsOf::None, "a removed test is not run");
        assert_eq!(change(&["A tests/a b.rs"]), TestsOf::Only { word: "added" });
        assert_eq!(change(&["M tests/a.rs", "M README.md"]), TestsOf::Only { word: "changed" });
        assert_eq!(change(&["M src/a.rs", "M tests/a.rs"]), some(&["tests/a.rs"], &[], "changed"));
        assert_eq!(
            change(&["D src/a.rs", "A tests/new name.rs", "M tests/c.rs", "D tests/old.rs"]),
            some(&["tests/new name.rs", "tests/c.rs"], &["tests/old.rs"], "added")
        );
    }
}

//! What the check wrote down about its runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One run of the check, as it was seen from inside.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Numbers of the changes in its tree.
    pub tree: Vec<usize>,
    pub began: u64,
    /// When and how it ended; none for one that was ended from outside.
    pub ended: Option<(u64, bool)>,
}

/// The folder it writes to.
pub struct Records(tempfile::TempDir);

impl Records {
    pub fn new() -> Self {
        let records = Self(tempfile::tempdir().unwrap());
        std::fs::write(records.path().join("check.sh"), include_str!("check.sh")).unwrap();
        records.takes("1");
        records.fails_after("0.2");
        records
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Seconds of a check that passes and begins from now on, or the sign it waits for.
    pub fn takes(&self, what: &str) {
        std::fs::write(self.path().join("takes"), what).unwrap();
    }

    /// Seconds until a check that begins from now on finds a change that fails, or the sign it waits for.
    pub fn fails_after(&self, what: &str) {
        std::fs::write(self.path().join("fails-after"), what).unwrap();
    }

    /// Gives a sign: to all that wait for it, or as `SIGN-N` to those whose newest change is `N`.
    pub fn sign(&self, name: &str) {
        std::fs::write(self.path().join(name), "").unwrap();
    }

    fn log(&self) -> PathBuf {
        self.path().join("log")
    }

    /// Every run so far, by when it began.
    pub fn runs(&self) -> Vec<Run> {
        let mut runs: BTreeMap<String, Run> = BTreeMap::new();
        let text = std::fs::read_to_string(self.log()).unwrap_or_default();
        for line in text.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let [run, step, at, changes] = words[..] else { panic!("not a record: {line}") };
            let at = at.parse::<u64>().unwrap() / 1_000_000;
            let tree =
                changes.split(',').filter_map(|change| change.split('=').next()?.parse().ok()).collect();
            let known = runs.entry(run.to_owned()).or_insert(Run { tree, began: at, ended: None });
            if step != "began" {
                known.ended = Some((at, step == "passed"));
            }
        }
        let mut runs: Vec<Run> = runs.into_values().collect();
        runs.sort_by_key(|run| run.began);
        runs
    }
}

/// Most runs at the same time, counting one that was ended from outside as long as nothing says when.
pub fn most_at_once(runs: &[Run]) -> usize {
    let whole: Vec<_> = runs.iter().filter_map(|run| Some((run.began, run.ended?.0))).collect();
    whole
        .iter()
        .map(|(at, _)| whole.iter().filter(|(began, ended)| began <= at && at < ended).count())
        .max()
        .unwrap_or(0)
}

//! Where live work will meet other live work, as far as plans and changed paths tell.
//!
//! Git is not asked here: that two changes of one file conflict is found out by merging them, elsewhere. A plan that may
//! write nearly everywhere says nothing about where it will, so it is compared with nothing.

mod told;

pub use told::{Line, told};

use crate::scope::{ScopeCheck, WILD};
use protocol::Scope;
use protocol::forecast::OverlapKind;
use std::collections::BTreeSet;

/// Paths that are named of one meeting; the rest is counted.
pub const NAMED: usize = 20;
/// A plan that covers more files than this, and more than a quarter of all, is wide.
const MANY: usize = 40;

/// Where one piece of work is, or will be.
#[derive(Debug, Clone)]
pub enum Reach {
    /// What its commits changed.
    Changed(BTreeSet<String>),
    /// What its plan lets it write.
    Planned(Planned),
}

#[derive(Debug, Clone)]
pub struct Planned {
    scope: ScopeCheck,
    /// Files there are that it may write.
    files: BTreeSet<String>,
    /// Globs without a wildcard: files that may not be there yet.
    named: BTreeSet<String>,
    wide: bool,
}

/// What two pieces of work share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    pub kind: OverlapKind,
    /// Sorted.
    pub paths: Vec<String>,
}

impl Reach {
    pub fn changed(paths: impl IntoIterator<Item = String>) -> Self {
        Reach::Changed(paths.into_iter().collect())
    }

    /// None for a plan that changes nothing, or whose globs mean nothing. `files` are those of the tip.
    pub fn planned(scope: &Scope, files: &[String]) -> Option<Self> {
        if scope.write_globs.is_empty() {
            return None;
        }
        let check = ScopeCheck::new(scope).ok()?;
        let inside: BTreeSet<String> =
            files.iter().filter(|path| check.allows(path).is_ok()).cloned().collect();
        let everything = scope.write_globs.iter().any(|glob| is_everything(glob));
        let wide = everything || inside.len() > MANY && inside.len() * 4 > files.len();
        let named = scope.write_globs.iter().filter(|glob| !glob.contains(WILD)).cloned();
        Some(Reach::Planned(Planned { named: named.collect(), files: inside, scope: check, wide }))
    }

    /// Paths to name when this is told to somebody, at most `limit`.
    pub fn paths(&self, limit: usize) -> Vec<String> {
        match self {
            Reach::Changed(paths) => paths.iter().take(limit).cloned().collect(),
            Reach::Planned(_) => Vec::new(),
        }
    }
}

/// What the two share; none when nothing speaks for it.
pub fn shared(one: &Reach, other: &Reach) -> Option<Shared> {
    let (kind, paths): (OverlapKind, Vec<String>) = match (one, other) {
        (Reach::Changed(a), Reach::Changed(b)) => (OverlapKind::Files, a.intersection(b).cloned().collect()),
        (Reach::Changed(changed), Reach::Planned(plan)) | (Reach::Planned(plan), Reach::Changed(changed)) => {
            let hit = changed.iter().filter(|path| !plan.wide && plan.scope.allows(path).is_ok());
            (OverlapKind::Scope, hit.cloned().collect())
        }
        (Reach::Planned(a), Reach::Planned(b)) if !a.wide && !b.wide => {
            let new = a.named.intersection(&b.named);
            let paths: BTreeSet<&String> = a.files.intersection(&b.files).chain(new).collect();
            (OverlapKind::Scope, paths.into_iter().cloned().collect())
        }
        (Reach::Planned(_), Reach::Planned(_)) => return None,
    };
    (!paths.is_empty()).then_some(Shared { kind, paths })
}

/// The first of many paths, and how many more there are.
pub fn named(paths: Vec<String>) -> (Vec<String>, u32) {
    let more = paths.len().saturating_sub(NAMED);
    (paths.into_iter().take(NAMED).collect(), more as u32)
}

fn is_everything(glob: &str) -> bool {
    glob.trim_end_matches('/').split('/').all(|step| step == "**" || step == "*") && glob.contains("**")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Vec<String> {
        let mut all: Vec<String> = (0..100).map(|n| format!("src/m{n}.rs")).collect();
        all.extend(["README.md", "docs/a.md", "docs/b.md"].map(str::to_owned));
        all
    }

    fn plan(globs: &[&str]) -> Reach {
        let scope = Scope {
            read_anywhere: true,
            write_globs: globs.iter().map(|g| (*g).to_owned()).collect(),
            max_files_to_edit: 100,
        };
        Reach::planned(&scope, &files()).unwrap()
    }

    fn changed(paths: &[&str]) -> Reach {
        Reach::changed(paths.iter().map(|p| (*p).to_owned()))
    }

    fn paths(one: &Reach, other: &Reach) -> Vec<String> {
        let found = shared(one, other);
        assert_eq!(found, shared(other, one), "who is asked first does not matter");
        found.map(|shared| shared.paths).unwrap_or_default()
    }

    #[test]
    fn two_changes_share_the_files_both_changed() {
        let (one, other) = (changed(&["a.rs", "b.rs"]), changed(&["b.rs", "c.rs"]));
        assert_eq!(paths(&one, &other), ["b.rs"]);
        assert_eq!(shared(&one, &other).unwrap().kind, OverlapKind::Files);
        assert_eq!(shared(&one, &changed(&["c.rs"])), None);
    }

    #[test]
    fn a_plan_meets_a_change_inside_its_globs_also_in_a_file_that_is_new() {
        let plan = plan(&["docs/**", "src/new.rs"]);
        assert_eq!(
            paths(&plan, &changed(&["docs/fresh.md", "README.md", "src/new.rs"])),
            ["docs/fresh.md", "src/new.rs"]
        );
    }

    #[test]
    fn two_plans_meet_in_files_that_are_there_and_in_those_both_name() {
        assert_eq!(
            paths(&plan(&["docs/**", "new.txt"]), &plan(&["docs/a.md", "new.txt"])),
            ["docs/a.md", "new.txt"]
        );
        assert!(paths(&plan(&["docs/**"]), &plan(&["README.md"])).is_empty());
    }

    #[test]
    fn a_plan_that_may_write_everywhere_says_nothing_about_where() {
        for wide in ["**", "**/*", "src/**"] {
            assert!(paths(&plan(&[wide]), &plan(&["src/m1.rs"])).is_empty(), "{wide}");
            assert!(paths(&plan(&[wide]), &changed(&["src/m1.rs"])).is_empty(), "{wide}");
        }
    }

    #[test]
    fn a_plan_that_changes_nothing_meets_nobody() {
        let scope = Scope { read_anywhere: true, write_globs: Vec::new(), max_files_to_edit: 0 };
        assert!(Reach::planned(&scope, &files()).is_none());
    }

    #[test]
    fn many_paths_are_counted_not_listed() {
        let (listed, more) = named(files());
        assert_eq!((listed.len(), more), (NAMED, 83));
    }
}

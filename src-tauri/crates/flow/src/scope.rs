//! Which paths a job may change, and whether what it did change stays inside.
//!
//! Paths are judged as text: nothing here looks at a disk, so a symbolic link or a case-insensitive file system
//! is not visible. That is why spellings that some file system could read as another path are refused outright.

mod glob;
mod narrow;
mod path;

pub(crate) use glob::WILD;
pub use glob::{canonical_glob, glob_problem, literal_globs};
pub use narrow::{Narrowed, narrow};
pub use path::{PathProblem, path_problem};

use protocol::Scope;
use std::collections::BTreeSet;

/// Why a change is outside a job's scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// The path itself is not one a change may have.
    BadPath {
        path: String,
        problem: PathProblem,
    },
    /// No write glob covers the path.
    NotAllowed {
        path: String,
        globs: Vec<String>,
    },
    /// The job may change nothing at all.
    ReadOnly {
        path: String,
    },
    TooManyFiles {
        changed: usize,
        allowed: u32,
    },
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Violation::BadPath { path, problem } => write!(f, "{path:?} {problem}"),
            Violation::NotAllowed { path, globs } => {
                write!(f, "{path} is outside the allowed paths ({})", globs.join(", "))
            }
            Violation::ReadOnly { path } => write!(f, "{path} was changed, but this job may change nothing"),
            Violation::TooManyFiles { changed, allowed } => {
                write!(f, "{changed} files were changed, at most {allowed} are allowed")
            }
        }
    }
}

/// Why the globs of a scope cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadGlob {
    pub glob: String,
    pub why: String,
}

/// A scope ready to judge paths. Built once per check, since compiling globs costs more than matching.
#[derive(Debug, Clone)]
pub struct ScopeCheck {
    globs: Vec<String>,
    set: globset::GlobSet,
    max_files: u32,
}

impl ScopeCheck {
    /// Compiles the write globs; a glob that [`glob_problem`] refuses is an error.
    pub fn new(scope: &Scope) -> Result<Self, BadGlob> {
        let set = glob::compile(&scope.write_globs)?;
        Ok(Self { globs: scope.write_globs.clone(), set, max_files: scope.max_files_to_edit })
    }

    /// Whether one path may be changed.
    pub fn allows(&self, path: &str) -> Result<(), Violation> {
        if let Some(problem) = path_problem(path) {
            return Err(Violation::BadPath { path: path.to_owned(), problem });
        }
        if self.globs.is_empty() {
            return Err(Violation::ReadOnly { path: path.to_owned() });
        }
        if self.set.is_match(path) {
            return Ok(());
        }
        Err(Violation::NotAllowed { path: path.to_owned(), globs: self.globs.clone() })
    }

    /// Judges a whole change. Give both paths of a rename: leaving a folder is a change of it too.
    pub fn check<'a>(&self, changed: impl IntoIterator<Item = &'a str>) -> Vec<Violation> {
        let paths: BTreeSet<&str> = changed.into_iter().collect();
        let mut found: Vec<Violation> = paths.iter().filter_map(|path| self.allows(path).err()).collect();
        if paths.len() > self.max_files as usize {
            found.push(Violation::TooManyFiles { changed: paths.len(), allowed: self.max_files });
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(globs: &[&str], max: u32) -> ScopeCheck {
        let write_globs = globs.iter().map(|g| g.to_string()).collect();
        ScopeCheck::new(&Scope { read_anywhere: true, write_globs, max_files_to_edit: max }).unwrap()
    }

    #[test]
    fn a_star_stays_in_its_folder_and_two_stars_go_deeper() {
        let scope = scope(&["src/*.rs", "docs/**"], 10);
        assert!(scope.allows("src/main.rs").is_ok());
        assert!(scope.allows("src/net/retry.rs").is_err());
        assert!(scope.allows("docs/a/b/c.md").is_ok());
        assert!(scope.allows("docs2/a.md").is_err());
    }

    #[test]
    fn a_glob_without_wildcard_names_a_file_or_a_folder() {
        let scope = scope(&["docs", "src/lib.rs", "tests/"], 10);
        for inside in ["docs", "docs/a.md", "docs/x/y.md", "src/lib.rs", "tests/t.rs"] {
            assert!(scope.allows(inside).is_ok(), "{inside}");
        }
        for outside in ["docs.md", "src/lib.rs.bak", "src/libxrs", "test/t.rs"] {
            assert!(scope.allows(outside).is_err(), "{outside}");
        }
    }

    #[test]
    fn a_wide_glob_never_opens_git_or_the_way_out() {
        let scope = scope(&["**"], 100);
        for path in
            ["../x", "a/../../x", "/etc/passwd", ".git/config", "sub/.GIT/hooks/pre-commit", "a\\b", "a\0b"]
        {
            assert!(matches!(scope.allows(path), Err(Violation::BadPath { .. })), "{path:?}");
        }
        assert!(scope.allows(".github/workflows/ci.yml").is_ok());
        assert!(scope.allows(".gitignore").is_ok());
    }

    #[test]
    fn matching_is_by_exact_case() {
        assert!(scope(&["src/**"], 10).allows("SRC/main.rs").is_err());
    }

    #[test]
    fn no_globs_means_nothing_may_change() {
        let found = scope(&[], 5).check(["README.md"]);
        assert_eq!(found, vec![Violation::ReadOnly { path: "README.md".into() }]);
        assert_eq!(found[0].to_string(), "README.md was changed, but this job may change nothing");
    }

    #[test]
    fn a_change_is_counted_by_different_paths() {
        let scope = scope(&["src/**"], 2);
        assert!(scope.check(["src/a", "src/a", "src/b"]).is_empty());
        let found = scope.check(["src/a", "src/b", "src/c"]);
        assert_eq!(found, vec![Violation::TooManyFiles { changed: 3, allowed: 2 }]);
    }

    #[test]
    fn every_path_that_leaves_the_scope_is_named() {
        let found = scope(&["src/**"], 9).check(["src/a", "Cargo.toml", "../b"]);
        let told: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 2);
        assert!(told.iter().any(|t| t == "Cargo.toml is outside the allowed paths (src/**)"));
    }
}

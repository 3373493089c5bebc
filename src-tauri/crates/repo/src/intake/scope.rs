//! Whether a change stays where its plan said it would.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Serialize};

use super::changes::ChangedPath;
use crate::{RepoError, Result};

/// What a job may write. `None` sets no limit; an empty list allows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Scope {
    /// Globs from the repository's top. `*` stays within a folder, `**` crosses; a plain path allows that
    /// file, or everything below that folder.
    pub write_globs: Option<Vec<String>>,
    /// Globs every path has to match as well. `None` asks for nothing more.
    pub bounds: Option<Vec<String>>,
    /// Single paths that may be changed besides, taken as they are.
    pub also: Vec<String>,
    pub max_files: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScopeReport {
    pub within: bool,
    /// Paths outside; a rename counts with both of its places.
    pub outside: Vec<String>,
    pub files: usize,
    pub max_files: Option<usize>,
}

impl Scope {
    pub fn check(&self, changes: &[ChangedPath]) -> Result<ScopeReport> {
        let lists = [&self.write_globs, &self.bounds].into_iter().flatten();
        let sets: Vec<GlobSet> = lists.map(|globs| compile(globs)).collect::<Result<_>>()?;
        let outside = |path: &str| {
            !sets.iter().all(|globs| globs.is_match(path)) && !self.also.iter().any(|also| also == path)
        };
        let outside: Vec<String> =
            changes.iter().map(|change| &change.path).filter(|path| outside(path)).cloned().collect();
        // A pure rename is one file to a person.
        let moved: Vec<&String> = changes.iter().filter_map(|change| change.renamed_from.as_ref()).collect();
        let files = changes.iter().filter(|c| c.new_blob.is_some() || !moved.contains(&&c.path)).count();
        let within = outside.is_empty() && self.max_files.is_none_or(|max| files <= max);
        Ok(ScopeReport { within, outside, files, max_files: self.max_files })
    }
}

impl ScopeReport {
    /// The same as an error, for those who go no further.
    pub fn require(&self) -> Result<()> {
        if self.within {
            return Ok(());
        }
        let reason = match (self.outside.len(), self.max_files) {
            (0, Some(max)) => format!("{} files changed, {max} allowed", self.files),
            (count, _) => format!("{count} paths outside what may be written"),
        };
        Err(RepoError::OutOfScope { reason, paths: self.outside.clone() })
    }
}

fn compile(globs: &[String]) -> Result<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let bad = |reason: String| RepoError::BadRef { name: glob.clone(), reason };
        let text = glob.trim().trim_start_matches("./").trim_start_matches('/');
        let text = if text.ends_with('/') { format!("{text}**") } else { text.to_owned() };
        let mut forms = vec![text.clone()];
        if !text.contains(['*', '?', '[', '{']) {
            forms.push(format!("{text}/**"));
        }
        for form in forms {
            let glob = GlobBuilder::new(&form).literal_separator(true).backslash_escape(true).build();
            set.add(glob.map_err(|error| bad(error.to_string()))?);
        }
    }
    set.build().map_err(|error| RepoError::BadRef { name: globs.join(", "), reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::ChangeStatus;

    fn added(path: &str) -> ChangedPath {
        ChangedPath {
            path: path.into(),
            status: ChangeStatus::Added,
            old_blob: None,
            new_blob: Some(crate::ObjectId::empty_tree()),
            old_mode: None,
            new_mode: Some("100644".into()),
            renamed_from: None,
            size: 0,
        }
    }

    fn outside(globs: &[&str], paths: &[&str]) -> Vec<String> {
        let write_globs = Some(globs.iter().map(|glob| (*glob).to_owned()).collect());
        let changes: Vec<_> = paths.iter().map(|path| added(path)).collect();
        Scope { write_globs, ..Scope::default() }.check(&changes).unwrap().outside
    }

    #[test]
    fn a_star_stays_in_its_folder_and_two_cross() {
        assert_eq!(outside(&["src/*.rs"], &["src/a.rs", "src/b/c.rs"]), ["src/b/c.rs"]);
        assert!(outside(&["src/**"], &["src/a.rs", "src/b/c.rs"]).is_empty());
        assert!(outside(&["**/*"], &["a", "b/c"]).is_empty());
    }

    #[test]
    fn a_plain_path_is_a_file_or_a_whole_folder() {
        assert_eq!(
            outside(&["docs", "./README.md", "ui/"], &["docs/a", "README.md", "ui/x/y", "docs2"]),
            ["docs2"]
        );
    }

    #[test]
    fn an_empty_list_allows_nothing_and_no_list_everything() {
        assert_eq!(outside(&[], &["a"]), ["a"]);
        let report = Scope::default().check(&[added("a"), added("b")]).unwrap();
        assert!(report.within);
    }

    #[test]
    fn a_path_that_is_allowed_besides_is_that_path_and_no_glob() {
        let write_globs = Some(vec!["docs/**".to_owned()]);
        let scope = Scope { write_globs, also: vec!["other/[a].md".into(), "*".into()], ..Scope::default() };
        let changes = ["docs/a", "other/[a].md", "other/a.md", "b"].map(added);
        assert_eq!(scope.check(&changes).unwrap().outside, ["other/a.md", "b"]);
    }

    #[test]
    fn bounds_only_ever_take_something_away() {
        let scope = |globs: Option<&str>, bounds: Option<&str>| Scope {
            write_globs: globs.map(|glob| vec![glob.to_owned()]),
            bounds: bounds.map(|glob| vec![glob.to_owned()]),
            also: vec!["asked".into()],
            ..Scope::default()
        };
        let outside = |scope: Scope| scope.check(&["src/a", "docs/b", "asked"].map(added)).unwrap().outside;
        assert_eq!(outside(scope(Some("**"), Some("src/**"))), ["docs/b"]);
        assert_eq!(outside(scope(Some("docs/**"), Some("**"))), ["src/a"]);
        assert_eq!(outside(scope(Some("docs/**"), Some("src/**"))), ["src/a", "docs/b"]);
        assert_eq!(outside(scope(None, Some("src/**"))), ["docs/b"]);
    }

    #[test]
    fn too_many_files_are_out_of_scope() {
        let scope = Scope { max_files: Some(1), ..Scope::default() };
        let report = scope.check(&[added("a"), added("b")]).unwrap();
        assert_eq!(report.require().unwrap_err().code(), "git.out_of_scope");
    }

    #[test]
    fn a_broken_glob_is_named() {
        let scope = Scope { write_globs: Some(vec!["a[".into()]), ..Scope::default() };
        assert_eq!(scope.check(&[]).unwrap_err().code(), "git.bad_ref");
    }
}

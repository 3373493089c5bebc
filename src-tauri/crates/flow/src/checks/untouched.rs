//! Whether a change can be told to touch nothing that a check reads.

use crate::scope::{ScopeCheck, Violation};
use protocol::because::Because;
use protocol::check::{Check, CheckPlan};
use protocol::plan::Scope;

/// Files that decide how checks run, wherever they lie. Lower case.
const DECIDING_NAMES: &[&str] = &[
    ".gitattributes",
    ".gitmodules",
    ".gitlab-ci.yml",
    ".node-version",
    ".nvmrc",
    ".python-version",
    ".tool-versions",
    "build.gradle",
    "build.gradle.kts",
    "build.rs",
    "bun.lock",
    "bun.lockb",
    "cargo.lock",
    "cargo.toml",
    "cmakelists.txt",
    "compose.yaml",
    "compose.yml",
    "dockerfile",
    "go.mod",
    "go.sum",
    "go.work",
    "gradle.lockfile",
    "gradle.properties",
    "justfile",
    "makefile",
    "package-lock.json",
    "package.json",
    "pipfile",
    "pipfile.lock",
    "pnpm-lock.yaml",
    "poetry.lock",
    "pom.xml",
    "pyproject.toml",
    "requirements.txt",
    "rust-toolchain",
    "rust-toolchain.toml",
    "settings.gradle",
    "settings.gradle.kts",
    "setup.cfg",
    "setup.py",
    "tox.ini",
    "tsconfig.json",
    "uv.lock",
    "yarn.lock",
];

/// Folders whose files do. Lower case, with the slash.
const DECIDING_FOLDERS: &[&str] = &[".pilothouse/", ".github/", ".circleci/", ".devcontainer/", ".cargo/"];

/// What a change touches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// Every path, of a renamed file the old and the new one.
    pub paths: Vec<String>,
    /// False when there are more, or when one of them is a link or a repository of its own: what it leads to is not
    /// known by its name.
    pub whole: bool,
}

/// For each check of the plan why it may be left out; none where it runs. The plan as [`super::as_run`] makes it.
pub fn skipped(plan: &CheckPlan, changed: &Changed) -> Vec<Option<Because>> {
    let paths: Vec<String> = changed.paths.iter().map(|path| path.to_lowercase()).collect();
    let decides = paths.iter().any(|path| decides(path));
    plan.checks
        .iter()
        .map(|check| {
            let may = check.skip_untouched && changed.whole && !paths.is_empty() && !decides;
            (may && untouched(plan, check, &paths)).then(|| Because::Untouched { paths: check.paths.clone() })
        })
        .collect()
}

fn decides(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    DECIDING_NAMES.contains(&name)
        || DECIDING_FOLDERS
            .iter()
            .any(|folder| path.starts_with(folder) || path.contains(&format!("/{folder}")))
}

fn untouched(plan: &CheckPlan, check: &Check, paths: &[String]) -> bool {
    let always = check.group.as_ref().and_then(|name| plan.groups.get(name)).map(|group| &group.always);
    let globs: Vec<String> =
        check.paths.iter().chain(always.into_iter().flatten()).map(|glob| glob.to_lowercase()).collect();
    if check.paths.is_empty() {
        return false;
    }
    // A glob that means nothing says nothing of what is read.
    let scope = Scope { read_anywhere: true, write_globs: globs.clone(), max_files_to_edit: u32::MAX };
    let Ok(reads) = ScopeCheck::new(&scope) else { return false };
    paths.iter().all(|path| {
        // A path that cannot be judged may be anything.
        matches!(reads.allows(path), Err(Violation::NotAllowed { .. }))
            && !globs.iter().any(|glob| glob.starts_with(&format!("{path}/")))
            && !check.run.iter().any(|word| names(&word.to_lowercase(), path))
    })
}

/// Whether a command names a file, as its program, as an argument or inside a script.
fn names(word: &str, path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    word.contains(path) || (!file.is_empty() && word.ends_with(file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::check::CheckGroup;

    fn plan(paths: &[&str]) -> CheckPlan {
        let check = Check {
            name: "tests".into(),
            run: vec!["sh".into(), "ci/run.sh".into()],
            timeout_s: 1,
            group: Some("test".into()),
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            skip_untouched: true,
        };
        let group = CheckGroup { always: vec!["tools/**".into()], ..CheckGroup::default() };
        CheckPlan { checks: vec![check], groups: [("test".to_owned(), group)].into(), ..CheckPlan::none() }
    }

    fn left_out(plan: &CheckPlan, paths: &[&str]) -> bool {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        skipped(plan, &Changed { paths, whole: true }) != [None]
    }

    #[test]
    fn what_touches_nothing_of_it_leaves_a_check_out_and_says_why() {
        let changed = Changed { paths: vec!["docs/a.md".into()], whole: true };
        let said = skipped(&plan(&["src/**", "tests/**"]), &changed);
        assert_eq!(said, [Some(Because::Untouched { paths: vec!["src/**".into(), "tests/**".into()] })]);
    }

    #[test]
    fn a_touched_path_a_file_that_decides_how_it_runs_and_its_own_script_are_never_left_out() {
        let plan = plan(&["src/**", "vendor/lib/**"]);
        assert!(left_out(&plan, &["docs/a.md", "README.md"]));
        for path in [
            "src/a.rs",
            "SRC/a.rs",
            "vendor",
            "vendor/lib",
            "tools/gen.py",
            ".pilothouse/config.toml",
            ".github/workflows/ci.yml",
            "sub/Cargo.toml",
            "sub/.cargo/config.toml",
            "Makefile",
            "package-lock.json",
            ".gitattributes",
            "ci/run.sh",
        ] {
            assert!(!left_out(&plan, &["docs/a.md", path]), "{path}");
        }
    }

    #[test]
    fn without_consent_paths_or_the_whole_list_everything_runs() {
        let mut other = plan(&["src/**"]);
        let docs = Changed { paths: vec!["docs/a.md".into()], whole: true };
        assert_eq!(skipped(&other, &Changed { whole: false, ..docs.clone() }), [None]);
        assert_eq!(skipped(&other, &Changed { paths: Vec::new(), whole: true }), [None]);
        other.checks[0].skip_untouched = false;
        assert_eq!(skipped(&other, &docs), [None]);
        assert!(!left_out(&plan(&[]), &["docs/a.md"]));
        assert!(!left_out(&plan(&["["]), &["docs/a.md"]), "a glob that cannot be read says nothing");
    }

    #[test]
    fn a_rename_out_of_what_it_reads_touches_it() {
        assert!(!left_out(&plan(&["src/**"]), &["docs/a.rs", "src/a.rs"]));
    }
}

//! The executors on real folders.

mod any_input;
mod lines;
mod patch;
mod rename;
mod replace;
mod reports;
mod set_key;
mod tree;

use super::{Context, DeterministicError, Edits, execute};
use protocol::check::{Check, CheckPlan, ChecksOrigin, Recipe};
use protocol::intent::Intent;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder that stands for a job's clone.
pub(super) struct Clone {
    folder: tempfile::TempDir,
    checks: CheckPlan,
    max_files: u32,
    tracked: Option<Vec<PathBuf>>,
}

pub(super) fn clone(files: &[(&str, &[u8])]) -> Clone {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    fs::write(folder.path().join(".git/config"), "foo").unwrap();
    let argv = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let lint = Check {
        name: "clippy".into(),
        run: argv("cargo clippy -- -D warnings"),
        timeout_s: 60,
        group: None,
        paths: vec![],
        skip_untouched: false,
    };
    let checks = CheckPlan {
        origin: ChecksOrigin::User,
        confirmed: true,
        checks: vec![lint],
        setup: vec![],
        recipes: [("gen".to_owned(), Recipe { run: argv("make gen"), timeout_s: 7, writes: vec![] })].into(),
        formatter: Some(argv("cargo fmt")),
        test_runner: Some(argv("cargo test")),
        groups: Default::default(),
        warnings: vec![],
    };
    let clone = Clone { folder, checks, max_files: 100, tracked: None };
    for (path, bytes) in files {
        clone.put(path, bytes);
    }
    clone
}

impl Clone {
    fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    fn put(&self, relative: &str, bytes: &[u8]) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(super) fn bytes(&self, relative: &str) -> Vec<u8> {
        fs::read(self.path(relative)).unwrap()
    }

    pub(super) fn text(&self, relative: &str) -> String {
        String::from_utf8(self.bytes(relative)).unwrap()
    }

    fn exists(&self, relative: &str) -> bool {
        fs::symlink_metadata(self.path(relative)).is_ok()
    }

    pub(super) fn run(&self, intent: &Intent) -> Result<Edits, DeterministicError> {
        let ctx =
            Context { checks: &self.checks, max_files: self.max_files, tracked: self.tracked.as_deref() };
        let result = execute(intent, self.folder.path(), &ctx);
        assert_eq!(fs::read(self.path(".git/config")).unwrap(), b"foo", "git's folder is never touched");
        assert!(self.leftovers(self.folder.path()).is_empty(), "no temporary file is left");
        result
    }

    pub(super) fn fails(&self, intent: &Intent) -> String {
        let error = self.run(intent).unwrap_err();
        assert!(error.code().starts_with("deterministic."));
        error.to_string()
    }

    fn leftovers(&self, folder: &Path) -> Vec<PathBuf> {
        let mut out = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                out.extend(self.leftovers(&entry.path()));
            } else if entry.file_name().to_string_lossy().ends_with(".tmp") {
                out.push(entry.path());
            }
        }
        out
    }
}

fn paths(names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(PathBuf::from).collect()
}

//! Throw-away git repositories.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A repository with a first commit on `main`; gone when dropped.
pub struct TestRepo {
    dir: tempfile::TempDir,
}

impl TestRepo {
    /// Writes `files` and commits them.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let repo = Self { dir };
        repo.git(&["init", "--quiet", "--initial-branch=main", "."]);
        for (path, text) in files {
            repo.write(path, text);
        }
        repo.commit_all("first");
        repo
    }

    /// A fresh repository of everything in `source`, as an unpacked package comes.
    pub fn of_folder(source: &Path) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let copied =
            Command::new("cp").arg("-r").arg(format!("{}/.", source.display())).arg(dir.path()).status();
        assert!(copied.expect("cp runs").success());
        let repo = Self { dir };
        let _ = std::fs::remove_dir_all(repo.path().join(".git"));
        repo.git(&["init", "--quiet", "--initial-branch=main", "."]);
        repo.commit_all("as published");
        repo
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn file(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let at = self.file(path);
        std::fs::create_dir_all(at.parent().expect("a parent")).expect("a folder");
        std::fs::write(at, text).expect("a file");
    }

    pub fn commit_all(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
    }

    /// Runs git there as a person would, without what is configured for this whole machine; its output.
    pub fn git(&self, args: &[&str]) -> String {
        let (ok, text) = self.try_git(args);
        assert!(ok, "git {args:?}: {text}");
        text
    }

    pub fn try_git(&self, args: &[&str]) -> (bool, String) {
        let output = Command::new("git")
            .current_dir(self.path())
            .args([
                "-c",
                "user.name=Ada",
                "-c",
                "user.email=ada@example.invalid",
                "-c",
                "commit.gpgsign=false",
            ])
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .args(args)
            .output()
            .expect("git runs");
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).trim_end().to_owned())
    }

    /// Everything a landing must leave alone: status, branches but the integration branch, configuration, index.
    pub fn fingerprint(&self) -> String {
        let refs = self.git(&["for-each-ref", "--format=%(refname) %(objectname)"]);
        let refs: Vec<_> = refs.lines().filter(|l| !l.contains("main_agents")).collect();
        let config = std::fs::read_to_string(self.file(".git/config")).unwrap_or_default();
        let index = self.git(&["ls-files", "--stage"]);
        let head = std::fs::read_to_string(self.file(".git/HEAD")).unwrap_or_default();
        let status = self.git(&["status", "--porcelain=v1", "--untracked-files=all"]);
        let diff = self.git(&["diff"]);
        format!("{}\n{config}\n{index}\n{head}\n{status}\n{diff}", refs.join("\n"))
    }
}

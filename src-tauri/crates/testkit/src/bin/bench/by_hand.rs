//! A repository of generated files, and git as a person would run it: the floor of everything that runs git.

use anyhow::{Context, ensure};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const FOLDERS: usize = 60;
const FILES: usize = 50;

/// One check that is over at once, so that a landing shows what everything else takes.
const CONFIG: &str = "[[check]]\nname = \"instant\"\nrun = [\"true\"]\ntimeoutS = 30\n";

/// Makes a repository of 3,000 files with one commit on `main`.
pub fn repository(dir: &Path) -> anyhow::Result<()> {
    repository_of(dir, FOLDERS)
}

/// Makes a repository of fifty files in each of `folders` folders, with one commit on `main`.
pub fn repository_of(dir: &Path, folders: usize) -> anyhow::Result<()> {
    let mut text = String::new();
    for folder in 0..folders {
        let at = dir.join(format!("src/part_{folder}"));
        std::fs::create_dir_all(&at)?;
        for file in 0..FILES {
            text.clear();
            for line in 0..12 {
                writeln!(
                    text,
                    "pub fn value_{folder}_{file}_{line}() -> usize {{ {folder} * {file} + {line} }}"
                )?;
            }
            std::fs::write(at.join(format!("file_{file}.rs")), &text)?;
        }
    }
    std::fs::create_dir_all(dir.join(".pilothouse"))?;
    std::fs::write(dir.join(".pilothouse/config.toml"), CONFIG)?;
    std::fs::write(dir.join("README.md"), "# Generated\n")?;
    git(dir, &["init", "--quiet", "--initial-branch=main"])?;
    git(dir, &["add", "--all"])?;
    git(dir, &["commit", "--quiet", "-m", "generated"])?;
    Ok(())
}

/// Runs git in a folder; its output without the line break.
pub fn git(dir: &Path, args: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("git")
        .current_dir(dir)
        .args([
            "-c",
            "user.name=Ada",
            "-c",
            "user.email=ada@example.invalid",
            "-c",
            "commit.gpgsign=false",
            "-c",
            "gc.auto=0",
        ])
        .args(args)
        .output()
        .context("git")?;
    ensure!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

/// A bare copy that shares nothing with the repository, as the depot is one.
pub fn bare_copy(repository: &Path, at: &Path) -> anyhow::Result<()> {
    let (from, to) = (repository.to_string_lossy(), at.to_string_lossy());
    git(repository, &["clone", "--quiet", "--bare", "--no-local", &from, &to]).map(drop)
}

/// A clone that borrows its objects from `depot`; how long it took.
pub fn shared_clone(depot: &Path, at: &Path) -> anyhow::Result<Duration> {
    let since = Instant::now();
    let (from, to) = (depot.to_string_lossy(), at.to_string_lossy());
    git(depot, &["clone", "--quiet", "--shared", "--no-tags", "--template=", &from, &to])?;
    Ok(since.elapsed())
}

/// How long a landing by hand took.
pub struct ByHand {
    pub clone: Duration,
    pub whole: Duration,
}

/// Lands one appended line by hand: the git commands of a landing one after the other, each necessary once.
pub fn landing(repository: &Path, depot: &Path, scratch: &Path, n: usize) -> anyhow::Result<ByHand> {
    let (clone, tree): (PathBuf, PathBuf) =
        (scratch.join(format!("clone-{n}")), scratch.join(format!("tree-{n}")));
    let bundle = scratch.join(format!("{n}.bundle"));
    let (bundle_text, tree_text) = (bundle.to_string_lossy(), tree.to_string_lossy());
    let since = Instant::now();
    git(depot, &["fetch", "--quiet", &repository.to_string_lossy(), "+refs/heads/main:refs/user/main"])?;
    let cloned = shared_clone(depot, &clone)?;
    std::fs::write(clone.join("README.md"), format!("# Generated\nby hand {n}\n"))?;
    git(&clone, &["add", "--all"])?;
    git(&clone, &["commit", "--quiet", "-m", "by hand"])?;
    git(&clone, &["bundle", "create", "--quiet", &bundle_text, "main", "^origin/main"])?;
    git(
        depot,
        &[
            "-c",
            "transfer.fsckObjects=true",
            "fetch",
            "--quiet",
            &bundle_text,
            &format!("+refs/heads/main:refs/jobs/{n}"),
        ],
    )?;
    let commit = format!("refs/jobs/{n}");
    let merged = git(depot, &["merge-tree", "--write-tree", "refs/heads/main", &commit])?;
    let candidate = git(depot, &["commit-tree", &merged, "-p", "refs/heads/main", "-m", "by hand"])?;
    git(depot, &["worktree", "add", "--quiet", "--detach", &tree_text, &candidate])?;
    let checked = Command::new("true").current_dir(&tree).status()?;
    ensure!(checked.success(), "the check failed");
    git(depot, &["update-ref", "refs/heads/landed", &candidate])?;
    git(
        repository,
        &["fetch", "--quiet", &depot.to_string_lossy(), "+refs/heads/landed:refs/heads/by_hand"],
    )?;
    Ok(ByHand { clone: cloned, whole: since.elapsed() })
}

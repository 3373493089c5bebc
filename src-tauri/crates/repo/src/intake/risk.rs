//! Paths that make a change more than an edit: what runs by itself, what steers git or editors, and what
//! does not look like what it is. Each raises the approval level; none is refused here.

use std::collections::{BTreeMap, HashMap, HashSet};

use git2::Repository;
use serde::Serialize;

use super::links::leaves_tree;
use crate::tree_diff::{Change, EXECUTABLE, LINK, SUBMODULE, Side};
use crate::{ObjectId, Result, libgit};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RiskyPath {
    pub path: String,
    pub reason: RiskReason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskReason {
    /// Steers Pilothouse itself.
    OwnConfiguration,
    /// Runs on a build server.
    Ci,
    /// Runs on git actions of everyone who works here.
    Hooks,
    /// `scripts` of a package.json, some of which run at install.
    PackageScripts,
    /// Runs while building.
    BuildScript,
    /// Steers how git treats files.
    GitAttributes,
    Submodule,
    /// Runs when a shell or an editor opens the folder.
    Environment,
    Editor,
    /// Runs or steers what agents run here.
    AgentConfiguration,
    LinkLeavesTree,
    /// Another name differs only in case: one of the two is lost on macOS and Windows.
    CaseCollision,
    ExecutableBit,
    /// Invisible or direction-changing characters, or not text at all.
    DeceptiveName,
}

pub(super) fn find(repo: &Repository, tree: &ObjectId, changes: &[Change]) -> Result<Vec<RiskyPath>> {
    let mut all = Vec::new();
    for change in changes {
        let path = libgit::text(&change.path);
        let mut add = |reason| all.push(RiskyPath { path: path.clone(), reason });
        by_name(&path).into_iter().for_each(&mut add);
        if deceptive(&change.path) {
            add(RiskReason::DeceptiveName);
        }
        let mode = |side: &Option<Side>| side.as_ref().map_or(0, |side| side.mode);
        let (before, after) = (mode(&change.old), mode(&change.new));
        if before == SUBMODULE || after == SUBMODULE {
            add(RiskReason::Submodule);
        }
        if after == EXECUTABLE && before != EXECUTABLE
            || before == EXECUTABLE && after != 0 && after != EXECUTABLE
        {
            add(RiskReason::ExecutableBit);
        }
        if let Some(new) = change.new.as_ref().filter(|new| new.mode == LINK) {
            let long = repo.odb()?.read_header(new.id.raw()?)?.0 > 4096;
            if long || leaves_tree(&change.path, repo.find_blob(new.id.raw()?)?.content()) {
                add(RiskReason::LinkLeavesTree);
            }
        }
        if path.ends_with("package.json") && scripts(repo, &change.old)? != scripts(repo, &change.new)? {
            add(RiskReason::PackageScripts);
        }
    }
    collisions(repo, tree, changes, &mut all)?;
    all.sort_by(|a, b| (&a.path, a.reason).cmp(&(&b.path, b.reason)));
    all.dedup();
    Ok(all)
}

fn by_name(path: &str) -> Vec<RiskReason> {
    let path = path.to_ascii_lowercase();
    let parts: Vec<&str> = path.split('/').collect();
    let name = parts.last().copied().unwrap_or_default();
    let below = |dir: &str| parts[..parts.len() - 1].contains(&dir);
    let mut reasons = Vec::new();
    if below(".pilothouse") || parts[0] == ".pilothouse" {
        reasons.push(RiskReason::OwnConfiguration);
    }
    let ci_file = [
        ".gitlab-ci.yml",
        "jenkinsfile",
        "azure-pipelines.yml",
        ".travis.yml",
        "appveyor.yml",
        ".drone.yml",
        "bitbucket-pipelines.yml",
        ".cirrus.yml",
        "cloudbuild.yaml",
        ".woodpecker.yml",
        "action.yml",
        "action.yaml",
    ];
    let ci_dir =
        [".github", ".gitlab", ".circleci", ".buildkite", ".woodpecker", ".ci", ".forgejo", ".gitea"];
    if ci_file.contains(&name) || ci_dir.iter().any(|dir| below(dir)) {
        reasons.push(RiskReason::Ci);
    }
    let hook_file = [
        ".pre-commit-config.yaml",
        ".pre-commit-hooks.yaml",
        "lefthook.yml",
        "lefthook.yaml",
        ".lefthook.yml",
        ".lefthook.yaml",
        ".huskyrc",
        ".huskyrc.json",
        ".huskyrc.js",
        ".lintstagedrc",
        ".overcommit.yml",
    ];
    if hook_file.contains(&name)
        || [".husky", ".githooks", "githooks", ".git-hooks"].iter().any(|dir| below(dir))
    {
        reasons.push(RiskReason::Hooks);
    }
    let build_file = [
        "build.rs",
        "setup.py",
        "conftest.py",
        "binding.gyp",
        ".npmrc",
        ".yarnrc",
        ".yarnrc.yml",
        ".pnpmfile.cjs",
        "pip.conf",
        "sitecustomize.py",
        "gradlew",
        "mvnw",
        "makefile",
        "justfile",
        "build.gradle",
        "build.gradle.kts",
        "settings.gradle",
        "settings.gradle.kts",
        "rust-toolchain",
        "rust-toolchain.toml",
    ];
    let cargo_config = below(".cargo") && matches!(name, "config" | "config.toml");
    if build_file.contains(&name) || cargo_config || below(".mvn") || below(".yarn") {
        reasons.push(RiskReason::BuildScript);
    }
    match name {
        ".gitattributes" | ".gitconfig" | ".lfsconfig" => reasons.push(RiskReason::GitAttributes),
        ".gitmodules" => reasons.push(RiskReason::Submodule),
        ".envrc" | ".env" | ".tool-versions" | "mise.toml" | ".mise.toml" | "flake.nix" | "shell.nix" => {
            reasons.push(RiskReason::Environment);
        }
        _ => {}
    }
    if [".vscode", ".idea", ".devcontainer", ".zed", ".vim"].iter().any(|dir| below(dir))
        || matches!(name, ".devcontainer.json" | ".exrc" | ".nvimrc" | ".dir-locals.el")
        || name.ends_with(".code-workspace")
    {
        reasons.push(RiskReason::Editor);
    }
    if [".claude", ".codex", ".cursor", ".gemini", ".opencode"].iter().any(|dir| below(dir))
        || name == ".mcp.json"
    {
        reasons.push(RiskReason::AgentConfiguration);
    }
    reasons
}

/// Characters that hide, reorder or imitate nothing; also names that are not text.
fn deceptive(path: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(path) else { return true };
    let hidden = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    text.chars().any(|c| c.is_control() || hidden(c))
        || text.split('/').any(|part| part.ends_with([' ', '.']))
}

/// The part of a package.json that runs commands. What cannot be read equals nothing else.
fn scripts(repo: &Repository, side: &Option<Side>) -> Result<Option<serde_json::Value>> {
    let Some(side) = side.as_ref().filter(|side| side.mode != SUBMODULE) else { return Ok(None) };
    let unreadable = || Some(serde_json::Value::String(side.id.to_string()));
    if repo.odb()?.read_header(side.id.raw()?)?.0 > (1 << 20) {
        return Ok(unreadable());
    }
    let blob = repo.find_blob(side.id.raw()?)?;
    let Ok(package) = serde_json::from_slice::<serde_json::Value>(blob.content()) else {
        return Ok(unreadable());
    };
    let mut running = BTreeMap::new();
    for key in
        ["scripts", "bin", "husky", "lint-staged", "pre-commit", "gypfile", "packageManager", "workspaces"]
    {
        if let Some(value) = package.get(key) {
            running.insert(key, value.clone());
        }
    }
    Ok((!running.is_empty()).then(|| serde_json::json!(running)))
}

/// New names for which the same folder has another that differs only in case.
fn collisions(
    repo: &Repository,
    tree: &ObjectId,
    changes: &[Change],
    all: &mut Vec<RiskyPath>,
) -> Result<()> {
    let root = repo.find_tree(tree.raw()?)?;
    let mut folders: HashMap<Vec<u8>, HashSet<String>> = HashMap::new();
    for change in changes.iter().filter(|change| change.old.is_none() && change.new.is_some()) {
        for (end, _) in
            change.path.iter().enumerate().filter(|(_, b)| **b == b'/').chain([(change.path.len(), &b'/')])
        {
            let whole = &change.path[..end];
            let split = whole.iter().rposition(|byte| *byte == b'/');
            let (dir, name) = split.map_or((&[][..], whole), |at| (&whole[..at], &whole[at + 1..]));
            let doubled = match folders.get(dir) {
                Some(known) => known,
                None => folders.entry(dir.to_vec()).or_insert(doubles(repo, &root, dir)?),
            };
            if doubled.contains(&libgit::text(name).to_lowercase()) {
                all.push(RiskyPath { path: libgit::text(&change.path), reason: RiskReason::CaseCollision });
                break;
            }
        }
    }
    Ok(())
}

/// The lower-cased names that stand for more than one entry of a folder.
fn doubles(repo: &Repository, root: &git2::Tree<'_>, dir: &[u8]) -> Result<HashSet<String>> {
    let mut tree = root.clone();
    for part in dir.split(|byte| *byte == b'/').filter(|part| !part.is_empty()) {
        let Some(next) = tree.get_name_bytes(part).map(|entry| entry.id()) else { return Ok(HashSet::new()) };
        let Ok(found) = repo.find_tree(next) else { return Ok(HashSet::new()) };
        tree = found;
    }
    let (mut seen, mut twice) = (HashSet::new(), HashSet::new());
    for entry in tree.iter() {
        let name = libgit::text(entry.name_bytes()).to_lowercase();
        if !seen.insert(name.clone()) {
            twice.insert(name);
        }
    }
    Ok(twice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_by_itself_is_risky_and_ordinary_code_is_not() {
        let cases = [
            (".pilothouse/config.toml", RiskReason::OwnConfiguration),
            (".github/workflows/x.yml", RiskReason::Ci),
            (".husky/pre-commit", RiskReason::Hooks),
            ("crates/a/build.rs", RiskReason::BuildScript),
            (".cargo/config.toml", RiskReason::BuildScript),
            ("docs/.gitattributes", RiskReason::GitAttributes),
            (".gitmodules", RiskReason::Submodule),
            (".envrc", RiskReason::Environment),
            (".vscode/tasks.json", RiskReason::Editor),
            (".VSCode/tasks.json", RiskReason::Editor),
        ];
        for (path, reason) in cases {
            assert_eq!(by_name(path), [reason], "{path}");
        }
        for path in ["src/main.rs", "README.md", "ui/src/github.ts", "environment/a.txt"] {
            assert!(by_name(path).is_empty(), "{path}");
        }
    }

    #[test]
    fn names_that_deceive_are_found() {
        assert!(deceptive("a\u{202e}txt.exe".as_bytes()));
        assert!(deceptive(b"a\xff"));
        assert!(deceptive(b"a/.. /b"));
        assert!(!deceptive("sträße/日本.txt".as_bytes()));
    }
}

//! The makers' own packages, at the versions we name, in a folder outside the repository. With `CI=true` they are
//! installed there; elsewhere they are used when they are there, or on the search path.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Each names its version and its package once.
const NAMED: &[(&str, &str)] = &[
    ("codex", include_str!("../../src-tauri/crates/agent/src/cli/codex.rs")),
    ("claude", include_str!("../../src-tauri/crates/agent/src/cli/claude.rs")),
    ("opencode", include_str!("../../src-tauri/crates/agent/src/cli/opencode.rs")),
    ("gemini", include_str!("../../src-tauri/crates/agent/src/cli/gemini.rs")),
    ("miniswe", include_str!("../../src-tauri/crates/agent/src/cli/miniswe.rs")),
    ("openhands", include_str!("../../src-tauri/crates/agent/src/cli/openhands.rs")),
];

/// What stands between `before` and the next quotation mark.
fn named(backend: &str, before: &str) -> &'static str {
    let (_, source) = NAMED.iter().find(|(name, _)| *name == backend).expect("an agent we know");
    let (_, rest) = source.split_once(before).unwrap_or_else(|| panic!("{backend}: {before}"));
    rest.split('"').next().unwrap()
}

/// The version that must be the one that runs.
pub fn version(backend: &str) -> &'static str {
    named(backend, "tried: Some(\"")
}

/// `@openai/codex@0.169.0`
fn package(backend: &str) -> &'static str {
    named(backend, "npm install -g ")
}

/// The first folder of the search path, of the home or of the cache with this program; none, and a line that says so, when there is none.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/bin"));
    let found = std::env::split_paths(&path)
        .chain(home)
        .chain([cache().join("bin")])
        .find(|folder| folder.join(program).is_file() && !folder.ends_with("shims"));
    if found.is_none() {
        testkit::notes::not_run(&format!("{program} is not installed"));
    }
    found
}

/// Not below a temporary folder: inside the sandbox those are its own.
pub fn cache() -> PathBuf {
    let home = std::env::var_os("HOME").map(PathBuf::from).expect("a home");
    home.join(".cache/pilothouse-agents")
}

/// Where the cache has one, or will have.
fn cached(agent: &str) -> (PathBuf, PathBuf) {
    let place = cache().join(package(agent).replace(['/', '@'], "-").trim_start_matches('-'));
    let bin = place.join("node_modules/.bin");
    (place, bin)
}

/// The folder its program is in; none, and a line that says so, when it is not installed here.
pub fn folder_of(agent: &str) -> Option<PathBuf> {
    let (place, bin) = cached(agent);
    if !bin.join(agent).exists() && std::env::var("CI").is_ok_and(|ci| ci == "true") {
        let package = package(agent);
        install(package, &place);
        assert!(bin.join(agent).exists(), "{package} brings no program {agent}");
    }
    where_it_is(agent)
}

/// Of an agent that is not installed by itself, because it is large and slow to start.
pub fn where_it_is(agent: &str) -> Option<PathBuf> {
    let (_, bin) = cached(agent);
    if bin.join(agent).exists() { Some(bin) } else { on_path(agent) }
}

/// Claude Code's own program, which its package brings in another one for each machine.
pub fn claude_itself(bin: &Path) -> PathBuf {
    let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    let own = bin.join(format!("../@anthropic-ai/claude-code-linux-{machine}/claude"));
    if own.is_file() { own } else { bin.join("claude") }
}

/// Into a folder of its own first: tests beside this one may want the same.
fn install(package: &str, place: &Path) {
    let parent = place.parent().unwrap();
    std::fs::create_dir_all(parent).unwrap();
    let new = tempfile::tempdir_in(parent).unwrap();
    std::fs::write(new.path().join("package.json"), "{\"private\":true}").unwrap();
    let flags = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", package];
    let done = Command::new("npm").args(flags).current_dir(new.path()).output().expect("npm runs");
    assert!(done.status.success(), "{package}: {}", String::from_utf8_lossy(&done.stderr));
    let new = new.keep();
    if std::fs::rename(&new, place).is_err() {
        let _ = std::fs::remove_dir_all(&new);
    }
}

//! What detection proposes for the usual kinds of repository.
#![allow(clippy::unwrap_used, clippy::panic)] // Functions shared by tests are tests too.

use std::collections::BTreeMap;

use host::detect_project::{Proposal, detect};

fn propose(files: &[(&str, &str)]) -> Proposal {
    let texts: BTreeMap<&str, &str> = files.iter().copied().collect();
    let names: Vec<String> = files.iter().map(|(name, _)| (*name).to_owned()).collect();
    detect(&names, &|name| texts.get(name).map(|text| (*text).to_owned()))
}

fn checks(proposal: &Proposal) -> Vec<String> {
    proposal.checks.iter().map(|check| check.run.join(" ")).collect()
}

fn setup(proposal: &Proposal) -> Vec<(String, String)> {
    proposal.setup.iter().map(|step| (step.run.join(" "), step.key.join(" "))).collect()
}

fn groups(found: &Proposal) -> Vec<&str> {
    found.checks.iter().filter_map(|check| check.group.as_deref()).collect()
}

fn pair(run: &str, key: &str) -> (String, String) {
    (run.to_owned(), key.to_owned())
}

#[test]
fn a_cargo_workspace_is_tested_whole_and_fetched_by_its_lock() {
    let found =
        propose(&[("Cargo.toml", "[workspace]\nmembers = []"), ("Cargo.lock", ""), ("rustfmt.toml", "")]);
    assert_eq!(checks(&found), ["cargo fmt --all --check", "cargo test --workspace"]);
    assert_eq!(groups(&found), ["format", "test"]);
    assert_eq!(setup(&found), [pair("cargo fetch --locked", "Cargo.lock")]);
    assert_eq!(found.formatter.unwrap().join(" "), "cargo fmt --all");
    assert_eq!(found.setup[0].network, ["cargo"]);
}

#[test]
fn npm_scripts_that_prove_something_become_checks() {
    let manifest = r#"{"scripts":{"test":"vitest run","lint":"eslint .","check":"tsc","format":"prettier -w .","build":"vite build"},
        "devDependencies":{"vitest":"4"}}"#;
    let found = propose(&[("package.json", manifest), ("package-lock.json", "{}")]);
    assert_eq!(checks(&found), ["npm run check", "npm run lint", "npm test"]);
    assert_eq!(groups(&found), ["types", "lint", "test"]);
    assert_eq!(setup(&found), [pair("npm ci", "package-lock.json")]);
    assert_eq!(found.formatter.unwrap().join(" "), "npm run format");
    assert_eq!(found.recipes["build"].writes, ["dist/**", "build/**"]);
}

#[test]
fn prettier_and_eslint_are_found_where_no_script_runs_them() {
    let tools = r#"{"devDependencies":{"eslint":"9","prettier":"3"}}"#;
    let found = propose(&[("package.json", tools)]);
    assert_eq!(found.formatter.unwrap().join(" "), "npx --no-install prettier --write .");
    assert_eq!(found.recipes["lint"].run.join(" "), "npx --no-install eslint .");
    let own = r#"{"scripts":{"format":"x","lint":"y"},"devDependencies":{"eslint":"9","prettier":"3"}}"#;
    let found = propose(&[("package.json", own)]);
    assert_eq!(found.formatter.as_ref().unwrap().join(" "), "npm run format");
    assert!(!found.recipes.contains_key("lint") && checks(&found) == ["npm run lint"]);
}

#[test]
fn pnpm_and_yarn_are_told_apart() {
    let manifest = r#"{"scripts":{"test":"x"},"dependencies":{"a":"1"}}"#;
    let pnpm = propose(&[("package.json", manifest), ("pnpm-lock.yaml", "")]);
    assert_eq!(setup(&pnpm), [pair("pnpm install --frozen-lockfile", "pnpm-lock.yaml")]);
    let classic = propose(&[("package.json", manifest), ("yarn.lock", "")]);
    assert_eq!(setup(&classic), [pair("yarn install --frozen-lockfile", "yarn.lock")]);
    let berry = propose(&[("package.json", manifest), ("yarn.lock", ""), (".yarnrc.yml", "")]);
    assert_eq!(setup(&berry), [pair("yarn install --immutable", "yarn.lock")]);
}

#[test]
fn the_placeholder_test_script_is_no_test_and_node_finds_its_own() {
    let manifest = r#"{"scripts":{"test":"echo \"Error: no test specified\" && exit 1"}}"#;
    let found = propose(&[("package.json", manifest), ("src/a.test.js", "")]);
    assert_eq!((checks(&found), setup(&found)), (vec!["node --test".to_owned()], vec![]));
    let none = propose(&[("package.json", manifest), ("src/a.js", "")]);
    assert!(none.checks.is_empty() && none.notes[0].starts_with("No checks were found"));
}

#[test]
fn python_is_tested_by_what_it_uses() {
    let uv = propose(&[("pyproject.toml", "[tool.ruff]\n"), ("uv.lock", ""), ("tests/test_a.py", "")]);
    assert_eq!(checks(&uv), ["uv run pytest", "ruff check ."]);
    assert_eq!(setup(&uv), [pair("uv sync --frozen", "uv.lock")]);
    let plain = propose(&[("setup.py", ""), ("test_a.py", "")]);
    assert_eq!(checks(&plain), ["python3 -m unittest discover"]);
    let pytest = propose(&[("requirements.txt", "pytest\n"), ("tests/test_a.py", "")]);
    assert_eq!(checks(&pytest), [".venv/bin/python -m pytest"]);
    assert!(setup(&pytest)[0].0.contains("pip' install -r 'requirements.txt'"));
}

#[test]
fn go_maven_and_gradle_are_known() {
    let go = propose(&[("go.mod", ""), ("go.sum", "")]);
    assert_eq!(checks(&go), ["go vet ./...", "go test ./..."]);
    assert_eq!(setup(&go), [pair("go mod download", "go.mod go.sum")]);
    let maven = propose(&[("pom.xml", ""), ("mvnw", "")]);
    assert_eq!(checks(&maven), ["./mvnw -B -q test"]);
    let gradle = propose(&[("build.gradle.kts", ""), ("settings.gradle.kts", "")]);
    assert_eq!(checks(&gradle), ["gradle --no-daemon -q test"]);
    assert_eq!(setup(&gradle)[0].1, "build.gradle.kts settings.gradle.kts");
}

#[test]
fn make_proves_only_where_nothing_else_does() {
    let makefile = "CC := gcc\n.PHONY: test\ntest lint: all\n\tcheck: no\nfmt:\n\ttrue\n";
    let make = propose(&[("Makefile", makefile), ("a.c", "")]);
    assert_eq!(checks(&make), ["make lint", "make test"]);
    assert_eq!(make.formatter.unwrap().join(" "), "make fmt");
    let both = propose(&[("Makefile", makefile), ("go.mod", "")]);
    assert_eq!(checks(&both), ["go vet ./...", "go test ./..."]);
}

#[test]
fn manifests_one_folder_down_are_found_when_the_root_has_none() {
    let found = propose(&[
        ("README.md", ""),
        ("server/Cargo.toml", "[package]"),
        ("ui/package.json", r#"{"scripts":{"test":"x"},"dependencies":{"a":"1"}}"#),
        ("ui/package-lock.json", ""),
    ]);
    assert_eq!(checks(&found), ["cargo test --manifest-path server/Cargo.toml", "npm --prefix ui test"]);
    assert_eq!(found.checks[1].name, "npm test (ui)");
    assert_eq!(setup(&found)[1], pair("npm --prefix ui ci", "ui/package-lock.json"));
}

#[test]
fn a_broken_manifest_is_a_note_and_nothing_panics() {
    let found = propose(&[("package.json", "{"), ("Cargo.toml", "= =")]);
    assert!(found.notes.iter().any(|note| note.contains("package.json is not valid JSON")));
    assert_eq!(checks(&found), ["cargo test"]);
    assert!(propose(&[]).checks.is_empty());
}

//! JavaScript and TypeScript: `package.json` with npm, pnpm or yarn.

use serde_json::Value;

use super::{FORMAT, LINT, Proposal, TEST, TYPES, Tree, argv};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Packager {
    Npm,
    Pnpm,
    YarnClassic,
    YarnBerry,
}

/// Scripts that prove something, by which their checks are called, and the groups of those.
const PROVING: &[(&str, &str)] = &[
    ("format:check", FORMAT),
    ("check", TYPES),
    ("typecheck", TYPES),
    ("type-check", TYPES),
    ("lint", LINT),
    ("test", TEST),
];

pub(super) fn detect(tree: &Tree<'_>, proposal: &mut Proposal) {
    let Some(text) = tree.text("package.json") else { return };
    let Ok(manifest) = serde_json::from_str::<Value>(&text) else {
        proposal.notes.push(format!("{} is not valid JSON.", tree.path("package.json")));
        return;
    };
    let packager = packager(tree, &manifest);
    let script = |name: &str| manifest.get("scripts")?.get(name)?.as_str().map(str::to_owned);
    let is_real = |name: &str| script(name).is_some_and(|script| !script.contains("no test specified"));
    for (name, group) in PROVING.iter().filter(|(name, _)| is_real(name)) {
        let label = format!("{} {name}", program(packager));
        proposal.check(tree, &label, group, run(tree, packager, name));
    }
    if is_real("test") {
        proposal.tests(run(tree, packager, "test"));
    } else if tree.below().any(is_node_test) {
        let all = argv(["node", "--test"]);
        let all =
            if tree.folder.is_empty() { all } else { [all, argv([format!("{}/", tree.folder)])].concat() };
        proposal.check(tree, "node --test", TEST, all.clone());
        proposal.tests(all);
    }
    for name in ["format", "fmt"].iter().filter(|name| is_real(name)) {
        proposal.formats(run(tree, packager, name));
    }
    let has_tool = |name: &str| {
        let fields = ["devDependencies", "dependencies"];
        tree.folder.is_empty()
            && fields.iter().any(|field| manifest.get(field).is_some_and(|names| names.get(name).is_some()))
    };
    // Tools that nobody gave a script; npx takes the installed one or none.
    if has_tool("prettier") {
        proposal.formats(argv(["npx", "--no-install", "prettier", "--write", "."]));
    }
    if has_tool("eslint") && script("lint").is_none() {
        proposal.recipe(tree, "lint", argv(["npx", "--no-install", "eslint", "."]), &[]);
    }
    if script("build").is_some() {
        proposal.recipe(tree, "build", run(tree, packager, "build"), &["dist/**", "build/**"]);
    }
    let depends = ["dependencies", "devDependencies", "optionalDependencies", "workspaces"];
    let filled = |field: &&str| match manifest.get(field) {
        Some(Value::Object(names)) => !names.is_empty(),
        Some(Value::Array(names)) => !names.is_empty(),
        _ => false,
    };
    if depends.iter().any(filled) {
        let lock = lock(tree, packager);
        let key = tree.path(lock.unwrap_or("package.json"));
        proposal.step(install(tree, packager, lock.is_some()), "npm", vec![key]);
    }
}

fn packager(tree: &Tree<'_>, manifest: &Value) -> Packager {
    let named = manifest.get("packageManager").and_then(Value::as_str).unwrap_or_default();
    if tree.has("pnpm-lock.yaml") || named.starts_with("pnpm@") {
        Packager::Pnpm
    } else if tree.has("yarn.lock") || named.starts_with("yarn@") {
        let berry = tree.has(".yarnrc.yml") || named.starts_with("yarn@") && !named.starts_with("yarn@1");
        if berry { Packager::YarnBerry } else { Packager::YarnClassic }
    } else {
        Packager::Npm
    }
}

fn program(packager: Packager) -> &'static str {
    match packager {
        Packager::Npm => "npm",
        Packager::Pnpm => "pnpm",
        Packager::YarnClassic | Packager::YarnBerry => "yarn",
    }
}

fn lock(tree: &Tree<'_>, packager: Packager) -> Option<&'static str> {
    match packager {
        Packager::Npm => tree.first(&["package-lock.json", "npm-shrinkwrap.json"]),
        Packager::Pnpm => tree.first(&["pnpm-lock.yaml"]),
        Packager::YarnClassic | Packager::YarnBerry => tree.first(&["yarn.lock"]),
    }
}

/// The packager, told to work in the folder.
fn base(tree: &Tree<'_>, packager: Packager) -> Vec<String> {
    let inside = match packager {
        _ if tree.folder.is_empty() => return argv([program(packager)]),
        Packager::Npm => "--prefix",
        Packager::Pnpm => "--dir",
        Packager::YarnClassic | Packager::YarnBerry => "--cwd",
    };
    argv([program(packager), inside, tree.folder.as_str()])
}

fn run(tree: &Tree<'_>, packager: Packager, script: &str) -> Vec<String> {
    let how: &[&str] = if script == "test" { &["test"] } else { &["run", script] };
    [base(tree, packager), argv(how.iter().copied())].concat()
}

fn install(tree: &Tree<'_>, packager: Packager, locked: bool) -> Vec<String> {
    let how: &[&str] = match (packager, locked) {
        (Packager::Npm, true) => &["ci"],
        (Packager::Pnpm | Packager::YarnClassic, true) => &["install", "--frozen-lockfile"],
        (Packager::YarnBerry, true) => &["install", "--immutable"],
        (_, false) => &["install"],
    };
    [base(tree, packager), argv(how.iter().copied())].concat()
}

/// A file `node --test` finds by itself.
fn is_node_test(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_script = ["js", "mjs", "cjs"].iter().any(|ending| name.ends_with(&format!(".{ending}")));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    is_script
        && (stem.ends_with(".test")
            || stem.ends_with("-test")
            || stem.ends_with("_test")
            || path.starts_with("test/"))
}

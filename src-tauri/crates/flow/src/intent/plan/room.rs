//! What an intent may change, and which commands validate it.

use super::super::facts::WorkspaceFacts;
use super::super::nature::nature;
use super::super::patch_paths::patch_paths;
use super::Unplanned;
use crate::scope::{canonical_glob, literal_globs};
use protocol::intent::Intent;

/// Most files one deterministic job may change.
const MAX_FILES: u32 = 500;

/// Files in which dependencies are declared or locked.
const DECLARING: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "requirements*.txt",
    "pyproject.toml",
    "uv.lock",
    "go.mod",
    "go.sum",
];

/// Which paths an intent may change, and how many files.
pub(super) fn room(intent: &Intent, facts: &WorkspaceFacts) -> Result<(Vec<String>, u32), Unplanned> {
    let anywhere = || (vec!["**".to_owned()], MAX_FILES);
    Ok(match intent {
        Intent::Replace { glob, .. } => (vec![glob.clone().unwrap_or_else(|| "**".into())], MAX_FILES),
        Intent::Rename { update_references: true, .. } => anywhere(),
        Intent::Rename { from, to, .. } => {
            (literal_globs(from).into_iter().chain(literal_globs(to)).collect(), MAX_FILES)
        }
        Intent::Apply { patch } => {
            let paths = patch_paths(patch);
            if paths.is_empty() {
                return Err(Unplanned::PatchNamesNoFile);
            }
            if let Some((path, problem)) =
                paths.iter().find_map(|p| crate::scope::path_problem(p).map(|problem| (p, problem)))
            {
                return Err(Unplanned::BadSlot {
                    message: format!("The path {path:?} of the patch {problem}"),
                });
            }
            let files = u32::try_from(paths.len()).unwrap_or(u32::MAX).min(MAX_FILES);
            (paths.iter().flat_map(|p| literal_globs(p)).collect(), files)
        }
        Intent::Append { file, .. } | Intent::Insert { file, .. } | Intent::SetKey { file, .. } => {
            (literal_globs(file), 1)
        }
        Intent::Format { paths } => {
            let formatter = facts.tools.formatter.as_ref().ok_or(Unplanned::NoFormatter)?;
            if paths.is_empty() {
                return Ok(anywhere());
            }
            if !formatter_takes_paths(formatter) {
                return Err(Unplanned::WholeTreeOnly { formatter: formatter.join(" ") });
            }
            (paths.clone(), MAX_FILES)
        }
        Intent::Lint { .. } => {
            facts.tools.linter.as_ref().ok_or(Unplanned::NoLinter)?;
            anywhere()
        }
        Intent::Run { recipe } => {
            let known = || facts.recipes.keys().cloned().collect();
            let found = facts
                .recipes
                .get(recipe)
                .ok_or_else(|| Unplanned::UnknownRecipe { name: recipe.clone(), known: known() })?;
            let writes: Vec<String> = found.writes.iter().map(|glob| canonical_glob(glob)).collect();
            let files = if writes.is_empty() { 0 } else { MAX_FILES };
            (writes, files)
        }
        Intent::Revert { .. } | Intent::CherryPick { .. } => anywhere(),
        Intent::Bump { .. } => (DECLARING.iter().map(|name| format!("**/{name}")).collect(), MAX_FILES),
        Intent::Status
        | Intent::Overview
        | Intent::Log { .. }
        | Intent::Test { .. }
        | Intent::Failing
        | Intent::Flaky { .. }
        | Intent::Bisect { .. }
        | Intent::Find { .. }
        | Intent::Outdated
        | Intent::Todos
        | Intent::Branch { .. }
        | Intent::Land { .. }
        | Intent::Publish { .. } => (Vec::new(), 0),
    })
}

pub(super) fn validation(intent: &Intent, facts: &WorkspaceFacts) -> Result<Vec<Vec<String>>, Unplanned> {
    match intent {
        Intent::Test { filter } => {
            let runner = facts.tools.test_runner.clone().ok_or(Unplanned::NoTestRunner)?;
            Ok(vec![with_filter(runner, filter.as_deref())?])
        }
        // Their runs are the job itself, not its validation.
        Intent::Flaky { .. } | Intent::Bisect { command: None, .. } if facts.tools.test_runner.is_none() => {
            Err(Unplanned::NoTestRunner)
        }
        // A newer dependency is worth something only while the tests pass.
        Intent::Bump { .. } if facts.edit_validation.is_empty() => {
            Ok(facts.tools.test_runner.iter().cloned().collect())
        }
        Intent::Lint { fix: false } => Ok(vec![facts.tools.linter.clone().ok_or(Unplanned::NoLinter)?]),
        other if nature(other).changing && !nature(other).by_server => Ok(facts.edit_validation.clone()),
        _ => Ok(Vec::new()),
    }
}

/// A runner's command line with a filter, the way that runner takes one.
pub(super) fn with_filter(mut runner: Vec<String>, filter: Option<&str>) -> Result<Vec<String>, Unplanned> {
    let Some(filter) = filter else { return Ok(runner) };
    let words: Vec<&str> = runner.iter().map(String::as_str).collect();
    let flags: &[&str] = match words.as_slice() {
        ["cargo", "test" | "nextest", ..] => &[],
        ["vitest" | "jest", ..] | ["npx", "vitest" | "jest", ..] => &[],
        ["npm" | "pnpm" | "yarn", ..] if !words.contains(&"--") => &["--"],
        ["pytest", ..] | ["python" | "python3", "-m", "pytest", ..] => &["-k"],
        ["uv" | "poetry", "run", "pytest", ..] => &["-k"],
        ["go", "test", ..] => &["-run"],
        _ => return Err(Unplanned::NoFilter { runner: runner.join(" ") }),
    };
    // Behind `--` cargo hands everything to the test program; the filter goes before it.
    let at = match words.first() {
        Some(&"cargo") => words.iter().position(|w| *w == "--").unwrap_or(words.len()),
        _ => words.len(),
    };
    let added: Vec<String> = flags.iter().copied().chain([filter]).map(str::to_owned).collect();
    runner.splice(at..at, added);
    Ok(runner)
}

/// Formatters that take files and folders as their last arguments.
fn formatter_takes_paths(argv: &[String]) -> bool {
    let words: Vec<&str> = argv.iter().map(String::as_str).collect();
    let words = match words.as_slice() {
        ["npx", "--no-install", rest @ ..] | ["npx" | "pnpm" | "yarn", rest @ ..] => rest,
        all => all,
    };
    matches!(
        words,
        ["rustfmt" | "prettier" | "black" | "gofmt", ..] | ["ruff" | "biome" | "deno", "format" | "fmt", ..]
    )
}

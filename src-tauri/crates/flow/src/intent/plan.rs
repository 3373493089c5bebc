//! An intent as a full plan: scope, criteria, validation and budgets, from plain facts.

use super::check::slot_problem;
use super::coding::cut;
use super::facts::WorkspaceFacts;
use super::nature::{Availability, Nature, availability, nature};
use super::patch_paths::patch_paths;
use crate::scope::{canonical_glob, literal_globs};
use protocol::intent::{Intent, Place};
use protocol::plan::PLAN_SCHEMA_VERSION;
use protocol::{Lane, Plan, Planning, Priority, RiskLevel, Scope};

/// Most files one deterministic job may change.
const MAX_FILES: u32 = 500;
const QUEUE_WAIT_MS: u64 = 20_000;
const EDIT_MS: u64 = 300_000;
const RUN_MS: u64 = 1_800_000;
const FINALIZATION_MS: u64 = 120_000;

/// Why an intent that was understood gets no plan here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unplanned {
    NotAvailable {
        word: &'static str,
    },
    BadSlot {
        message: String,
    },
    NoTestRunner,
    NoFormatter,
    NoLinter,
    /// The formatter works on the whole tree only.
    WholeTreeOnly {
        formatter: String,
    },
    /// It is not known how this test runner takes a filter.
    NoFilter {
        runner: String,
    },
    UnknownRecipe {
        name: String,
        known: Vec<String>,
    },
    PatchNamesNoFile,
}

impl std::fmt::Display for Unplanned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unplanned::NotAvailable { word } => write!(f, "`/{word}` is not available yet."),
            Unplanned::BadSlot { message } => write!(f, "{message}."),
            Unplanned::NoTestRunner => f.write_str(
                "No test runner is known for this workspace. Name one in its checks, then try again.",
            ),
            Unplanned::NoFormatter => f.write_str(
                "No formatter is known for this workspace. Name one in its configuration, then try again.",
            ),
            Unplanned::NoLinter => f.write_str(
                "No linter is known for this workspace. Add a check named `lint`, then try again.",
            ),
            Unplanned::WholeTreeOnly { formatter } => {
                write!(f, "`{formatter}` formats the whole tree; send `/format` without a path.")
            }
            Unplanned::NoFilter { runner } => {
                write!(f, "It is not known how `{runner}` takes a filter; send `/test` without one.")
            }
            Unplanned::UnknownRecipe { name, known } if known.is_empty() => {
                write!(f, "There is no recipe `{name}`; this workspace has none.")
            }
            Unplanned::UnknownRecipe { name, known } => {
                write!(f, "There is no recipe `{name}`. Recipes here: {}.", known.join(", "))
            }
            Unplanned::PatchNamesNoFile => {
                f.write_str("The pasted text names no file; a unified diff is needed.")
            }
        }
    }
}

/// The plan of an intent. `requiresWorker` is false for what the server does by itself.
pub fn plan_for(intent: &Intent, facts: &WorkspaceFacts) -> Result<Plan, Unplanned> {
    if let Some(problem) = slot_problem(intent) {
        return Err(Unplanned::BadSlot { message: problem.message });
    }
    if let Availability::NotYet { .. } = availability(intent) {
        return Err(Unplanned::NotAvailable { word: intent.word() });
    }
    let Nature { changing, runs_code, by_server } = nature(intent);
    let (write_globs, max_files_to_edit) =
        if changing && !by_server { room(intent, facts)? } else { (Vec::new(), 0) };
    let title = cut(&title(intent), 110);
    Ok(Plan {
        schema_version: PLAN_SCHEMA_VERSION,
        requires_worker: !by_server,
        lane: Lane::Deterministic,
        assistant_message: format!("{title}: done by fixed code, without a model."),
        instruction: cut(&instruction(intent, &title), 12_000),
        title,
        planning: Planning {
            intent: intent.word().to_owned(),
            risk_level: risk(intent),
            scope: Scope { read_anywhere: true, write_globs, max_files_to_edit },
            acceptance_criteria: criteria(intent),
            validation_steps: validation(intent, facts)?,
            queue_priority: Priority::Interactive,
            queue_wait_budget_ms: QUEUE_WAIT_MS,
            execution_budget_ms: if runs_code { RUN_MS } else { EDIT_MS },
            finalization_budget_ms: FINALIZATION_MS,
        },
        deterministic: Some(intent.clone()),
    })
}

/// Which paths an intent may change, and how many files.
fn room(intent: &Intent, facts: &WorkspaceFacts) -> Result<(Vec<String>, u32), Unplanned> {
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
        Intent::Revert { .. } => anywhere(),
        Intent::Status
        | Intent::Overview
        | Intent::Log { .. }
        | Intent::Test { .. }
        | Intent::Failing
        | Intent::Flaky { .. }
        | Intent::Bisect { .. }
        | Intent::Find { .. }
        | Intent::Bump { .. }
        | Intent::Todos
        | Intent::Land { .. }
        | Intent::Publish => (Vec::new(), 0),
    })
}

fn validation(intent: &Intent, facts: &WorkspaceFacts) -> Result<Vec<Vec<String>>, Unplanned> {
    match intent {
        Intent::Test { filter } => {
            let runner = facts.tools.test_runner.clone().ok_or(Unplanned::NoTestRunner)?;
            Ok(vec![with_filter(runner, filter.as_deref())?])
        }
        Intent::Lint { fix: false } => Ok(vec![facts.tools.linter.clone().ok_or(Unplanned::NoLinter)?]),
        other if nature(other).changing && !nature(other).by_server => Ok(facts.edit_validation.clone()),
        _ => Ok(Vec::new()),
    }
}

/// A runner's command line with a filter, the way that runner takes one.
fn with_filter(mut runner: Vec<String>, filter: Option<&str>) -> Result<Vec<String>, Unplanned> {
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
        ["npx" | "pnpm" | "yarn", rest @ ..] => rest,
        all => all,
    };
    matches!(
        words,
        ["rustfmt" | "prettier" | "black" | "gofmt", ..] | ["ruff" | "biome" | "deno", "format" | "fmt", ..]
    )
}

fn risk(intent: &Intent) -> RiskLevel {
    match intent {
        Intent::Run { .. } | Intent::Apply { .. } | Intent::Revert { .. } | Intent::Bump { .. } => {
            RiskLevel::Medium
        }
        Intent::Land { .. } | Intent::Publish => RiskLevel::Medium,
        _ => RiskLevel::Low,
    }
}

fn title(intent: &Intent) -> String {
    let short = |text: &str| cut(text.lines().next().unwrap_or_default(), 40);
    let place = |glob: &Option<String>| glob.as_deref().map(|g| format!(" in {g}")).unwrap_or_default();
    match intent {
        Intent::Status => "Show the status".into(),
        Intent::Overview => "Show what the repository holds".into(),
        Intent::Log { since: None } => "List the last commits".into(),
        Intent::Log { since: Some(since) } => format!("List commits since {}", short(since)),
        Intent::Test { filter: None } => "Run the tests".into(),
        Intent::Test { filter: Some(filter) } => format!("Run the tests that match {}", short(filter)),
        Intent::Failing => "Show failing tests".into(),
        Intent::Flaky { runs } => format!("Run the tests {runs} times"),
        Intent::Bisect { good, .. } => format!("Find the commit that broke it since {good}"),
        Intent::Format { paths } if paths.is_empty() => "Format the code".into(),
        Intent::Format { paths } => format!("Format {}", paths.join(", ")),
        Intent::Lint { fix: false } => "Run the linter".into(),
        Intent::Lint { fix: true } => "Repair what the linter can".into(),
        Intent::Find { pattern, glob, .. } => format!("Search for {}{}", short(pattern), place(glob)),
        Intent::Replace { from, to, glob, .. } => {
            format!("Replace {} with {}{}", short(from), short(to), place(glob))
        }
        Intent::Rename { from, to, .. } => format!("Move {from} to {to}"),
        Intent::Apply { .. } => "Apply a patch".into(),
        Intent::Bump { name, .. } => format!("Bump {name}"),
        Intent::Append { file, .. } => format!("Append to {file}"),
        Intent::Insert { file, .. } => format!("Insert into {file}"),
        Intent::SetKey { file, key, .. } => format!("Set {} in {file}", short(key)),
        Intent::Revert { commit } => format!("Revert {}", cut(commit, 12)),
        Intent::Run { recipe } => format!("Run the recipe {recipe}"),
        Intent::Todos => "List TODO and FIXME notes".into(),
        Intent::Land { job } => format!("Land {job}"),
        Intent::Publish => "Publish".into(),
    }
}

fn instruction(intent: &Intent, title: &str) -> String {
    let slots = super::slots(intent);
    slots.iter().fold(format!("{title}."), |out, slot| format!("{out}\n{}: {}", slot.name, slot.value))
}

fn criteria(intent: &Intent) -> Vec<String> {
    let one = |text: &str| vec![text.to_owned()];
    match intent {
        Intent::Test { .. } => one("The tests pass"),
        Intent::Lint { fix: false } => one("The linter reports nothing"),
        Intent::Replace { .. } => {
            one("Only the named text changed, at least once, and only in the named place")
        }
        Intent::Rename { update_references: false, .. } => {
            one("The file has its new path and the same content")
        }
        Intent::Rename { update_references: true, .. } => {
            vec!["The file has its new path".into(), "No file mentions the old path".into()]
        }
        Intent::Apply { .. } => one("Every hunk of the patch is applied where its context stands"),
        Intent::Append { .. } => one("The file ends with the new text and is otherwise as before"),
        Intent::Insert { place, .. } => match place {
            Place::Start | Place::Line { .. } => {
                one("The new text stands at the named line, all else is as before")
            }
            Place::Before { .. } | Place::After { .. } => {
                one("The new text stands at the anchor, all else is as before")
            }
        },
        Intent::SetKey { .. } => one("The key has the new value and nothing else changed"),
        Intent::Format { .. } => one("The formatter ran without an error"),
        Intent::Lint { fix: true } => one("The linter's repairs are applied"),
        Intent::Run { .. } => one("The recipe ended without an error and wrote only where it may"),
        Intent::Revert { .. } => one("The commit's change is undone and nothing else changed"),
        Intent::Bump { .. } => one("The manifest and the lock file name the new version"),
        Intent::Status
        | Intent::Overview
        | Intent::Log { .. }
        | Intent::Failing
        | Intent::Flaky { .. }
        | Intent::Bisect { .. }
        | Intent::Find { .. }
        | Intent::Todos => one("The report is written and no file changed"),
        Intent::Land { .. } => one("The job's result is queued for landing"),
        Intent::Publish => one("The branch is pushed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intent::{Parsed, Tools, commands, parse};
    use protocol::check::Recipe;

    fn argv(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    fn facts() -> WorkspaceFacts {
        let recipe = Recipe { run: argv("make gen"), timeout_s: 60, writes: vec!["gen/".into()] };
        WorkspaceFacts {
            tools: Tools {
                test_runner: Some(argv("cargo test --workspace")),
                formatter: Some(argv("cargo fmt")),
                linter: Some(argv("cargo clippy")),
            },
            recipes: [("gen".to_owned(), recipe)].into(),
            ..WorkspaceFacts::default()
        }
    }

    fn plan(text: &str) -> Result<Plan, Unplanned> {
        let parsed = parse(text);
        plan_for(parsed.intent().unwrap_or_else(|| panic!("{text}: {parsed:?}")), &facts())
    }

    #[test]
    fn every_plan_of_this_lane_passes_the_strict_validation() {
        for text in [
            "/status",
            "/overview",
            "/log",
            "/test retry",
            "/format",
            "/lint",
            "/lint fix",
            "/find x",
            "/replace a b *.md",
            "/rename app/[id]/a.ts app/[id]/b.ts",
            "/rename a b refs",
            "/append README.md x",
            "/insert a.txt 3 x",
            "/set a.toml k v",
            "/revert abc1234",
            "/run gen",
            "/todos",
            "/land j-214",
            "/apply\n--- a/x y\n+++ b/x y\n@@ -1 +1 @@\n-a\n+b\n",
        ] {
            let plan = plan(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            let json = serde_json::to_value(&plan).unwrap();
            assert_eq!(crate::plan::validate(&json), Ok(plan), "{text}");
        }
    }

    #[test]
    fn the_scope_is_exactly_what_the_intent_names() {
        let scope = |text: &str| plan(text).unwrap().planning.scope;
        assert_eq!(scope("/replace a b *.md").write_globs, ["**/*.md"]);
        assert_eq!(scope("/append README.md x").write_globs, ["README.md"]);
        assert_eq!(scope("/append README.md x").max_files_to_edit, 1);
        assert_eq!(scope("/run gen").write_globs, ["gen/**"]);
        assert!(scope("/find x").write_globs.is_empty());
        let brackets = crate::scope::ScopeCheck::new(&scope("/rename app/[id]/a.ts app/[id]/b.ts")).unwrap();
        assert!(brackets.allows("app/[id]/a.ts").is_ok() && brackets.allows("app/i/a.ts").is_err());
    }

    #[test]
    fn a_test_filter_goes_where_the_runner_takes_it() {
        let filtered = |runner: &str| with_filter(argv(runner), Some("x")).map(|a| a.join(" "));
        assert_eq!(filtered("cargo test -p a -- --nocapture").unwrap(), "cargo test -p a x -- --nocapture");
        assert_eq!(filtered("npm test").unwrap(), "npm test -- x");
        assert_eq!(filtered("python3 -m pytest -q").unwrap(), "python3 -m pytest -q -k x");
        assert_eq!(filtered("go test ./...").unwrap(), "go test ./... -run x");
        assert_eq!(filtered("make check"), Err(Unplanned::NoFilter { runner: "make check".into() }));
    }

    #[test]
    fn what_the_workspace_lacks_is_said() {
        let none = WorkspaceFacts::default();
        let why = |text: &str| plan_for(parse(text).intent().unwrap(), &none).unwrap_err().to_string();
        assert!(why("/test").starts_with("No test runner is known"));
        assert!(why("/lint fix").starts_with("No linter"));
        assert_eq!(why("/run gen"), "There is no recipe `gen`; this workspace has none.");
        assert!(plan("/format src").unwrap_err().to_string().contains("whole tree"));
        assert_eq!(why("/apply hello"), "The pasted text names no file; a unified diff is needed.");
        assert!(
            why("/apply\n--- a/../x\n+++ b/../x\n@@ -1 +1 @@\n-a\n+b\n")
                .contains("goes out of the repository")
        );
    }

    #[test]
    fn what_is_not_available_is_never_planned() {
        for text in ["/publish", "/bisect abc1234", "/flaky 3", "/bump serde", "/failing"] {
            assert!(matches!(plan(text), Err(Unplanned::NotAvailable { .. })), "{text}");
        }
        assert!(commands().len() >= 20);
        assert!(matches!(parse("/publish"), Parsed::Exact(Intent::Publish)));
    }
}

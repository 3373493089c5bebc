use super::room::with_filter;
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
        "/pick abc1234",
        "/branch spike",
        "/failing",
        "/flaky 3",
        "/bisect abc1234",
        "/bump serde 1.0.200",
        "/outdated",
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
    assert!(scope("/bisect abc1234").write_globs.is_empty() && scope("/outdated").write_globs.is_empty());
    let bump = crate::scope::ScopeCheck::new(&scope("/bump serde")).unwrap();
    assert!(bump.allows("Cargo.lock").is_ok() && bump.allows("crates/a/Cargo.toml").is_ok());
    assert!(bump.allows("src/lib.rs").is_err());
    let brackets = crate::scope::ScopeCheck::new(&scope("/rename app/[id]/a.ts app/[id]/b.ts")).unwrap();
    assert!(brackets.allows("app/[id]/a.ts").is_ok() && brackets.allows("app/i/a.ts").is_err());
}

#[test]
fn an_edit_that_is_validated_has_the_time_of_a_run() {
    let proving = WorkspaceFacts { edit_validation: vec![argv("cargo test")], ..facts() };
    let of =
        |text: &str, facts: &WorkspaceFacts| plan_for(parse(text).intent().unwrap(), facts).unwrap().planning;
    let (quick, proven) = (of("/replace a b", &facts()), of("/replace a b", &proving));
    assert!(quick.validation_steps.is_empty());
    assert_eq!(proven.validation_steps, [argv("cargo test")]);
    assert!(proven.execution_budget_ms > quick.execution_budget_ms);
    assert!(of("/find a", &proving).validation_steps.is_empty(), "a question is not an edit");
    assert_eq!(of("/bump serde", &facts()).validation_steps, [argv("cargo test --workspace")]);
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
    for text in ["/test", "/flaky 3", "/bisect abc1234"] {
        assert!(why(text).starts_with("No test runner is known"), "{text}");
    }
    assert!(plan_for(parse("/bisect abc1234 make").intent().unwrap(), &none).is_ok(), "it brings its own");
    assert!(why("/lint fix").starts_with("No linter"));
    assert_eq!(why("/run gen"), "There is no recipe `gen`; this workspace has none.");
    assert!(plan("/format src").unwrap_err().to_string().contains("whole tree"));
    assert_eq!(why("/apply hello"), "The pasted text names no file; a unified diff is needed.");
    assert!(
        why("/apply\n--- a/../x\n+++ b/../x\n@@ -1 +1 @@\n-a\n+b\n").contains("goes out of the repository")
    );
}

#[test]
fn publishing_is_the_servers_own_and_needs_no_worker() {
    let plan = plan("/publish fix/login --no-pr").unwrap();
    assert_eq!((plan.requires_worker, plan.title.as_str()), (false, "Push fix/login"));
    assert!(commands().len() >= 20);
    assert_eq!(parse("/publish"), Parsed::Exact(Intent::publish()));
}

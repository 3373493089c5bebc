use super::*;
use crate::backends::deterministic::Purpose;

fn report(clone: &Clone, intent: &Intent) -> String {
    let edits = clone.run(intent).unwrap();
    assert!(edits.changed.is_empty() && edits.commands.is_empty());
    edits.report.unwrap()
}

fn find(pattern: &str, regex: bool) -> Intent {
    Intent::Find { pattern: pattern.into(), glob: None, regex }
}

#[test]
fn a_search_names_file_line_and_text() {
    let clone = clone(&[
        ("src/a.rs", b"fn combat() {}\r\n\nlet Combat = 1;\n"),
        ("b.bin", b"combat\0"),
        ("c", b"nothing"),
    ]);
    let text = report(&clone, &find("combat", false));
    assert!(
        text.contains("src/a.rs:1: fn combat() {}\n") && text.contains("src/a.rs:3: let Combat = 1;"),
        "{text}"
    );
    assert!(text.contains("1 binary file,"));
    let exact = report(&clone, &find("Combat", false));
    assert!(!exact.contains("src/a.rs:1:"), "{exact}");
    let pattern = report(&clone, &find(r"^fn \w+\(", true));
    assert!(pattern.contains("src/a.rs:1:") && !pattern.contains(":3:"));
    assert!(report(&clone, &find("zzz", false)).contains("was not found"));
}

#[test]
fn a_long_search_is_cut_and_says_so() {
    let clone = clone(&[("a", "hit\n".repeat(700).as_bytes())]);
    let text = report(&clone, &find("hit", false));
    assert!(text.starts_with("700 lines in 1 file hold") && text.contains("The first 500 are listed"));
}

#[test]
fn notes_to_do_later_are_listed() {
    let clone = clone(&[
        ("a.rs", b"// TODO: one\n// FIXME two\nlet TODOS = 1;\n"),
        ("b.rs", b"// todo in lower case\n"),
    ]);
    let text = report(&clone, &Intent::Todos);
    assert!(text.starts_with("2 notes in 1 file."), "{text}");
}

#[test]
fn an_overview_states_facts() {
    let clone = clone(&[
        ("src/main.rs", b""),
        ("src/a.rs", b""),
        ("x.py", b""),
        ("Cargo.toml", b""),
        ("README.md", b"# Tern\n\nA bird.\n"),
    ]);
    let text = report(&clone, &Intent::Overview);
    for part in [
        "- Rust: 2",
        "- Python: 1",
        "- Cargo.toml",
        "- src/main.rs",
        "> # Tern",
        "- gen: `make gen`",
        "- Tests: `cargo test`",
        "- src/: 2",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}

#[test]
fn commands_are_handed_back_and_not_run() {
    let clone = clone(&[]);
    let command = |intent: Intent| {
        let edits = clone.run(&intent).unwrap();
        assert!(edits.changed.is_empty());
        let [command] = <[_; 1]>::try_from(edits.commands).unwrap();
        (command.argv.join(" "), command.purpose, command.timeout_s)
    };
    assert_eq!(command(Intent::Format { paths: vec![] }), ("cargo fmt".into(), Purpose::Format, 600));
    assert_eq!(command(Intent::Run { recipe: "gen".into() }), ("make gen".into(), Purpose::Recipe, 7));
    assert_eq!(
        command(Intent::Lint { fix: true }).0,
        "cargo clippy --fix --allow-dirty --allow-staged -- -D warnings"
    );
    let (argv, purpose, _) = command(Intent::Revert { commit: "abc1234".into() });
    assert_eq!(
        (argv.as_str(), purpose),
        ("git revert --no-commit --no-edit --end-of-options abc1234", Purpose::Git)
    );
    let (argv, _, _) = command(Intent::CherryPick { commit: "abc1234".into() });
    assert_eq!(argv, "git cherry-pick --no-commit --end-of-options abc1234");
    assert!(command(Intent::Log { since: Some("2 weeks ago".into()) }).0.ends_with("--since=2 weeks ago --"));
    assert!(command(Intent::Log { since: Some("abc1234".into()) }).0.ends_with("abc1234..HEAD --"));
    assert_eq!(command(Intent::Status).0, "git status --short --branch");
}

#[test]
fn tests_and_lint_are_left_to_the_validation_of_the_job() {
    let clone = clone(&[]);
    for intent in [Intent::Test { filter: None }, Intent::Lint { fix: false }] {
        let edits = clone.run(&intent).unwrap();
        assert!(edits.commands.is_empty() && edits.changed.is_empty() && !edits.summary.is_empty());
    }
}

#[test]
fn a_formatter_of_the_whole_tree_gets_the_paths_in_its_place() {
    let mut clone = clone(&[]);
    clone.checks.formatter = Some(["ruff", "format", "."].map(str::to_owned).to_vec());
    let run = |paths: &[&str]| {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        clone.run(&Intent::Format { paths }).unwrap().commands[0].argv.join(" ")
    };
    assert_eq!(run(&["src/**"]), "ruff format src");
    assert_eq!(run(&[]), "ruff format .");
}

#[test]
fn a_missing_tool_or_recipe_is_said() {
    let mut clone = clone(&[]);
    clone.checks.formatter = None;
    assert_eq!(clone.fails(&Intent::Format { paths: vec![] }), "no formatter is known for this workspace");
    assert_eq!(clone.fails(&Intent::Run { recipe: "zzz".into() }), "there is no recipe `zzz`");
}

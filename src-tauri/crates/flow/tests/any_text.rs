//! Whatever is typed is answered: nothing here may panic, and what is offered again is always understood.

use flow::intent::{
    Parsed, WorkspaceFacts, nature, parse, plan_for, refusal, slash_form, slot_problem, split_words,
};
use flow::light::{LightFacts, route};
use flow::plan::{read, validate};
use flow::scope::{ScopeCheck, canonical_glob, glob_problem, literal_globs, path_problem};
use proptest::prelude::*;
use protocol::Scope;

/// Text out of pieces that the grammar knows, with anything in between.
fn typed() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => prop::sample::select(vec![
            "replace", "with", "in", "src/**", "rename", "to", "run", "the", "tests", "append", "line", "'a b'", "\"x\"", "`y`", "README.md",
            "/replace", "/insert", "/append", "/set", "/find", "regex", "at", "after", "7", "please", "hey,", "and", "not", "set", "key", "j-214",
            "/local", "status", "of", "j-", "“", "’", "format", "revert", "abc1234", "\n", "/pick", "/branch", "/bump",
            "cherry-pick", "create a branch", "called", "bump", "serde", "1.0.2", "code", "publish", "land", "```", "@@ -1 +1 @@", "--- a/x", "/apply",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.join(" "))
}

/// What turns an order into none.
const NEGATIONS: &[&str] =
    &["not", "don't", "do not", "never", "don’t", "without", "no", "stop", "unless", "?", "nicht", "cannot"];

/// Nothing, politeness, or a negation in front of or behind an order.
fn turn() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => Just(String::new()),
        3 => prop::sample::select(vec!["please do not", "don't", "never", "you must not", "hey, never", "without asking", "no,", "stop:"])
            .prop_map(str::to_owned),
    ]
}

/// A sentence that changes something, in pieces.
fn order() -> impl Strategy<Value = Vec<String>> {
    let quoted = "\"[a-z]{1,6}\"|`[a-z]{1,6}`";
    let file = prop::sample::select(vec!["README.md", "src/a.rs", "docs/**"]);
    let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    prop_oneof![
        (quoted, "`[A-Z]{1,6}`", file)
            .prop_map(move |(a, b, f)| words(&["replace", &a, "with", &b, "in", f])),
        quoted.prop_map(move |a| words(&["append", &a, "to", "README.md"])),
        "[a-f0-9]{7,12}".prop_map(move |sha| words(&["revert", &sha])),
        "[a-f0-9]{7,12}".prop_map(move |sha| words(&["cherry-pick", &sha])),
        prop::sample::select(vec![
            "format the code",
            "fix the lint errors",
            "bump serde to 1.0.2",
            "land j-214",
            "publish",
            "run recipe gen"
        ])
        .prop_map(move |order| words(&[order])),
    ]
}

/// Words of orders, none of them in quotes.
fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "replace",
        "foo",
        "with",
        "bar",
        "in",
        "src/**",
        "everywhere",
        "append",
        "to",
        "README.md:",
        "README.md",
        "revert",
        "abc1234",
        "format",
        "the",
        "code",
        "publish",
        "land",
        "j-214",
        "bump",
        "serde",
        "1.0.2",
        "rename",
        "a.rs",
        "b.rs",
        "set",
        "x.y",
        "in a.toml",
        "create",
        "branch",
        "called",
        "please",
        "run",
        "recipe",
        "gen",
        "cherry-pick",
        "apply this patch:",
        "lint",
        "fix",
        "errors",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_and_what_was_understood_holds(text in typed()) {
        let facts = WorkspaceFacts::default();
        let refused = refusal(&text, &facts);
        prop_assert!(!refused.understood.is_empty());
        route(&text, &LightFacts::default());
        if let Parsed::Exact(intent) | Parsed::Phrase { intent, .. } = parse(&text) {
            prop_assert_eq!(slot_problem(&intent), None);
            if let Ok(plan) = plan_for(&intent, &facts) {
                let json = serde_json::to_value(&plan).unwrap_or_default();
                prop_assert_eq!(validate(&json), Ok(plan));
            }
        }
    }

    #[test]
    fn an_intent_that_can_be_written_as_a_command_is_read_as_the_same(text in typed()) {
        if let Some(intent) = parse(&text).intent() && let Some(command) = slash_form(intent) {
            prop_assert_eq!(parse(&command), Parsed::Exact(intent.clone()));
        }
    }

    #[test]
    fn a_sentence_that_asks_or_holds_a_negation_never_changes_anything(
        before in turn(), sentence in order(), after in turn(), mark in prop::sample::select(vec!["", "?", " ?", "."]),
    ) {
        let sentence = sentence.join(" ");
        let plain = parse(&sentence);
        prop_assert!(plain.intent().is_some_and(|intent| nature(intent).changing), "{sentence}: {plain:?}");
        let text = format!("{before} {sentence} {after}{mark}");
        if before.is_empty() && after.is_empty() && !mark.contains('?') {
            return Ok(());
        }
        let parsed = parse(&text);
        prop_assert!(parsed.intent().is_none_or(|intent| !nature(intent).changing), "{text}: {parsed:?}");
    }

    #[test]
    fn whatever_is_typed_around_it_a_negation_or_a_question_mark_changes_nothing(
        before in prop::collection::vec(word(), 0..8), turn in prop::sample::select(NEGATIONS), after in prop::collection::vec(word(), 0..8),
    ) {
        let text = [before.join(" "), turn.to_owned(), after.join(" ")].join(" ");
        let parsed = parse(&text);
        let changing = parsed.intent().is_some_and(|intent| nature(intent).changing);
        prop_assert!(!changing, "{text}: {parsed:?}");
    }

    #[test]
    fn any_answer_of_a_model_is_read(text in any::<String>()) {
        prop_assert!(read(&text).is_err());
        drop(split_words(&text));
    }

    #[test]
    fn a_glob_that_is_taken_compiles_and_never_opens_a_bad_path(glob in "[a-z./*?{},\\[\\]!~ -]{0,16}", path in "[a-zG./\\\\ :~-]{0,16}") {
        for glob in [glob.clone(), canonical_glob(&glob)] {
            if glob_problem(&glob).is_some() {
                continue;
            }
            let scope = Scope { read_anywhere: true, write_globs: vec![glob], max_files_to_edit: 1 };
            let check = ScopeCheck::new(&scope);
            prop_assert!(check.is_ok());
            let allowed = check.is_ok_and(|check| check.allows(&path).is_ok());
            prop_assert!(!allowed || path_problem(&path).is_none());
        }
    }

    #[test]
    fn a_path_as_a_glob_matches_itself(path in "[a-z*?{}\\[\\]!. -]{1,10}(/[a-z*?{}\\[\\]-]{1,6})?") {
        prop_assume!(path_problem(&path).is_none());
        let globs = literal_globs(&path);
        prop_assume!(globs.iter().all(|glob| glob_problem(glob).is_none()));
        let scope = Scope { read_anywhere: true, write_globs: globs, max_files_to_edit: 1 };
        prop_assert!(ScopeCheck::new(&scope).is_ok_and(|check| check.allows(&path).is_ok()));
    }
}

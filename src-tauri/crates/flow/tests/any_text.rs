//! Whatever is typed is answered: nothing here may panic, and what is offered again is always understood.

use flow::intent::{Parsed, WorkspaceFacts, parse, plan_for, refusal, slot_problem, split_words};
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
            "/local", "status", "of", "j-", "“", "’", "format", "revert", "abc1234", "\n", "```", "@@ -1 +1 @@", "--- a/x", "/apply",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.join(" "))
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

use super::*;
use serde_json::json;

fn good() -> Value {
    json!({
        "schemaVersion": 2, "requiresWorker": true, "lane": "worker", "assistantMessage": "On it.",
        "title": "Add jitter", "instruction": "Add jitter to the retry delay.",
        "planning": {
            "intent": "code_change", "riskLevel": "low",
            "scope": {"readAnywhere": true, "writeGlobs": ["src/**", "tests/retry.rs"], "maxFilesToEdit": 4},
            "acceptanceCriteria": ["The delay differs between two calls"],
            "validationSteps": [["cargo", "test", "retry"]],
            "queuePriority": "normal", "queueWaitBudgetMs": 90000, "executionBudgetMs": 900000, "finalizationBudgetMs": 120000
        }
    })
}

/// The problems after one change of the good plan, as lines.
fn after(pointer: &str, value: Value) -> Vec<String> {
    let mut plan = good();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    plan.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.to_owned(), value);
    validate(&plan).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn a_good_plan_is_taken_as_it_is() {
    let plan = validate(&good()).unwrap();
    assert_eq!(plan.planning.scope.write_globs.len(), 2);
    assert_eq!(serde_json::to_value(&plan).unwrap(), good());
}

#[test]
fn a_fence_around_the_answer_is_taken_off_and_prose_is_a_problem() {
    assert!(read(&format!("```json\n{}\n```", good())).is_ok());
    assert!(read(&good().to_string()).is_ok());
    let problems = read(&format!("Here is the plan:\n{}", good())).unwrap_err();
    assert!(problems[0].message.starts_with("the answer is not one JSON object"), "{problems:?}");
    assert!(read("[]").unwrap_err()[0].message.contains("a list, expected an object"));
}

#[test]
fn unknown_fields_are_refused_at_every_level() {
    assert!(after("/shell", json!("rm")).iter().any(|p| p.starts_with("shell: is not a field here")));
    assert!(after("/planning/model", json!("x"))[0].starts_with("planning.model: is not a field here"));
    assert!(
        after("/planning/scope/network", json!(true))[0]
            .starts_with("planning.scope.network: is not a field")
    );
}

#[test]
fn missing_and_wrong_fields_are_named_with_their_place() {
    let mut plan = good();
    plan["planning"].as_object_mut().unwrap().remove("riskLevel");
    plan["planning"]["scope"]["maxFilesToEdit"] = json!("four");
    plan["title"] = json!(7);
    let told = repair_text(&validate(&plan).unwrap_err());
    assert_eq!(
        told,
        "- title: is the number 7, expected a string\n\
         - planning.riskLevel: is missing\n\
         - planning.scope.maxFilesToEdit: is a string, expected a whole number from 0 to 500"
    );
}

#[test]
fn globs_stay_inside_the_tree_and_out_of_git() {
    for (glob, part) in [
        ("/etc/**", "absolute"),
        ("../x", "goes out"),
        ("a/{b,..}/c", "goes out"),
        (".git/**", "git's own folder"),
        ("a\\b", "backslash"),
        ("", "empty"),
        ("!src", "starts with !"),
    ] {
        let problems = after("/planning/scope/writeGlobs", json!(["src/**", glob]));
        assert!(
            problems[0].starts_with("planning.scope.writeGlobs[1]: ") && problems[0].contains(part),
            "{glob}: {problems:?}"
        );
    }
}

#[test]
fn counts_lengths_and_budgets_are_bounded() {
    let many: Vec<String> = (0..17).map(|i| format!("f{i}")).collect();
    for pointer in ["/planning/scope/writeGlobs", "/planning/acceptanceCriteria", "/planning/validationSteps"]
    {
        assert!(
            after(pointer, json!(many))[0].ends_with("has 17 entries, at most 16 are allowed"),
            "{pointer}"
        );
    }
    assert!(after("/assistantMessage", json!("x".repeat(4001)))[0].contains("at most 4000"));
    assert!(after("/assistantMessage", json!("ü".repeat(4000))).is_empty());
    assert!(after("/instruction", json!("x".repeat(12_001)))[0].contains("at most 12000"));
    assert!(after("/instruction", json!(" "))[0].contains("is empty"));
    assert!(after("/title", json!("a\nb"))[0].contains("one line"));
    for (field, bad) in [
        ("queueWaitBudgetMs", 0u64),
        ("executionBudgetMs", 0),
        ("executionBudgetMs", 99_999_999),
        ("finalizationBudgetMs", 0),
    ] {
        assert!(
            after(&format!("/planning/{field}"), json!(bad))[0].contains("expected a whole number"),
            "{field}"
        );
    }
    assert!(after("/planning/executionBudgetMs", json!(-5))[0].contains("expected a whole number"));
    assert!(after("/planning/executionBudgetMs", json!(1.5))[0].contains("expected a whole number"));
    for max in [0, 501] {
        assert_eq!(after("/planning/scope/maxFilesToEdit", json!(max)).len(), 1, "{max}");
    }
    assert!(after("/schemaVersion", json!(1))[0].contains("expected a whole number from 2 to 2"));
}

#[test]
fn a_command_as_a_string_is_split_and_never_needs_a_shell() {
    let mut plan = good();
    plan["planning"]["validationSteps"] = json!(["cargo test 'a b'", ["npm", "test"]]);
    let steps = validate(&plan).unwrap().planning.validation_steps;
    assert_eq!(steps, [vec!["cargo", "test", "a b"], vec!["npm", "test"]]);
    for line in ["make && make test", "x | y", "echo $HOME", "rm *", "sh <(x)"] {
        assert!(after("/planning/validationSteps", json!([line]))[0].contains("needs a shell"), "{line}");
    }
    for empty in [json!([[]]), json!([[""]]), json!([""])] {
        assert_eq!(after("/planning/validationSteps", empty.clone()).len(), 1, "{empty}");
    }
}

#[test]
fn the_lane_and_the_intent_belong_together() {
    assert!(after("/lane", json!("deterministic"))[0].contains("takes only one of our intents"));
    let intent = json!({"kind": "append", "file": "README.md", "text": "x"});
    assert!(after("/deterministic", intent)[0].contains("leave it out in the lane worker"));
    assert!(after("/lane", json!("openhands"))[0].contains("expected one of deterministic, worker"));
    assert!(
        after("/deterministic", json!({"kind": "hack"})).iter().any(|p| p.contains("not one of our intents"))
    );
    assert!(after("/deterministic", json!(null)).is_empty());
}

#[test]
fn slots_of_an_intent_are_judged_like_everything_else() {
    let plan = |intent: Value| {
        let mut plan = good();
        plan["lane"] = json!("deterministic");
        plan["planning"]["intent"] = json!("append");
        plan["deterministic"] = intent;
        validate(&plan).err().unwrap_or_default().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(plan(json!({"kind": "append", "file": "a", "text": "x"})), Vec::<String>::new());
    assert!(
        plan(json!({"kind": "append", "file": "../a", "text": "x"}))[0].starts_with("deterministic.file: ")
    );
    assert!(
        plan(json!({"kind": "append", "file": "a", "text": "x", "mode": 7}))[0].contains("unknown field")
    );
    assert!(
        plan(json!({"kind": "status", "shell": "x"}))
            .iter()
            .any(|p| p == "deterministic.shell: is not a field of this intent")
    );
}

#[test]
fn a_plan_that_needs_no_worker_writes_nothing_and_says_something() {
    let problems = after("/requiresWorker", json!(false));
    assert!(problems[0].starts_with("planning.scope.writeGlobs: has entries"));
    let mut plan = good();
    plan["requiresWorker"] = json!(false);
    plan["instruction"] = json!("");
    plan["assistantMessage"] = json!("");
    plan["planning"]["scope"]["writeGlobs"] = json!([]);
    plan["planning"]["scope"]["maxFilesToEdit"] = json!(0);
    assert_eq!(validate(&plan).unwrap_err().len(), 1);
    plan["assistantMessage"] = json!("The tip is red since yesterday.");
    assert!(validate(&plan).is_ok());
}

#[test]
fn a_flood_of_problems_is_cut() {
    let mut plan = good();
    for i in 0..100 {
        plan[format!("x{i}")] = json!(1);
    }
    assert_eq!(validate(&plan).unwrap_err().len(), 32);
}

//! Every reason and note of the merge queue with its sentence, as the page's tests read them. `npm run gen` writes the
//! file anew; without that it has to be equal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use flow::because::{note, sentence};
use protocol::ErrorCode;
use protocol::because::{Absent, Because, FolderBlock, NoteCode};
use protocol::policy::{Effect, Profile, Ruling};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn text(text: &str) -> String {
    text.to_owned()
}

fn rulings() -> Vec<Because> {
    let profile = Profile::Balanced;
    let mut all: Vec<Because> = Effect::ALL
        .iter()
        .flat_map(|effect| {
            let own = Ruling::Own { rule: text("docs") };
            let of_repository = Ruling::Repository { rule: String::new() };
            [own, of_repository].map(|ruling| Because::Policy { effect: *effect, ruling })
        })
        .collect();
    let allowed = [Ruling::Grant { ends: true }, Ruling::Grant { ends: false }, Ruling::Fits { profile }];
    all.extend(allowed.map(|ruling| Because::Policy { effect: Effect::Allow, ruling }));
    let asked = [
        Ruling::RiskyPath { path: text("build.rs"), more: 0 },
        Ruling::RiskyPath { path: text("build.rs"), more: 2 },
        Ruling::Overwrites,
        Ruling::MovesMain { branch: text("release/1") },
        Ruling::PublishesItself,
        Ruling::EveryLanding { profile: Profile::Careful },
        Ruling::Unverified { profile: Profile::Autopilot },
        Ruling::NotLowRisk { profile },
        Ruling::NotSmall { profile },
    ];
    all.extend(asked.map(|ruling| Because::Policy { effect: Effect::Ask, ruling }));
    all
}

fn reasons() -> Vec<Because> {
    let (branch, check, commit) = (text("main_agents"), text("tests"), text(COMMIT));
    let (paths, by) = (vec![text("a.txt"), text("src/b.rs")], text("anna"));
    let mut all = vec![
        Because::Conflict { branch: branch.clone(), paths: paths.clone(), more: 0 },
        Because::Conflict { branch: branch.clone(), paths: paths.clone(), more: 3 },
        Because::RevertConflict { branch: branch.clone(), paths: paths.clone(), more: 0 },
        Because::BringUpConflict { branch: branch.clone(), paths: paths.clone(), more: 0 },
        Because::Empty { branch: branch.clone() },
        Because::RevertEmpty { branch: branch.clone() },
        Because::NotFastForward,
        Because::MergeCommit,
        Because::Unrelated,
        Because::TooManyCommits { limit: 200 },
        Because::CheckFailed { check: check.clone(), network: false, absent: Vec::new() },
        Because::CheckFailed { check: check.clone(), network: true, absent: Vec::new() },
        Because::CheckFailed { check: check.clone(), network: false, absent: vec![Absent::LargeFiles] },
        Because::CheckEdited { check: check.clone(), paths },
        Because::NotMended { check: check.clone(), branch: branch.clone(), commit: commit.clone() },
        Because::OtherNotMended { check: check.clone(), branch: branch.clone(), commit: commit.clone() },
        Because::BranchFails {
            check: check.clone(),
            branch: branch.clone(),
            commit: commit.clone(),
            network: true,
            absent: vec![Absent::LargeFiles, Absent::Submodules],
        },
        Because::Rule { said: text("A rule of another kind asks") },
        Because::Denied { by: by.clone() },
        Because::Expired,
        Because::Removed { by: by.clone() },
        Because::HandedOn { by },
        Because::RepairCancelled,
        Because::RepairEmpty,
        Because::RepairFailed,
        Because::SetUpWaits,
        Because::SetUpRemoved,
        Because::CannotRun { said: text("no file can be written") },
        Because::CheckKilled { check: check.clone() },
        Because::ProgramMissing { check, program: text("cargo") },
        Because::GivenUp { attempts: 3 },
        Because::Untouched { paths: vec![text("src/**"), text("tests/**")] },
        Because::Stopped,
        Because::ChecksChanged,
        Because::TrialUnconfirmed,
        Because::Trust,
        Because::AllPaused,
        Because::QueuePaused,
        Because::ChecksUnconfirmed,
        Because::Failed { error: ErrorCode::StorageFull, said: text("The disk is full.") },
    ];
    all.extend(FolderBlock::ALL.iter().map(|block| Because::CheckedOut {
        branch: branch.clone(),
        folder: text("/home/anna/tern"),
        block: *block,
        names: vec![text("a.txt")],
        more: 0,
    }));
    all.extend(rulings());
    all
}

fn notes() -> Vec<NoteCode> {
    let (branch, commit) = (text("main_agents"), text("0123456789"));
    let fails = |waiting| NoteCode::BranchFails {
        check: text("tests"),
        branch: text("main_agents"),
        commit: text(COMMIT),
        waiting,
    };
    vec![
        fails(1),
        fails(3),
        NoteCode::BaseGone { base: text("main"), branch: branch.clone() },
        NoteCode::BranchGone { branch: branch.clone(), commit: commit.clone() },
        NoteCode::RemoteAhead { branch: branch.clone(), commit: commit.clone() },
        NoteCode::RemoteOnly { branch: branch.clone(), commit: commit.clone() },
        NoteCode::Rewritten { branch, commit },
        NoteCode::Closed { folder: text("/home/anna/tern") },
        NoteCode::Failed { error: ErrorCode::GitFailed, said: text("git ended with an error.") },
    ]
}

/// The codes a type has, from its schema.
fn codes(schema: schemars::Schema) -> BTreeSet<String> {
    let schema = serde_json::to_value(schema).unwrap();
    let one_of = schema["oneOf"].as_array().unwrap();
    one_of.iter().map(|one| one["properties"]["code"]["const"].as_str().unwrap().to_owned()).collect()
}

fn codes_of(values: &[Value]) -> BTreeSet<String> {
    values.iter().map(|one| one["code"]["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_code_has_its_sentence_in_the_file_that_the_page_is_tried_with() {
    let reasons: Vec<Value> =
        reasons().iter().map(|one| json!({ "code": one, "text": sentence(one) })).collect();
    let notes: Vec<Value> = notes()
        .into_iter()
        .map(|one| {
            let note = note(one);
            json!({ "code": note.code, "text": note.text })
        })
        .collect();
    assert_eq!(codes_of(&reasons), codes(schemars::schema_for!(Because)), "a reason has no example");
    assert_eq!(codes_of(&notes), codes(schemars::schema_for!(NoteCode)), "a note has no example");

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../ui/src/model/because.fixture.json");
    let now = serde_json::to_string_pretty(&json!({ "reasons": reasons, "notes": notes })).unwrap() + "\n";
    if std::env::var_os("PILOTHOUSE_GEN").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == now, "ui/src/model/because.fixture.json differs from the sentences: run `npm run gen`");
}

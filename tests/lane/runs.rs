//! `/test`, `/failing`, `/flaky`, `/bisect`, `/todos`.

use crate::scene::{QUIET, Scene};
use testkit::world::TestRepo;

const SUMS: &str = "import assert from 'node:assert';\nimport { test } from 'node:test';\nimport { add } from './sums.mjs';\n\n\
    test('adds', () => {\n  assert.strictEqual(add(1, 1), 2);\n});\n\ntest('is there', () => {});\n";

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_told_with_its_line_and_who_was_there_last_and_can_be_asked_for_again() {
    let repo = TestRepo::with(&[
        ("sums.mjs", "export const add = (a, b) => a - b;\n"),
        ("sums.test.mjs", SUMS),
        ("package.json", "{}\n"),
        (".pilothouse/config.toml", QUIET),
    ]);
    let scene = Scene::on(repo);
    assert!(scene.told("/failing").await.contains("`/test` runs them"), "nothing has run yet");
    let told = scene.told("run the tests").await;
    assert!(told.contains("1 failure") && told.contains("- `adds` at `sums.test.mjs:5`"), "{told}");
    assert!(told.contains("last changed by"), "{told}");
    let again = scene.told("which tests are failing?").await;
    assert!(
        again.contains("The last test run") && again.contains("- `adds` at `sums.test.mjs:5`"),
        "{again}"
    );
    assert!(!again.contains("is there"), "{again}");
    scene.landed("replace `a - b` with `a + b` in sums.mjs").await;
    let sent = scene.server.say("dev", "/test").await;
    let verified = scene.server.first("dev", sent.cursor, "job.verified").await.payload().clone();
    let lines = verified["lines"].as_array().unwrap();
    let accepted = lines.iter().find(|line| line["what"] == "The tests pass");
    assert_eq!(accepted.unwrap()["result"], "passed", "its steps are what it is accepted by: {verified}");
    let told = scene.told("/test").await;
    assert!(told.contains("passed"), "{told}");
    assert!(scene.told("/failing").await.contains("nothing failed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_changes_its_mind_is_found_by_running_it_again() {
    // The state lies in the clone, so that every other run fails.
    let moody = "import { test } from 'node:test';\nimport { existsSync, rmSync, writeFileSync } from 'node:fs';\n\
        test('is moody', () => {\n  if (!existsSync('mood')) { writeFileSync('mood', ''); throw new Error('not today'); }\n  rmSync('mood');\n});\n\
        test('is calm', () => {});\n";
    let repo = TestRepo::with(&[
        ("a.test.mjs", moody),
        ("package.json", "{}\n"),
        (".pilothouse/config.toml", QUIET),
    ]);
    let scene = Scene::on(repo);
    let told = scene.told("run the tests 4 times").await;
    assert!(told.contains("2 of 4 runs passed. 1 test failed in some runs only."), "{told}");
    assert!(told.contains("| `is moody` | 2 of 4 |") && !told.contains("is calm"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commit_that_broke_it_is_found_by_halving_the_history() {
    let repo = TestRepo::with(&[
        ("check.sh", "grep -q works state\n"),
        ("state", "works 0\n"),
        (".pilothouse/config.toml", QUIET),
    ]);
    let good = repo.git(&["rev-parse", "HEAD"]);
    let mut broken = String::new();
    for number in 1..=9 {
        repo.write("state", &format!("{} {number}\n", if number < 6 { "works" } else { "broken" }));
        repo.commit_all(&format!("Step {number}"));
        if number == 6 {
            broken = repo.git(&["rev-parse", "HEAD"]);
        }
    }
    let scene = Scene::on(repo);
    let bisect = async |good: &str, command: &str| {
        let sent = scene.server.say("dev", &format!("/bisect {good} {command}")).await;
        let question = scene.server.approve_next("dev", sent.cursor, "command").await;
        assert!(
            question.payload()["summary"].as_str().unwrap().contains(command),
            "{:?}",
            question.payload()
        );
        scene.report(sent.cursor).await
    };
    let told = bisect(&good[..10], "sh check.sh").await;
    assert!(told.contains(&format!("fails since {}", &broken[..10])), "{told}");
    assert!(told.contains("Step 6") && told.contains("Tried"), "{told}");
    let told = bisect(&good[..10], "true").await;
    assert!(told.contains("nothing is broken there"), "{told}");
    let told = bisect(&good[..10], "false").await;
    assert!(told.contains("does not pass at"), "{told}");
    let told = bisect("0123456", "true").await;
    assert!(told.contains("there is no commit 0123456"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_are_listed_with_the_author_of_their_line_and_commits_with_who_did_how_much() {
    let repo = TestRepo::with(&[("a.txt", "fine\n# TODO: mend\n"), (".pilothouse/config.toml", QUIET)]);
    repo.write("src/b.txt", "one\ntwo\n");
    repo.commit_all("Add b");
    let day = repo.git(&["log", "-1", "--format=%ad %an", "--date=format-local:%Y-%m-%d"]);
    let scene = Scene::on(repo);
    let told = scene.told("/todos").await;
    assert!(told.contains("a.txt:2: # TODO: mend"), "{told}");
    let author = day.split(' ').nth(1).unwrap();
    assert!(told.contains(author), "{told}\n{day}");
    let told = scene.told("what changed since 2 weeks ago?").await;
    assert!(
        told.contains("2 commits.") && told.contains("| `src` | 1 | 2 | 0 |") && told.contains("Add b"),
        "{told}"
    );
}

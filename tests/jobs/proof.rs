//! What counts as proof of a change: commands that ran, and tests that fail without it.

use crate::scene::Scene;
use serde_json::{Value, json};

const FILES: &[(&str, &str)] = &[
    ("src/sum.sh", "echo $(($1 + $2))\n"),
    ("src/state.txt", "old\n"),
    ("tests/sum.sh", "test \"$(sh src/sum.sh 1 2)\" = 3\n"),
    ("check.sh", "for t in tests/*.sh; do echo \"$t\"; sh \"$t\" || exit 1; done\n"),
    ("broken/state.txt", "wrong\n"),
    ("broken/tests/state.sh", "grep -q right broken/state.txt\n"),
    ("check-broken.sh", "for t in broken/tests/*.sh; do sh \"$t\" || exit 1; done\n"),
];

/// A patch that adds files of one line each.
fn adds(files: &[(&str, &str)]) -> String {
    let one = |(path, line): &(&str, &str)| {
        format!(
            "diff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+{line}\n"
        )
    };
    files.iter().map(one).collect()
}

fn edits(path: &str, old: &str, new: &str) -> String {
    format!("diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-{old}\n+{new}\n")
}

/// Does a patch, validated by a script; `job.verified` of it.
async fn verified(scene: &Scene, patch: String, script: &str) -> (String, Value) {
    let intent = json!({ "kind": "apply", "patch": patch });
    let job = scene.task(intent, &["**"], json!([["sh", script]])).await;
    let told = scene.about(&job, "job.verified").await;
    scene.about(&job, "job_completed").await;
    (job, told)
}

fn about_tests(told: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let lines = told["lines"].as_array().unwrap().iter();
    let lines = lines.map(|l| (text(&l["what"]), text(&l["result"]), text(&l["detail"])));
    lines.filter(|(what, ..)| what.contains("tests")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_that_a_change_adds_are_also_run_without_it() {
    let scene = Scene::of(FILES, 1);
    let one = |told: &Value| {
        let lines = about_tests(told);
        assert_eq!(lines.len(), 1, "{told}");
        lines[0].clone()
    };

    let twice = adds(&[
        ("src/twice.sh", "echo $(($1 * 2))"),
        ("tests/twice.sh", "test \"$(sh src/twice.sh 2)\" = 4"),
    ]);
    let (job, told) = verified(&scene, twice, "check.sh").await;
    assert_eq!(told["verified"], true);
    let (what, result, _) = one(&told);
    assert_eq!((what.as_str(), result.as_str()), ("The added tests fail without the change", "passed"));
    let diff = scene.server.owner("GET", format!("/jobs/{job}/diff")).send().await.json();
    let handed: Vec<_> = diff["files"].as_array().unwrap().iter().map(|f| f["path"].clone()).collect();
    assert_eq!(handed, ["src/twice.sh", "tests/twice.sh"], "what was handed over is the whole change");

    let nothing = edits("src/state.txt", "old", "new") + &adds(&[("tests/nothing.sh", "true")]);
    let (_, told) = verified(&scene, nothing, "check.sh").await;
    let (what, result, detail) = one(&told);
    assert_eq!(what, "The added tests also pass without the change: they prove nothing about it");
    assert_eq!(result, "not_checked");
    assert!(detail.contains("tests/nothing.sh"), "{detail}");
    assert_eq!(told["verified"], true, "the validation itself ran and passed");

    let changed = edits("src/state.txt", "old", "new")
        + &edits("tests/sum.sh", FILES[2].1.trim_end(), "grep -q new src/state.txt");
    let (_, told) = verified(&scene, changed, "check.sh").await;
    assert_eq!(one(&told).0, "The changed tests fail without the change");

    let bent = edits("src/sum.sh", "echo $(($1 + $2))", "echo $(($1 - $2))")
        + &edits("tests/sum.sh", FILES[2].1.trim_end(), "test \"$(sh src/sum.sh 1 2)\" = -1");
    let (_, told) = verified(&scene, bent, "check.sh").await;
    let lines = about_tests(&told);
    assert_eq!(lines[1].0, "The change passes only with tests that it altered", "{told}");
    assert!(lines[1].2.contains("tests/sum.sh"), "{told}");
    assert_eq!((told["verified"].as_bool(), lines[1].1.as_str()), (Some(false), "failed"));

    let removed = edits("src/sum.sh", "echo $(($1 + $2))", "echo $(($1 - $2))")
        + &format!(
            "diff --git a/tests/sum.sh b/tests/sum.sh\ndeleted file mode 100644\n--- a/tests/sum.sh\n+++ /dev/null\n@@ -1 +0,0 @@\n-{}\n",
            FILES[2].1.trim_end()
        )
        + &adds(&[("tests/nothing.sh", "true")]);
    let (_, told) = verified(&scene, removed, "check.sh").await;
    assert!(
        about_tests(&told)
            .iter()
            .any(|(what, ..)| what == "The change passes only with tests that it altered"),
        "{told}"
    );
    assert_eq!(told["verified"], false);

    let (_, told) = verified(&scene, adds(&[("tests/alone.sh", "true")]), "check.sh").await;
    let (what, result, detail) = one(&told);
    assert_eq!(
        (what.as_str(), result.as_str()),
        ("Whether the added tests fail without the change", "not_checked")
    );
    assert!(detail.contains("touches only tests"), "{detail}");

    let mended = edits("broken/state.txt", "wrong", "right") + &adds(&[("broken/tests/nothing.sh", "true")]);
    let (_, told) = verified(&scene, mended, "check-broken.sh").await;
    let (_, result, detail) = one(&told);
    assert_eq!(result, "not_checked", "{told}");
    assert!(detail.contains("fails on the base without them"), "{detail}");

    let (_, told) = verified(&scene, edits("src/state.txt", "old", "new"), "check.sh").await;
    assert_eq!(about_tests(&told), [], "a change without tests says nothing of tests");
    scene.until_empty("jobs").await;
    scene.until_empty("bundles").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_cancelled_while_its_tests_run_without_the_change() {
    let scene = Scene::of(FILES, 1);
    let patch = edits("src/state.txt", "old", "new")
        + &adds(&[("tests/hangs.sh", "grep -q new src/state.txt || sleep 300")]);
    let job =
        scene.task(json!({ "kind": "apply", "patch": patch }), &["**"], json!([["sh", "check.sh"]])).await;
    let without = |e: &client::StreamEvent| {
        e.kind() == "job_log"
            && e.payload()["line"].as_str().is_some_and(|l| l.contains("without the rest of the change"))
    };
    scene.server.until("dev", 0, without).await;
    scene.post(&format!("/jobs/{job}/cancel"), json!({})).await;
    scene.about(&job, "job.cancelled").await;
    assert_eq!(scene.job(&job).await["status"], "cancelled");
    let queue = scene.post("/v1/rpc/merge.queue", json!({})).await;
    assert!(!queue.to_string().contains(&job), "{queue}");
    scene.until_empty("jobs").await;
    scene.until_empty("bundles").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_verified_only_when_a_command_ran_and_passed() {
    let scene = Scene::of(FILES, 1);
    let replace = json!({ "kind": "replace", "from": "old", "to": "new", "glob": "src/state.txt" });
    for (validation, proven) in [(json!([]), false), (json!([["sh", "check.sh"]]), true)] {
        let job = scene.task(replace.clone(), &["src/state.txt"], validation).await;
        let told = scene.about(&job, "job.verified").await;
        assert_eq!(told["verified"], proven, "{told}");
        let scope =
            told["lines"].as_array().unwrap().iter().find(|l| l["what"].as_str().unwrap().contains("scope"));
        assert_eq!(scope.unwrap()["result"], "passed", "what was looked at is still said");
        scene.about(&job, "job_completed").await;
        assert_eq!(scene.job(&job).await["verified"], proven);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_fixed_code_is_verified_by_the_confirmed_checks_where_verified_work_lands_by_itself() {
    const CHECK: &str = "[[check]]\nname = \"sums\"\nrun = [\"sh\", \"check.sh\"]\ntimeoutS = 60\n";
    let files: Vec<_> = FILES.iter().copied().chain([(".pilothouse/config.toml", CHECK)]).collect();
    let scene = Scene::of(&files, 1);
    let steps = async |text: &str| {
        let sent = scene.server.say("dev", text).await;
        let plan = scene.server.first("dev", sent.cursor, "plan.ready").await;
        (sent.cursor, plan.payload()["plan"]["planning"]["validationSteps"].clone())
    };
    let (cursor, careful) = steps("/replace old older src/state.txt").await;
    assert_eq!(careful, json!([]), "every landing asks; the queue proves the tree");
    let asked = scene.server.first("dev", cursor, "approval_required").await;
    assert_eq!(asked.payload()["details"]["verified"], false);

    let list = scene.post("/v1/rpc/workspace.list", json!({})).await;
    let balanced = json!({ "id": list["workspaces"][0]["id"], "profile": "balanced" });
    scene.post("/v1/rpc/workspace.update", balanced).await;
    let (cursor, proving) = steps("/replace wrong better broken/state.txt").await;
    assert_eq!(proving, json!([["sh", "check.sh"]]));
    let verified = scene.server.first("dev", cursor, "job.verified").await;
    assert_eq!(verified.payload()["verified"], true);
    let (landed, before) = scene.server.until("dev", cursor, |e| e.kind() == "merge.entry.landed").await;
    assert!(landed.payload()["entry"]["title"].as_str().unwrap().contains("better"), "{}", landed.payload());
    assert!(!before.iter().any(|e| e.kind() == "approval_required"), "verified, small and of low risk");

    let (cursor, _) = steps("/replace + - src/sum.sh").await;
    let failed = scene.server.first("dev", cursor, "job_failed").await;
    assert!(failed.payload()["message"].as_str().unwrap().contains("sh check.sh"), "{}", failed.payload());
    assert_eq!(failed.payload()["code"], "job.not_valid");
}

//! Commands and files ask before they are run or written.

use crate::scene::{Given, Scene, bash};
use protocol::approval::Decision;
use protocol::ops::JobParams;
use protocol::ops::typed;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn in_a_sandbox_ordinary_commands_run_and_one_that_adds_packages_asks() {
    let tools =
        vec![bash("ls && echo made > /tmp/out.txt"), bash("touch tried; npm install left-pad"), bash("ls")];
    let mut scene = Scene::of(Given { tools, ..Given::default() }).await;
    let asked = scene.asked("command").await;
    assert!(asked.summary.contains("npm install left-pad"), "{}", asked.summary);
    assert_eq!(asked.why, "Careful: commands that add packages ask");
    assert_eq!(
        (&asked.details["sandbox"], &asked.details["classes"]),
        (&json!(true), &json!(["other", "install"]))
    );
    let offer = asked.offer.as_deref().expect("it can be remembered");
    assert_eq!(offer.covers, "Running exactly `touch tried; npm install left-pad`, in a sandbox");
    scene.server.answer(asked.id.as_str(), Decision::Deny).await.unwrap();
    let decided = scene.ends("policy.decided").await;
    let commands: Vec<_> = decided.iter().filter(|one| one["action"] == "command").collect();
    assert_eq!(commands.len(), 1, "what the sandbox confines is not told: {commands:?}");
    let shown = scene.shown();
    assert!(
        shown.contains("The command was not run") && shown.contains("commands that add packages ask"),
        "{shown}"
    );
    let ran = ["README.md\\ntried", "README.md\ntried"].iter().any(|listed| shown.contains(listed));
    assert!(!ran, "nothing of a denied line ran: {shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_denies_reaches_the_model_with_its_place() {
    let rules = "# mine\n[[rule]]\nid = \"no-push\"\neffect = \"deny\"\nkinds = [\"command\"]\nargvPrefix = [\"git\", \"push\"]\n";
    let tools = vec![bash("echo a && git -C . push origin main"), bash("echo after")];
    let scene = Scene::of(Given { tools, rules, ..Given::default() }).await;
    let decided = scene.ends("policy.decided").await;
    let no: Vec<_> = decided.iter().filter(|one| one["effect"] == "deny").collect();
    assert_eq!(no.len(), 1, "{decided:?}");
    assert_eq!((&no[0]["ruleId"], &no[0]["action"]), (&json!("no-push"), &json!("command")));
    assert!(no[0]["place"].as_str().unwrap().ends_with("policy.toml:2"), "{no:?}");
    assert!(no[0]["what"].as_str().unwrap().contains("git -C . push"));
    assert!(scene.server.pending_approvals().await.is_empty());
    let shown = scene.shown();
    assert!(shown.contains("Your rule `no-push` denies this") && shown.contains("after"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_denies_keeps_a_job_from_being_given_more() {
    let rules = "[[rule]]\nid = \"enough\"\neffect = \"deny\"\nkinds = [\"budget.raise\"]\n";
    let tools = vec![bash("npm install left-pad")];
    let mut scene = Scene::of(Given { tools, rules, ..Given::default() }).await;
    // Its question keeps the job there for as long as it is looked at.
    let asked = scene.asked("command").await;
    let job = asked.subject.split(':').next().unwrap().to_owned();
    let raise = ["job", "raise", job.as_str(), "--tokens", "5000"];
    let (ok, said) = scene.cli(&raise);
    assert!(!ok && said.contains("Your rule `enough` denies this."), "{said}");
    scene.settings_file("policy.toml", "");
    let (ok, said) = scene.cli(&raise);
    assert!(ok && said.contains("may use more"), "{said}");
    scene.server.answer(asked.id.as_str(), Decision::Deny).await.unwrap();
    let decided = scene.ends("policy.decided").await;
    let raises: Vec<_> = decided
        .iter()
        .filter(|one| one["action"] == "budget.raise")
        .map(|one| (one["effect"].clone(), one["what"].clone(), one["jobId"].clone()))
        .collect();
    assert_eq!(
        raises,
        [(json!("deny"), json!("tokens"), json!(job))],
        "what the profile lets by is not told"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_sandbox_everything_asks_but_what_the_users_list_allows() {
    let rules = "[[rule]]\nid = \"look\"\neffect = \"allow\"\nkinds = [\"command\"]\nargvPrefix = [\"git\", \"status\"]\n";
    let tools = vec![bash("git status --short | head -3"), bash("git status && ls")];
    let flags = vec!["--sandbox", "host"];
    let mut scene = Scene::of(Given { tools, rules, flags, ..Given::default() }).await;
    let asked = scene.asked("command").await;
    assert!(asked.summary.contains("git status && ls"), "{}", asked.summary);
    assert_eq!(
        (asked.why.as_str(), asked.risk.as_str()),
        ("Careful: without a sandbox every command asks", "high")
    );
    scene.server.answer(asked.id.as_str(), Decision::Approve).await.unwrap();
    let decided = scene.ends("policy.decided").await;
    let rules: Vec<_> =
        decided.iter().filter(|one| one["action"] == "command").map(|one| one["ruleId"].clone()).collect();
    assert_eq!(rules, [json!("look"), json!("profile.careful.command.host")]);
    assert!(scene.shown().contains("README.md"), "what was allowed ran");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_outside_the_plan_is_asked_about_and_one_inside_is_not() {
    let edit = |path: &str| ("edit", json!({ "path": path, "old": "", "new": "made\n" }));
    let tools = vec![edit("docs/a.md"), edit("other/b.md"), bash("ls docs other")];
    let write_globs = vec!["docs/**"];
    let mut scene = Scene::of(Given { tools, write_globs, ..Given::default() }).await;
    let asked = scene.asked("file.write").await;
    assert_eq!(asked.details["paths"], json!(["other/b.md"]));
    assert_eq!(asked.why, "Careful: writing outside what the task may change asks");
    scene.server.answer(asked.id.as_str(), Decision::Deny).await.unwrap();
    scene.ends("policy.decided").await;
    let shown = scene.shown();
    assert!(shown.contains("Created docs/a.md") && shown.contains("other/b.md was not written"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_outside_the_plan_that_somebody_allowed_is_handed_over_and_no_other() {
    let edit = |path: &str| ("edit", json!({ "path": path, "old": "", "new": "made\n" }));
    for more in [None, Some(bash("mkdir -p third && echo x > third/c.md"))] {
        let is_refused = more.is_some();
        let tools: Vec<_> = [edit("docs/a.md"), edit("other/b.md")].into_iter().chain(more).collect();
        let write_globs = vec!["docs/**"];
        let mut scene = Scene::of(Given { tools, write_globs, ..Given::default() }).await;
        let asked = scene.asked("file.write").await;
        scene.server.answer(asked.id.as_str(), Decision::Approve).await.unwrap();
        let end = if is_refused { "job_failed" } else { "job_completed" };
        let (event, _) = scene.server.until("dev", scene.cursor, |event| event.kind() == end).await;
        if is_refused {
            // The model was told, and the script knows nothing to say to that.
            let shown = scene.shown();
            assert!(shown.contains("leaves its scope: third/c.md"), "{shown}");
            continue;
        }
        let id = protocol::JobId::parse(event.payload()["jobId"].as_str().unwrap()).unwrap();
        let diff = scene.server.client.call(typed::JobsDiff, &JobParams { id }, None).await.unwrap();
        let paths: Vec<_> = diff.files.iter().map(|file| file.path.clone()).collect();
        assert_eq!(paths, ["docs/a.md", "other/b.md"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repositorys_globs_bound_what_a_plan_may_write_and_its_hints_reach_the_planner() {
    let repository = "[scope]\nwriteGlobs = [\"docs/**\"]\nhints = [\"other is made by a program\"]\n";
    let write_globs = vec!["docs/**", "other/**"];
    let tools = vec![bash("mkdir -p docs other && echo x > docs/a.md && echo x > other/b.md")];
    let scene = Scene::of(Given { tools, write_globs, repository, ..Given::default() }).await;
    let ready = scene.server.first("dev", scene.cursor, "plan.ready").await;
    assert_eq!(ready.payload()["plan"]["planning"]["scope"]["writeGlobs"], json!(["docs/**"]));
    let said = ready.payload()["plan"]["assistantMessage"].as_str().unwrap();
    assert!(said.contains("`scope.writeGlobs` of this repository leaves `docs/**`"), "{said}");
    // The model is told at the hand-over, and the script knows nothing to say to that.
    scene.server.first("dev", scene.cursor, "job_failed").await;
    let shown = scene.shown();
    assert!(shown.contains("leaves its scope: other/b.md"), "{shown}");
    let asked = scene.model.requests().first().unwrap().all();
    assert!(asked.contains("- other is made by a program") && asked.contains("docs/**"), "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_lies_outside_a_repositorys_globs_is_not_begun() {
    let repository = "[scope]\nwriteGlobs = [\"docs/**\"]\n";
    let write_globs = vec!["other/**"];
    let scene = Scene::of(Given { write_globs, repository, ..Given::default() }).await;
    let said = |e: &client::StreamEvent| {
        e.kind() == "assistant_message" && e.payload()["text"].as_str().unwrap().contains("nothing was begun")
    };
    let (_, before) = scene.server.until("dev", scene.cursor, said).await;
    assert!(!before.iter().any(|event| event.kind() == "job_enqueued"), "{before:?}");
}

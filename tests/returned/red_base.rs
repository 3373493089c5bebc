//! A branch that fails its checks by itself: no entry is blamed, and one that mends it lands.

use crate::scene::{Scene, checks, write};
use serde_json::json;
use testkit::model_server::{ModelServer, Script, Step, When};

fn red() -> Scene {
    Scene::with(&[
        ("state.txt", "broken\n"),
        (".pilothouse/config.toml", &checks(&[("whole", "echo ran; ! grep -q broken state.txt")])),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_on_a_branch_that_fails_already_waits_unblamed_and_one_that_mends_the_branch_lands() {
    let scene = red();
    let base = scene.repo.git(&["rev-parse", "main"]);
    let innocent = scene.change("main", "notes", |dir| write(dir, "notes.md", "n\n")).await;
    let waits = |entry: &serde_json::Value| entry["repair"]["redBase"].is_object();
    let held = scene.once(&innocent, "it waits for the branch", waits).await;
    assert_eq!(held["state"], "approved", "{held}");
    let reason = held["reason"].as_str().unwrap();
    assert!(reason.contains("fails already on main_agents") && reason.contains(&base[..10]), "{reason}");
    let queue = scene.queue().await;
    let warning = queue["warnings"][0].as_str().unwrap();
    assert!(warning.contains("“whole” fails on main_agents itself"), "{warning}");
    assert_eq!(queue["red"]["commit"], base.as_str());
    assert!(queue["red"]["ask"].as_str().unwrap().contains("make it pass"), "one thing to do is offered");

    // A second one does not run the check on the branch again, and is not blamed either.
    let other = scene.change("main", "more", |dir| write(dir, "more.md", "m\n")).await;
    scene.once(&other, "the second waits too", waits).await;
    // Nor does a restart.
    let scene = scene.again();
    assert!(waits(&scene.entry(&innocent).await));

    let repair = scene.change("main", "mend", |dir| write(dir, "state.txt", "whole\n")).await;
    scene.landed(&repair).await;
    scene.landed(&innocent).await;
    scene.landed(&other).await;
    let queue = scene.queue().await;
    assert!(queue.get("red").is_none() && queue["warnings"] == json!([]), "{queue}");
    let returned = scene.server.until("dev", 0, |e| e.kind() == "merge.entry.landed").await.1;
    assert!(!returned.iter().any(|e| e.kind() == "merge.entry.returned"), "nobody was blamed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repair_that_does_not_mend_goes_back_to_its_job_with_that_reason_and_nobody_else_is_blamed() {
    let scene = red();
    let base = scene.repo.git(&["rev-parse", "main"]);
    let waits = |entry: &serde_json::Value| entry["repair"]["redBase"].is_object();
    let innocent = scene.change("main", "notes", |dir| write(dir, "notes.md", "n\n")).await;
    scene.once(&innocent, "it waits for the branch", waits).await;

    let mends = json!({ "branch": "main_agents", "check": "whole" });
    let job = scene.job_with("mend", json!({ "mendsBranch": mends })).await;
    let commit = scene.commit("main", "mend", |dir| write(dir, "state.txt", "still broken\n"));
    let repair = scene.hand_over(&job, &commit, "mend").await;
    let back = scene.told(&repair, "merge.entry.returned").await;
    assert_eq!(back["reason"], "merge.not_mended", "{back}");
    assert_eq!(back["entry"]["repair"]["cameBack"]["code"], "merge.not_mended");
    assert_eq!(back["entry"]["repair"]["mendsBranch"], mends);
    let detail = back["detail"].as_str().unwrap();
    assert!(
        detail.contains("came to make the check “whole” pass") && detail.contains(&base[..10]),
        "{detail}"
    );
    assert!(detail.ends_with("ran"), "with what it printed: {detail}");
    assert!(waits(&scene.entry(&innocent).await), "the other one waits as before");
    assert_eq!(scene.queue().await["red"]["commit"], base.as_str());

    // The worker that has it next is told, and is to mend the same.
    let again = scene.claim().await;
    assert_eq!(again.params["mends"], repair.as_str());
    assert_eq!(again.params["mendsBranch"], mends);
    let told = again.params["fixUpContext"].as_str().unwrap();
    assert!(told.contains("The check fails with this change too") && told.contains("ran"), "{told}");
    let commit = scene.commit("main", "mend-again", |dir| write(dir, "state.txt", "whole\n"));
    let mended = scene.hand_over(&again, &commit, "mend-again").await;
    scene.landed(&mended).await;
    scene.landed(&innocent).await;
    let told = scene
        .server
        .until("dev", 0, |e| {
            e.payload()["entry"]["id"] == innocent.as_str() && e.kind() == "merge.entry.landed"
        })
        .await
        .1;
    let returned = told.iter().filter(|e| e.kind() == "merge.entry.returned");
    assert!(
        returned.into_iter().all(|e| e.payload()["entry"]["id"] == repair.as_str()),
        "nobody else was blamed"
    );
}

/// A plan of the scripted model.
fn plan(title: &str) -> serde_json::Value {
    json!({
        "schemaVersion": 2, "requiresWorker": true, "lane": "worker", "assistantMessage": "I will look at it.",
        "title": title, "instruction": title,
        "planning": {
            "intent": "code_change", "riskLevel": "low",
            "scope": { "readAnywhere": true, "writeGlobs": ["**"], "maxFilesToEdit": 10 },
            "acceptanceCriteria": ["The check passes"], "validationSteps": [],
            "queuePriority": "interactive", "queueWaitBudgetMs": 90000, "executionBudgetMs": 300000,
            "finalizationBudgetMs": 120000,
        },
    })
}

/// A scripted model plans; the request is the one that the queue offers, sent as a person's message.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_made_of_the_request_that_the_queue_offers_is_marked_and_so_is_its_entry_and_no_other_is() {
    let planner = || When::system("RemoteBuddy");
    let steps = ["Write notes", "Mend the check"].map(|title| Step::json(plan(title)).when(planner()));
    let model = ModelServer::start(Script::new(steps)).unwrap();
    let files = [
        ("state.txt", "broken\n"),
        (".pilothouse/config.toml", &*checks(&[("whole", "! grep -q broken state.txt")])),
    ];
    let scene = Scene::started(&files, |start| {
        start.model("REMOTEBUDDY", &model.base_url(), "openai").env("REMOTEBUDDY_LLM_API_KEY", "sk-a")
    });
    let innocent = scene.change("main", "more", |dir| write(dir, "more.md", "m\n")).await;
    scene.once(&innocent, "it waits for the branch", |entry| entry["repair"]["redBase"].is_object()).await;

    // Any other request makes a job like any other, even while the branch fails.
    let say = async |text: &str| {
        scene.rpc("chat.send", json!({ "sessionId": "dev", "text": text })).await;
    };
    say("Please write down in notes.md how the parts fit together").await;
    let other = scene.claim().await;
    assert_eq!(other.params["title"], "Write notes");
    assert!(other.params.get("mendsBranch").is_none(), "{}", other.params);
    scene.fail(&other).await;

    let ask = scene.queue().await["red"]["ask"].as_str().unwrap().to_owned();
    say(&ask).await;
    let mender = scene.claim().await;
    assert_eq!(mender.params["title"], "Mend the check");
    let mends = json!({ "branch": "main_agents", "check": "whole" });
    assert_eq!(mender.params["mendsBranch"], mends, "{}", mender.params);
    let commit = scene.commit("main", "mend", |dir| write(dir, "state.txt", "whole\n"));
    let entry = scene.hand_over(&mender, &commit, "mend").await;
    assert_eq!(scene.entry(&entry).await["repair"]["mendsBranch"], mends);
    scene.landed(&entry).await;
    scene.landed(&innocent).await;
    assert!(model.unmatched().is_empty(), "{:?}", model.unmatched());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_breaks_a_branch_that_passes_is_blamed() {
    let scene = Scene::with(&[
        ("state.txt", "whole\n"),
        (".pilothouse/config.toml", &checks(&[("whole", "! grep -q broken state.txt")])),
    ]);
    let entry = scene.change("main", "break", |dir| write(dir, "state.txt", "broken\n")).await;
    let back = scene.told(&entry, "merge.entry.returned").await;
    assert_eq!(back["reason"], "merge.check_failed");
    assert!(scene.queue().await.get("red").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_waits_for_the_branch_goes_on_when_the_check_is_another() {
    let scene = red();
    let entry = scene.change("main", "notes", |dir| write(dir, "notes.md", "n\n")).await;
    scene.once(&entry, "it waits", |entry| entry["repair"]["redBase"].is_object()).await;
    scene.update(json!({ "checks": [{ "name": "whole", "run": ["true"], "timeoutS": 10 }] })).await;
    scene.landed(&entry).await;
}

//! What a repository's own configuration may not decide.

use crate::scene::Scene;
use serde_json::json;
use std::net::TcpListener;

#[tokio::test(flavor = "multi_thread")]
async fn a_model_endpoint_executor_or_sandbox_named_by_the_repository_is_ignored_with_a_warning() {
    let theirs = TcpListener::bind("127.0.0.1:0").unwrap();
    theirs.set_nonblocking(true).unwrap();
    let url = format!("http://{}/v1", theirs.local_addr().unwrap());
    let role = |name: &str| {
        format!("[llm.{name}]\nbackend = \"openai_compatible\"\nendpoint = \"{url}\"\nmodel = \"theirs\"\n")
    };
    let config = format!(
        "{}{}{}[sandbox]\nbackend = \"host\"\n[workers]\ncount = 9\n[policy]\nprofile = \"autopilot\"\n",
        role("localbuddy"),
        role("remotebuddy"),
        role("workers")
    );
    let scene = Scene::trusted(&[("README.md", "# Tern\n"), (".pilothouse/config.toml", &config)]);

    let sent = scene.server.say("dev", "refactor the combat module").await;
    let waiting = scene.server.first("dev", sent.cursor, "request.waiting").await;
    assert!(waiting.payload()["why"].as_str().unwrap().contains("model"), "no model is connected");
    let models = scene.server.client.send("POST", "/v1/rpc/config.models", None).await.unwrap();
    assert_eq!(models["models"].as_array().unwrap().len(), 0);

    let list = scene.server.client.send("POST", "/v1/rpc/workspace.list", None).await.unwrap();
    let workspace = &list["workspaces"][0];
    let warnings: Vec<&str> =
        workspace["warnings"].as_array().unwrap().iter().filter_map(|w| w.as_str()).collect();
    for key in [
        "llm.localbuddy.endpoint",
        "llm.remotebuddy.endpoint",
        "llm.workers.endpoint",
        "sandbox.backend",
        "workers.count",
        "policy.profile",
    ] {
        assert!(
            warnings.iter().any(|w| w.contains(key) && w.contains("ignored")),
            "{key} is not warned about: {warnings:#?}"
        );
    }
    assert_eq!(workspace["profile"], "careful");
    // A change still asks before it lands, and everything that ran asked nobody.
    scene.question("append a line \"x\" to README.md").await;
    let called = theirs.accept().map(|(_, from)| from);
    assert_eq!(
        called.unwrap_err().kind(),
        std::io::ErrorKind::WouldBlock,
        "somebody called the repository's endpoint"
    );
}

/// Sends a change and waits until its entry says what keeps it from being judged; nobody is asked.
async fn nobody_judges(scene: &Scene, why: &str) {
    let sent = scene.server.say("dev", "append a line \"x\" to README.md").await;
    let says = |e: &client::StreamEvent| {
        let entry = &e.payload()["entry"];
        entry["state"] == "queued" && entry["reason"].as_str().is_some_and(|r| r.contains(why))
    };
    let (_, before) = scene.server.until("dev", sent.cursor, says).await;
    assert!(!before.iter().any(|e| e.kind() == "approval_required" || e.kind() == "policy.decided"));
    assert_eq!(scene.tip(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_of_the_repository_that_cannot_be_read_whole_stop_what_they_would_have_judged() {
    let rule = "[[rule]]\nid = \"no landings\"\neffect = \"deny\"\nkinds = [\"land\"]\n";
    let long = format!("{}{rule}", "# a comment, and another\n".repeat(20_000));
    let scene = Scene::trusted(&[("README.md", "# Tern\n"), (".pilothouse/policy.toml", &long)]);
    nobody_judges(&scene, ".pilothouse/policy.toml").await;
    // Once it can be read again the entry goes on by itself.
    scene.repo.write(".pilothouse/policy.toml", rule);
    scene.repo.commit_all("shorter");
    scene.server.until("dev", 0, |e| e.payload()["entry"]["state"] == "parked").await;
    assert_eq!(scene.tip(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_behind_a_link_are_not_taken_for_none() {
    let scene = Scene::trusted(&[("README.md", "# Tern\n"), ("rules.toml", "")]);
    std::fs::create_dir_all(scene.repo.path().join(".pilothouse")).unwrap();
    std::os::unix::fs::symlink("../rules.toml", scene.repo.path().join(".pilothouse/policy.toml")).unwrap();
    scene.repo.commit_all("rules elsewhere");
    nobody_judges(&scene, "a link").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_of_the_user_that_cannot_be_read_stop_what_they_would_have_judged() {
    let settings = tempfile::tempdir().unwrap();
    // There, and no file.
    std::fs::create_dir(settings.path().join("policy.toml")).unwrap();
    let folder = settings.path().to_string_lossy().into_owned();
    let scene = Scene::started(&[("README.md", "# Tern\n")], |start| {
        start.flag("--trust").env("PILOTHOUSE_CONFIG_DIR", &folder)
    });
    nobody_judges(&scene, "policy.toml").await;
    std::fs::remove_dir(settings.path().join("policy.toml")).unwrap();
    scene.question_after(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_of_the_repository_that_cannot_be_read_whole_are_not_taken_for_none() {
    let check = "[[check]]\nname = \"never\"\nrun = [\"false\"]\ntimeoutS = 30\n";
    let long = format!("{}{check}", "# a comment, and another\n".repeat(20_000));
    let scene = Scene::trusted(&[("README.md", "# Tern\n"), (".pilothouse/config.toml", &long)]);
    let list = scene.server.client.send("POST", "/v1/rpc/workspace.list", None).await.unwrap();
    let warned = list["workspaces"][0]["warnings"].as_array().unwrap();
    assert!(warned.iter().any(|w| w.as_str().unwrap().contains("config.toml cannot be read")), "{warned:?}");
    let sent = scene.server.say("dev", "append a line \"x\" to README.md").await;
    let refused = |e: &client::StreamEvent| {
        e.kind() == "assistant_message"
            && e.payload()["text"].as_str().unwrap().contains("config.toml cannot be read")
    };
    scene.server.until("dev", sent.cursor, refused).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_entry_says_that_the_settings_cannot_be_read_and_goes_on_when_they_can() {
    let scene = Scene::trusted(&[("README.md", "# Tern\n")]);
    let question = scene.question("append a line \"x\" to README.md").await;
    scene.update(json!({ "mergePaused": true })).await;
    scene.approve(&question).await;
    let approved = |e: &client::StreamEvent| e.payload()["entry"]["state"] == "approved";
    scene.server.until("dev", question.cursor, approved).await;
    scene.repo.write(".pilothouse/config.toml", "[[check]\n");
    scene.repo.commit_all("a slip of the pen");
    scene.update(json!({ "mergePaused": false })).await;
    let says = |e: &client::StreamEvent| {
        let entry = &e.payload()["entry"];
        entry["state"] == "approved" && entry["reason"].as_str().is_some_and(|r| r.contains("config.toml"))
    };
    scene.server.until("dev", question.cursor, says).await;
    assert_eq!(scene.tip(), None);
    scene.repo.write(".pilothouse/config.toml", "");
    scene.repo.commit_all("mended");
    scene.entry_event(&question, "merge.entry.landed").await;
}

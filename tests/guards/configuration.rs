//! What a repository's own configuration may not decide.

use crate::scene::Scene;
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

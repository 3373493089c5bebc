//! A job's one way out: who is asked, what is refused, and that there is no other. The only address that is ever
//! connected to is this machine's own, which is never reached.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use protocol::approval::Decision;
use serde_json::{Value, json};
use testkit::model_server::{ModelServer, Script, Step, When};
use testkit::world::{RunningServer, Start, TestRepo};

struct Scene {
    server: RunningServer,
    model: ModelServer,
    _repo: TestRepo,
    _data: tempfile::TempDir,
    cursor: i64,
}

fn worker() -> When {
    When::tool("bash")
}

/// Says to the proxy what a tool would say, and prints its answer.
fn through_proxy(target: &str) -> String {
    format!(
        "exec 3<>/dev/tcp/127.0.0.1/3128 && printf 'CONNECT {target} HTTP/1.1\\r\\n\\r\\n' >&3 && cat <&3; echo \"proxy=$HTTPS_PROXY\""
    )
}

impl Scene {
    /// A task whose worker runs these commands and changes nothing that lands.
    async fn of(commands: &[String], variables: &[(&str, &str)]) -> Self {
        let plan = json!({
            "schemaVersion": 2, "requiresWorker": true, "lane": "worker", "assistantMessage": "I will try.",
            "title": "Look around", "instruction": "Look around.",
            "planning": {
                "intent": "question", "riskLevel": "low", "scope": { "readAnywhere": true, "writeGlobs": [], "maxFilesToEdit": 0 },
                "acceptanceCriteria": ["It was tried"], "validationSteps": [], "queuePriority": "interactive",
                "queueWaitBudgetMs": 90000, "executionBudgetMs": 300000, "finalizationBudgetMs": 120000
            }
        });
        let bash = |command: &String| {
            Step::call("bash", json!({ "command": format!("bash -c {}", quoted(command)) })).when(worker())
        };
        let end = Step::call("finish", json!({ "summary": "tried", "confidence": "high" })).when(worker());
        let steps = std::iter::once(Step::json(plan).when(When::system("RemoteBuddy")))
            .chain(commands.iter().map(bash))
            .chain([end]);
        let model = ModelServer::start(Script::new(steps)).unwrap();
        let (repo, data) = (TestRepo::with(&[("README.md", "x\n")]), tempfile::tempdir().unwrap());
        let mut start = Start::on(data.path(), repo.path()).flag("--trust").workers(1);
        for role in ["REMOTEBUDDY", "WORKERS"] {
            start = start.model(role, &model.base_url(), "openai");
        }
        for (name, value) in variables {
            start = start.env(name, value);
        }
        let server = RunningServer::start(&start);
        let cursor = server.say("dev", "please look around in the network for me").await.cursor;
        Self { server, model, _repo: repo, _data: data, cursor }
    }

    async fn ends(&self) -> Vec<Value> {
        let (_, seen) = self.server.until("dev", self.cursor, |event| event.kind() == "job_completed").await;
        seen.iter()
            .filter(|event| event.kind() == "job.network")
            .map(|event| event.payload().clone())
            .collect()
    }

    /// What the model was shown of the commands' output.
    fn shown(&self) -> String {
        self.model.requests().last().unwrap().all()
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_nobody_listed_is_asked_about_and_a_no_is_a_no() {
    let scene =
        Scene::of(&[through_proxy("registry.example:443"), through_proxy("registry.example:443")], &[]).await;
    let (asked, _) = scene
        .server
        .until("dev", scene.cursor, |e| e.kind() == "approval_required" && e.payload()["action"] == "network")
        .await;
    assert!(asked.payload()["summary"].as_str().unwrap().contains("registry.example:443"));
    scene.server.answer(asked.payload()["approvalId"].as_str().unwrap(), Decision::Deny).await.unwrap();
    let decided = scene.ends().await;
    assert_eq!(decided.len(), 1, "the second try is not asked again: {decided:?}");
    assert_eq!((&decided[0]["host"], &decided[0]["allowed"]), (&json!("registry.example"), &json!(false)));
    let shown = scene.shown();
    assert!(shown.contains("403 Forbidden") && shown.contains("You denied it"), "{shown}");
    assert!(shown.contains("proxy=http://127.0.0.1:3128"));
    assert!(scene.server.pending_approvals().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_allowed_is_tried_and_this_machine_is_never_reached() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let target = format!("localhost:{}", listener.local_addr().unwrap().port());
    let scene = Scene::of(&[through_proxy(&target)], &[("PILOTHOUSE_NETWORK_ALLOW", &target)]).await;
    let decided = scene.ends().await;
    assert_eq!((&decided[0]["allowed"], &decided[0]["why"]), (&json!(true), &json!("You listed this host.")));
    assert!(
        scene.shown().contains("502 Bad Gateway") && scene.shown().contains("this machine"),
        "{}",
        scene.shown()
    );
    assert!(listener.accept().is_err(), "nobody came");
    std::net::TcpStream::connect(listener.local_addr().unwrap()).expect("without the proxy it is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_are_never_reached_are_refused_without_a_question() {
    let targets = ["169.254.169.254:80", "127.0.0.1:80", "[::1]:80", "10.0.0.1:443", "2130706433:80"];
    let commands: Vec<_> = targets.iter().map(|target| through_proxy(target)).collect();
    let scene = Scene::of(&commands, &[]).await;
    let decided = scene.ends().await;
    assert_eq!(decided.len(), 4, "the last is no address to ask about: {decided:?}");
    assert!(decided.iter().all(|one| one["allowed"] == false), "{decided:?}");
    assert!(scene.shown().contains("400 Bad Request"));
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_other_way_out_and_none_at_all_where_it_is_off() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let direct =
        format!("(exec 3<>/dev/tcp/127.0.0.1/{port}) 2>&1 && echo came-through; cat /proc/net/route | wc -l");
    let scene =
        Scene::of(&[direct.clone(), through_proxy("a.example:443")], &[("PILOTHOUSE_NETWORK_JOBS", "off")])
            .await;
    assert!(scene.ends().await.is_empty());
    assert!(
        !scene.shown().contains("came-through") && !scene.shown().contains("HTTP/1.1"),
        "{}",
        scene.shown()
    );
    let scene =
        Scene::of(&[direct, through_proxy("a.example:443")], &[("PILOTHOUSE_NETWORK_JOBS", "listed")]).await;
    let decided = scene.ends().await;
    assert!(decided[0]["why"].as_str().unwrap().contains("not listed"), "{decided:?}");
    assert!(!scene.shown().contains("came-through"), "{}", scene.shown());
    assert!(scene.server.pending_approvals().await.is_empty(), "nobody is asked");
    assert!(listener.accept().is_err(), "nobody came");
}

//! A job's one way out: who is asked, what is refused, that there is no other, and that what is allowed is reached. The
//! only addresses that are ever connected to are this machine's own, and one in a network of the test's own that stands
//! for a host elsewhere.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]

use protocol::approval::Decision;
use serde_json::{Value, json};
use testkit::model_server::{ModelServer, Script, Step, When};
use testkit::network::{self, ELSEWHERE, Elsewhere};
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
    let twice = [through_proxy(&target), through_proxy(&target)];
    let scene = Scene::of(&twice, &[("PILOTHOUSE_NETWORK_ALLOW", &target)]).await;
    let decided = scene.ends().await;
    assert_eq!((&decided[0]["allowed"], &decided[0]["why"]), (&json!(true), &json!("You listed this host.")));
    // What its address made of that is in the log too, once for both tries.
    assert_eq!((decided.len(), &decided[1]["allowed"]), (2, &json!(false)), "{decided:?}");
    let why = decided[1]["why"].as_str().unwrap();
    assert!(
        why.starts_with("Its address ")
            && why.contains(" is never reached: ")
            && why.contains("this machine"),
        "{why}"
    );
    let shown = scene.shown();
    assert!(shown.contains("502 Bad Gateway") && shown.contains("403 Forbidden"), "{shown}");
    assert!(shown.contains("this machine"), "{shown}");
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

/// Greets whoever comes, and writes down that somebody came.
fn greets(listener: &std::net::TcpListener, log: &std::path::Path) {
    use std::io::{Read, Write};
    for number in 0..8 {
        let (mut line, _) = listener.accept().unwrap();
        let mut asked = [0; 5];
        let came = line.read_exact(&mut asked).is_ok() && &asked == b"GET /";
        std::fs::write(log.join(format!("came-{number}")), if came { "asked" } else { "" }).unwrap();
        let _ = line.write_all(b"HTTP/1.0 200 OK\r\n\r\nwords-from-elsewhere\n");
    }
}

#[test]
fn a_listed_host_is_reached_by_the_proxy_and_by_nothing_else() {
    network::with_a_host_elsewhere(
        "a_listed_host_is_reached_by_the_proxy_and_by_nothing_else",
        greets,
        reached_by_the_proxy_alone,
    );
}

async fn reached_by_the_proxy_alone(there: Elsewhere) {
    use std::io::{Read, Write};
    let (host, port) = ELSEWHERE.split_once(':').unwrap();
    // Without a cell it is simply there.
    let mut line = std::net::TcpStream::connect(ELSEWHERE).unwrap();
    line.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    let mut said = String::new();
    let _ = line.read_to_string(&mut said);
    assert!(said.contains("words-from-elsewhere"), "{said}");

    let through = format!(
        "exec 3<>/dev/tcp/127.0.0.1/3128 && printf 'CONNECT {ELSEWHERE} HTTP/1.1\\r\\n\\r\\n' >&3 && read -r a <&3 && read -r b <&3 && echo \"proxy said $a\" && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3"
    );
    let direct = format!("(exec 3<>/dev/tcp/{host}/{port}) 2>&1 && echo came-through");
    let variables = [("PILOTHOUSE_NETWORK_JOBS", "listed"), ("PILOTHOUSE_NETWORK_ALLOW", ELSEWHERE)];
    let scene = Scene::of(&[through, direct, through_proxy(&format!("{host}:8081"))], &variables).await;
    let decided = scene.ends().await;
    let told: Vec<_> = decided.iter().map(|one| (&one["host"], &one["port"], &one["allowed"])).collect();
    assert_eq!(
        told,
        [(&json!(host), &json!(8080), &json!(true)), (&json!(host), &json!(8081), &json!(false))],
        "{decided:?}"
    );
    let shown = scene.shown();
    assert!(shown.contains("proxy said HTTP/1.1 200") && shown.contains("words-from-elsewhere"), "{shown}");
    assert!(!shown.contains("came-through"), "{shown}");
    let came = |number: u32| std::fs::read_to_string(there.log().join(format!("came-{number}"))).ok();
    assert_eq!((came(0), came(1), came(2)), (Some("asked".into()), Some("asked".into()), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_the_model_is_nowhere_a_command_of_the_job_looks() {
    let key = "sk-the-key-of-the-model";
    // Told with every letter moved by one: as it is, a key would be taken out of what is shown, wherever it came from.
    let look = "{ env; cat /proc/[0-9]*/environ | tr '\\0' '\\n'; } | grep -a -e the-key -e PROXY | tr a-z b-za; \
        grep -rqs the-key-of \"$HOME\" \"$PWD\" /tmp /etc /run && echo a file \"has it\"; echo looked";
    let scene = Scene::of(&[look.to_owned()], &[("WORKERS_LLM_API_KEY", key)]).await;
    scene.ends().await;
    let requests = scene.model.requests();
    let bearer = format!("Bearer {key}");
    let sent = requests.iter().filter(|seen| seen.header("authorization") == Some(&bearer));
    assert!(sent.count() > 1, "the worker's calls have it, by the server");
    let shown = scene.shown();
    assert!(shown.contains("looked") && shown.contains("HTTPS_PROXY=iuuq://"), "{shown}");
    assert!(!shown.contains("uif-lfz-pg") && !shown.contains("a file has it"), "{shown}");
}

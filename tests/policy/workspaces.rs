//! What one workspace allows holds there and nowhere else: the same command of two jobs, in two workspaces of one server.

use crate::scene::bash;
use protocol::approval::Decision;
use protocol::ops::{Nothing, typed};
use serde_json::{Value, json};
use testkit::model_server::{ModelServer, Script, Step, When};
use testkit::world::{RunningServer, Start, TestRepo};

const ADD: &str = "npm install --offline left-pad; echo ran-$((40+2))";
const RULES: &str = "[[rule]]\nid = \"packages-here\"\neffect = \"allow\"\nkinds = [\"command\"]\nclasses = [\"install\", \"other\", \"read\"]\n";

/// Sends the task into a session and answers the events of that session until the job has ended. A question is denied.
async fn ends(server: &RunningServer, session: &str) -> Vec<(String, Value)> {
    let sent = server.say(session, "please look around in the clone for me").await;
    let decides = |kind: &str| kind == "approval_required" || kind == "job_completed" || kind == "job_failed";
    let (first, _) = server.until(session, sent.cursor, |e| decides(e.kind())).await;
    if first.kind() == "approval_required" {
        server.answer(first.payload()["approvalId"].as_str().unwrap(), Decision::Deny).await.unwrap();
    }
    let ended = |kind: &str| kind == "job_completed" || kind == "job_failed";
    let (end, mut seen) = server.until(session, sent.cursor, |e| ended(e.kind())).await;
    seen.push(end);
    seen.iter().map(|e| (e.kind().to_owned(), e.payload().clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_of_commands_that_one_workspace_allows_asks_in_another() {
    let plan = json!({
        "schemaVersion": 2, "requiresWorker": true, "lane": "worker", "assistantMessage": "I will try.",
        "title": "Look around", "instruction": "Look around.",
        "planning": {
            "intent": "question", "riskLevel": "low",
            "scope": { "readAnywhere": true, "writeGlobs": [], "maxFilesToEdit": 0 },
            "acceptanceCriteria": ["It was tried"], "validationSteps": [], "queuePriority": "interactive",
            "queueWaitBudgetMs": 90000, "executionBudgetMs": 300000, "finalizationBudgetMs": 120000
        }
    });
    let worker = |step: Step| step.when(When::tool("bash"));
    let job = || {
        let (name, arguments) = bash(ADD);
        let finish = Step::call("finish", json!({ "summary": "tried", "confidence": "high" }));
        [worker(Step::call(name, arguments)), worker(finish)]
    };
    let steps = [Step::json(plan).when(When::system("RemoteBuddy")).always()];
    let model = ModelServer::start(Script::new(steps.into_iter().chain(job()).chain(job()))).unwrap();
    let (one, other) = (TestRepo::with(&[("README.md", "x\n")]), TestRepo::with(&[("README.md", "y\n")]));
    let (data, settings) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut start = Start::on(data.path(), one.path())
        .flag("--trust")
        .workers(1)
        .env("PILOTHOUSE_CONFIG_DIR", settings.path().to_str().unwrap())
        .env("PILOTHOUSE_NETWORK_JOBS", "off");
    start.repos.push(other.path().to_owned());
    for role in ["REMOTEBUDDY", "WORKERS"] {
        start = start.model(role, &model.base_url(), "openai");
    }
    let server = RunningServer::start(&start);
    let all = server.client.call(typed::WorkspaceList, &Nothing {}, None).await.unwrap().workspaces;
    let id_of = |repo: &TestRepo| {
        let root = repo.path().canonicalize().unwrap();
        let found =
            all.iter().find(|w| std::path::Path::new(&w.repo_root).canonicalize().is_ok_and(|at| at == root));
        found.unwrap_or_else(|| panic!("{all:#?}")).id.clone()
    };
    for (session, repo) in [("one", &one), ("other", &other)] {
        let session = json!({ "sessionId": session, "workspaceId": id_of(repo) });
        let made = server.owner("POST", "/v1/rpc/session.create").json(&session).send().await;
        assert!(made.status < 300, "{}", made.json());
    }
    std::fs::create_dir(settings.path().join("policy")).unwrap();
    std::fs::write(settings.path().join(format!("policy/{}.toml", id_of(&one))), RULES).unwrap();

    let seen = ends(&server, "one").await;
    assert_eq!(seen.last().unwrap().0, "job_completed", "{seen:#?}");
    assert!(!seen.iter().any(|(kind, _)| kind == "approval_required"), "nobody is asked: {seen:#?}");
    let decided = |seen: &[(String, Value)]| {
        let decided = seen.iter().filter(|(kind, of)| kind == "policy.decided" && of["action"] == "command");
        decided.map(|(_, of)| (of["effect"].clone(), of["ruleId"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(decided(&seen), [(json!("allow"), json!("packages-here"))]);
    let shown = model.requests().last().unwrap().all();
    assert!(shown.contains("ran-42"), "it ran: {shown}");

    let seen = ends(&server, "other").await;
    assert_eq!(seen.last().unwrap().0, "job_completed", "{seen:#?}");
    let asked: Vec<_> = seen.iter().filter(|(kind, _)| kind == "approval_required").collect();
    assert_eq!(asked.len(), 1, "{seen:#?}");
    assert!(asked[0].1["summary"].as_str().unwrap().contains("npm install"), "{asked:#?}");
    let shown = model.requests().last().unwrap().all();
    assert!(shown.contains("The command was not run") && !shown.contains("ran-42"), "{shown}");
}

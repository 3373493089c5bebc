//! Looking at policy: what is in force and why, by operation and by command line; choosing hosts in Settings.

use crate::scene::{Given, Scene, bash};
use protocol::command::CommandClass;
use protocol::network::{NetworkReach, SetNetwork};
use protocol::ops::{Nothing, typed};
use protocol::policy::{ActionKind, Effect};
use protocol::rulebook::{ExplainParams, Explained};
use protocol::workspace::WorkspaceParams;
use protocol::{ErrorCode, WorkspaceId};

impl Scene {
    async fn workspace(&self) -> WorkspaceId {
        let all = self.server.client.call(typed::WorkspaceList, &Nothing {}, None).await.unwrap();
        all.workspaces[0].id.clone()
    }

    async fn explain(&self, action: ActionKind) -> Explained {
        let workspace_id = self.workspace().await;
        let params =
            ExplainParams { workspace_id, action, actor: None, risk: None, session_id: None, job_id: None };
        self.server.client.call(typed::PolicyExplain, &params, None).await.unwrap()
    }
}

fn line(text: &str, confined: bool) -> ActionKind {
    ActionKind::Command {
        argv: ["bash", "-c", text].map(str::to_owned).to_vec(),
        cwd: String::new(),
        confined,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn policy_says_what_is_in_force_and_why_without_doing_anything() {
    let rules = "\n[[rule]]\nid = \"nets\"\neffect = \"allow\"\nkinds = [\"network\"]\nhosts = [\"*.example.org\"]\n\n[[rule]]\nid = \"no-push\"\neffect = \"deny\"\nkinds = [\"command\", \"comand\"]\nargvPrefix = [\"git\", \"push\"]\n";
    let scene = Scene::of(Given { tools: vec![bash("ls")], rules, ..Given::default() }).await;
    scene.ends("policy.decided").await;
    let id = scene.workspace().await;
    let shown = scene.server.client.call(typed::PolicyShow, &WorkspaceParams { id }, None).await.unwrap();
    let order: Vec<_> = shown.rules.iter().map(|one| (one.rule.id.as_str(), one.line)).collect();
    assert_eq!(order, [("no-push", 8), ("nets", 2)], "what denies is looked at first");
    assert!(shown.rules[0].problems[0].contains("comand") && shown.rules[0].file.ends_with("policy.toml"));
    assert!(shown.lines.iter().any(|line| line.id == "command.install" && line.effect == Effect::Ask));
    assert!(!shown.meaning.is_empty() && shown.files.iter().all(|file| file.problem.is_none()));

    let push = scene.explain(line("make && git push", true)).await;
    assert_eq!((push.verdict.effect, push.verdict.rule_id.as_str()), (Effect::Deny, "no-push"));
    assert!(push.place.unwrap().ends_with("policy.toml:8"));
    assert_eq!(push.classes, [CommandClass::Build, CommandClass::Publish]);
    assert_eq!(scene.explain(line("make", true)).await.verdict.effect, Effect::Allow);
    assert_eq!(scene.explain(line("make", false)).await.verdict.effect, Effect::Ask);
    // A list for this workspace alone.
    let id = scene.workspace().await;
    let own = "[[rule]]\nid = \"here\"\neffect = \"allow\"\nkinds = [\"command\"]\nargvPrefix = [\"make\"]\n";
    scene.settings_file(&format!("policy/{id}.toml"), own);
    scene.settings_file("policy/another.toml", "[[rule]]\nid = \"x\"\neffect = \"deny\"\n");
    assert_eq!(scene.explain(line("make", false)).await.verdict.rule_id, "here");
    let host = |name: &str| ActionKind::Network { host: name.into(), port: 443 };
    assert_eq!(scene.explain(host("a.example.org")).await.verdict.rule_id, "nets");
    assert_eq!(scene.explain(host("10.0.0.1")).await.verdict.rule_id, "never.reached");
    assert!(scene.server.pending_approvals().await.is_empty(), "nothing was asked");

    let (ok, said) = scene.cli(&["policy", "explain", "command", "git push"]);
    assert!(
        ok && said.contains("deny") && said.contains("policy.toml:8") && said.contains("publish"),
        "{said}"
    );
    let (ok, said) = scene.cli(&["policy", "show"]);
    assert!(
        ok && said.contains("Profile careful") && said.contains("no-push") && said.contains("comand"),
        "{said}"
    );
    let (ok, said) = scene.cli(&["policy", "grants"]);
    assert!(ok && said.contains("Nothing is remembered"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_nobody_can_read_is_shown_and_stops_what_it_would_judge() {
    let tools = vec![bash("echo ran")];
    let scene =
        Scene::of(Given { tools, rules: "[[rule]]\nid = \"a\"\nargv = [\"x\"]\n", ..Given::default() }).await;
    let shown = scene.cli(&["policy", "show"]);
    assert!(!shown.0 && shown.1.contains("has no \"argv\""), "{}", shown.1);
    let failed = scene
        .server
        .until("dev", 0, |e| {
            matches!(e.kind(), "job_completed" | "job_failed" | "error" | "assistant_message")
        })
        .await;
    let _ = failed;
    let params = ExplainParams {
        workspace_id: scene.workspace().await,
        action: line("ls", true),
        actor: None,
        risk: None,
        session_id: None,
        job_id: None,
    };
    let refused = scene.server.client.call(typed::PolicyExplain, &params, None).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::ConfigInvalid);
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_that_are_ticked_count_at_once() {
    let scene = Scene::of(Given { tools: vec![bash("ls")], ..Given::default() }).await;
    scene.ends("policy.decided").await;
    let host = || ActionKind::Network { host: "index.crates.io".into(), port: 443 };
    assert_eq!(scene.explain(host()).await.verdict.effect, Effect::Ask);
    let set = |jobs, allow: Option<&[&str]>| SetNetwork {
        jobs,
        allow: allow.map(|words| words.iter().map(|word| word.to_string()).collect()),
    };
    let call = |set: SetNetwork| {
        let client = scene.server.client.clone();
        async move { client.call(typed::ConfigSetNetwork, &set, None).await }
    };
    let shown = call(set(None, Some(&["cargo", "Git.Example.org", "cargo"]))).await.unwrap();
    assert_eq!(shown.hosts, ["git.example.org"]);
    let cargo = shown.presets.iter().find(|preset| preset.name == "cargo").unwrap();
    assert!(cargo.on && cargo.hosts.contains(&"index.crates.io".to_owned()));
    let said = scene.explain(host()).await;
    assert_eq!((said.verdict.effect, said.verdict.rule_id.as_str()), (Effect::Allow, "network.allow"));
    call(set(Some(NetworkReach::Listed), None)).await.unwrap();
    let other = ActionKind::Network { host: "other.example".into(), port: 443 };
    assert_eq!(scene.explain(other).await.verdict.rule_id, "network.jobs");
    for odd in ["https://x.example", "*", "a b"] {
        assert_eq!(call(set(None, Some(&[odd]))).await.unwrap_err().code, ErrorCode::BadRequest, "{odd}");
    }
    assert_eq!(
        scene.server.client.call(typed::ConfigNetwork, &Nothing {}, None).await.unwrap().hosts,
        ["git.example.org"]
    );
    let (_, config) = scene.cli(&["config", "show", "--origin"]);
    assert!(config.contains("network.allow") && config.contains("git.example.org"), "{config}");
}

use agent::native::Status;
use serde_json::json;
use testkit::model_server::Fault;

use crate::scenarios::{finish, fix, test};
use crate::*;

#[tokio::test]
async fn a_cut_stream_and_a_rate_limit_are_waited_out() {
    for dialect in DIALECTS {
        let server = server([
            Step::rate_limited("7"),
            fix().cut_after(3),
            fix(),
            Step::status(503),
            Step::fault(Fault::Garbage),
            finish("done"),
        ]);
        let run = run(dialect, &server).await;
        assert_eq!(run.outcome.status, Status::Finished, "{dialect}");
        assert!(run.project.mended());
        assert_eq!(run.waits, [7_000, 2_000, 1_000, 2_000], "{dialect}");
        assert_eq!(run.outcome.steps, 2);
        assert!(run.outcome.usage.estimated, "a cut reply is reckoned: {:?}", run.outcome.usage);
    }
}

#[tokio::test]
async fn a_used_up_quota_and_a_long_rate_limit_end_as_quota() {
    let usage_limit = Step::fault(Fault::Status {
        status: 429,
        retry_after: Some("3600".into()),
        code: Some("usage_limit_reached".into()),
        message: None,
        headers: BTreeMap::new(),
    });
    for dialect in DIALECTS {
        let run = run(dialect, &server([usage_limit.clone()])).await;
        assert!(
            matches!(run.outcome.status, Status::Quota { resets_at_ms: Some(_), .. }),
            "{:?}",
            run.outcome
        );
        let run = crate::run(dialect, &server([Step::rate_limited("3600")])).await;
        let expected = Status::Quota { resets_at_ms: None, retry_after_ms: Some(3_600_000) };
        assert_eq!(run.outcome.status, expected, "{dialect}");
        assert!(run.waits.is_empty());
    }
}

#[tokio::test]
async fn a_wrong_key_ends_the_run_at_once_with_its_code() {
    for dialect in DIALECTS {
        let server = server([Step::status(401)]);
        let run = run(dialect, &server).await;
        assert_eq!(run.outcome.status, Status::Error { code: "model.auth".into() }, "{dialect}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_server_that_stays_down_ends_the_run_after_its_attempts() {
    let server = server([Step::status(500).always()]);
    let run = run(Dialect::OpenaiChat, &server).await;
    assert_eq!(run.outcome.status, Status::Error { code: "model.unreachable".into() });
    assert_eq!((server.requests().len(), run.waits.len()), (4, 3));
}

#[tokio::test]
async fn the_same_action_over_and_over_is_nudged_and_then_stuck() {
    for dialect in DIALECTS {
        let server = server([test().always()]);
        let run = run(dialect, &server).await;
        assert_eq!(run.outcome.status, Status::Stuck, "{dialect}");
        assert_eq!(run.project.commands.len(), 4);
        assert!(server.requests()[3].last().contains("Do something different"), "{dialect}");
    }
}

#[tokio::test]
async fn a_nudge_that_helps_lets_the_run_go_on() {
    let server = server([test(), test(), test(), fix(), test(), finish("done")]);
    let run = run(Dialect::OpenaiChat, &server).await;
    assert_eq!(run.outcome.status, Status::Finished);
    assert_eq!(run.log.nudges().len(), 1);
}

#[tokio::test]
async fn two_empty_replies_end_the_run() {
    for dialect in DIALECTS {
        let server = server([Step::text(""), Step::text("")]);
        let run = run(dialect, &server).await;
        assert_eq!(run.outcome.status.code(), "loop.empty", "{dialect}");
        let server = crate::server([Step::text(""), fix(), Step::text(""), finish("done")]);
        assert_eq!(crate::run(dialect, &server).await.outcome.status, Status::Finished, "{dialect}");
    }
}

#[tokio::test]
async fn calls_that_cannot_be_read_are_explained_three_times_at_most() {
    for dialect in DIALECTS {
        let server = server([Step::call("shell", json!({"cmd": "ls"})).always()]);
        let run = run(dialect, &server).await;
        assert_eq!(run.outcome.status.code(), "loop.format", "{dialect}");
        assert_eq!(run.outcome.steps, 3);
        let server = crate::server([
            Step::calls([("shell", json!({})), ("shell", json!({})), ("shell", json!({}))]),
            Step::call("bash", json!("{\"command\": \"./te")),
            fix(),
            Step::call("nope", json!({})),
            finish("done"),
        ]);
        let run = crate::run(dialect, &server).await;
        assert_eq!(run.outcome.status, Status::Finished, "{dialect}: one good call makes up for bad ones");
        assert!(run.log.nudges().iter().any(|why| why.contains("not a JSON object")));
    }
}

#[tokio::test]
async fn cancelling_during_a_command_ends_the_run_and_keeps_the_history_whole() {
    for dialect in DIALECTS {
        let server = server([Step::calls([
            ("bash", json!({"command": "sleep"})),
            ("bash", json!({"command": "./test"})),
        ])]);
        let project = Project { cancels_on: Some("sleep".into()), ..Project::broken() };
        let run = run_with(dialect, &server, Limits::default(), project).await;
        assert_eq!(run.outcome.status, Status::Cancelled, "{dialect}");
        assert_eq!(run.project.commands, ["sleep"]);
        let results =
            run.machine.messages().iter().filter(|m| matches!(m, agent::model::Message::Tool { .. })).count();
        assert_eq!(results, 2, "every call has its answer");
    }
}

#[tokio::test]
async fn cancelling_while_the_model_is_silent_ends_the_run() {
    let server = server([Step::fault(Fault::Hang { ms: None, headers_first: true })]);
    let mut machine = Loop::new(task(Limits::default()));
    let (mut project, mut log) = (Project::broken(), Log::default());
    let (pace, cancel) = (TestPace::default(), Cancel::new());
    let model = client(Dialect::OpenaiChat, &server);
    let start = Input::Start { now_ms: 0 };
    let work = drive(&mut machine, start, &model, &mut project, &mut log, &pace, &cancel);
    let stop = async {
        assert!(server.has_seen(1, std::time::Duration::from_secs(60)).await);
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(work, stop);
    assert_eq!(outcome.status, Status::Cancelled);
}

/// Hands whose command never ends and never listens.
struct Deaf;

impl Hands for Deaf {
    async fn bash(&mut self, _: &BashCall, _: u64, _: &Cancel) -> Observation {
        std::future::pending().await
    }

    async fn read(&mut self, _: &ReadCall, _: &Cancel) -> Observation {
        Observation::ok("")
    }

    async fn edit(&mut self, _: &EditCall, _: &Cancel) -> Observation {
        Observation::ok("")
    }
}

#[tokio::test]
async fn hands_that_do_not_let_go_are_given_up_after_the_grace() {
    let server = server([Step::call("bash", json!({"command": "x", "timeout_s": 5})), finish("done")]);
    let mut machine = Loop::new(task(Limits::default()));
    let (mut log, pace) = (Log::default(), TestPace::default());
    let model = client(Dialect::OpenaiChat, &server);
    let start = Input::Start { now_ms: 0 };
    let outcome = drive(&mut machine, start, &model, &mut Deaf, &mut log, &pace, &Cancel::new()).await;
    assert_eq!(outcome.status, Status::Finished);
    assert_eq!(*pace.waits.lock().unwrap(), [5_000, 10_000]);
    assert!(server.requests()[1].last().contains("did not end in time"));
}

use agent::native::Status;
use serde_json::json;
use testkit::model_server::{Refuses, When};

use crate::*;

pub fn fix() -> Step {
    Step::call("edit", json!({"path": "src/sum", "old": " + 1", "new": ""}))
}

pub fn test() -> Step {
    Step::call("bash", json!({"command": "./test", "timeout_s": 30}))
}

pub fn finish(summary: &str) -> Step {
    Step::call("finish", json!({"summary": summary, "confidence": "high"}))
}

#[tokio::test]
async fn a_model_that_works_well_mends_the_fault() {
    for dialect in DIALECTS {
        let server = server([
            test(),
            Step::call("read", json!({"path": "src/sum"})),
            fix(),
            Step::calls([("bash", json!({"command": "./test"})), ("finish", json!({"summary": "mended"}))]),
        ]);
        let run = run(dialect, &server).await;
        assert_eq!(run.outcome.status, Status::Finished, "{dialect}");
        assert_eq!(run.outcome.claimed_summary.as_deref(), Some("mended"));
        assert!(run.project.mended());
        assert_eq!(run.outcome.steps, 4);
        assert_eq!(run.outcome.usage.input, 400, "{dialect}");
        assert_eq!(run.project.timeouts, [30_000, 120_000]);
        assert!(server.unmatched().is_empty() && server.unused().is_empty(), "{dialect}");
        let last = server.requests().pop().unwrap();
        assert!(last.all().contains("exit code 1\nexpected 3, got 4"), "{dialect}");
        assert_eq!(last.tool_results(), 3, "{dialect}");
    }
}

#[tokio::test]
async fn a_lie_is_handed_on_as_a_claim_and_nothing_more() {
    let server = server([finish("I fixed it and all tests pass")]);
    let run = run(Dialect::OpenaiChat, &server).await;
    assert_eq!(run.outcome.status, Status::Finished);
    assert_eq!(run.outcome.claimed_summary.as_deref(), Some("I fixed it and all tests pass"));
    let written = serde_json::to_string(&run.outcome).unwrap();
    assert!(!written.contains("verified") && !run.project.mended(), "{written}");
}

#[tokio::test]
async fn text_instead_of_a_call_is_asked_again_once() {
    for dialect in DIALECTS {
        let server = server([Step::text("I would run the tests."), fix(), finish("done")]);
        let run = run(dialect, &server).await;
        assert_eq!(run.outcome.status, Status::Finished, "{dialect}");
        assert!(run.project.mended());
        assert!(server.requests()[1].last().contains("call one of the tools"), "{dialect}");
    }
}

fn action(action: &str, args: serde_json::Value) -> Step {
    Step::json(json!({"thought": "so be it", "action": action, "args": args}))
}

#[tokio::test]
async fn a_model_that_only_writes_text_is_given_the_json_envelope() {
    for dialect in DIALECTS {
        let server = server([
            Step::text("First I would look."),
            Step::text("Then I would mend it."),
            action("bash", json!({"command": "./test"})),
            action("edit", json!({"path": "src/sum", "old": " + 1", "new": ""})),
            action("finish", json!({"summary": "mended", "confidence": "low"})),
        ]);
        let run = run(dialect, &server).await;
        assert_eq!(run.outcome.status, Status::Finished, "{dialect} {:?}", run.outcome);
        assert!(run.project.mended());
        assert!(run.log.has(|event| *event == LoopEvent::EnvelopeMode));
        let seen = server.requests();
        assert!(seen[2].schema().is_some(), "{dialect}");
        assert!(seen[2].system().contains("exactly one JSON object"), "{dialect}");
        assert!(seen[4].all().contains("Result of edit:\nedited"), "{dialect}");
        assert_eq!(seen[4].tool_results(), 0, "{dialect}");
    }
}

#[tokio::test]
async fn actions_written_as_json_text_are_understood_at_once() {
    let script = Script::new([
        Step::text("```json\n{\"tool\": \"edit\", \"arguments\": {\"path\": \"src/sum\", \"old\": \" + 1\", \"new\": \"\"}}\n```"),
        action("finish", json!({"summary": "mended"})),
    ])
    .refusing(Refuses { tools: true, ..Refuses::default() });
    let server = ModelServer::start(script).unwrap();
    let run = run(Dialect::OpenaiChat, &server).await;
    assert_eq!(run.outcome.status, Status::Finished);
    assert!(run.project.mended() && run.log.nudges().is_empty());
}

#[tokio::test]
async fn a_model_that_never_acts_is_stopped_honestly() {
    for dialect in DIALECTS {
        let server = server([Step::text("As a language model I can explain sums.").always()]);
        let run = run(dialect, &server).await;
        assert_eq!(run.outcome.status.code(), "loop.no_action", "{dialect}");
        assert_eq!(run.outcome.steps, 5, "{dialect}");
        assert!(run.outcome.claimed_summary.is_none());
    }
}

#[tokio::test]
async fn a_revision_goes_on_in_the_same_conversation() {
    for dialect in DIALECTS {
        let server = server([
            finish("all good").when(When { results: Some(0), ..When::default() }),
            fix(),
            finish("now it is mended"),
        ]);
        let mut machine = Loop::new(task(Limits::default()));
        let mut project = Project::broken();
        let (mut log, pace, cancel) = (Log::default(), TestPace::default(), Cancel::new());
        let model = client(dialect, &server);
        let start = Input::Start { now_ms: 0 };
        drive(&mut machine, start, &model, &mut project, &mut log, &pace, &cancel).await;
        let text = Prompts::builtin()
            .unwrap()
            .render(
                "worker.revision",
                Inputs::new()
                    .with("round", 1)
                    .with("rounds", 2)
                    .with("findings", json!([{"what": "./test", "output": "expected 3, got 4"}])),
            )
            .unwrap()
            .system;
        let revise = Input::Revise { text, more_steps: 0, more_ms: 0, now_ms: 5 };
        let outcome = drive(&mut machine, revise, &model, &mut project, &mut log, &pace, &cancel).await;
        assert_eq!(outcome.claimed_summary.as_deref(), Some("now it is mended"), "{dialect}");
        assert!(project.mended() && outcome.steps == 3);
        let seen = server.requests();
        assert!(seen[1].last().contains("expected 3, got 4"), "{dialect}");
        assert!(seen[1].all().contains("The sum is off by one"), "{dialect}");
    }
}

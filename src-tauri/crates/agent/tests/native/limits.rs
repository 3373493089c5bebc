use agent::model::{Arguments, ModelError, Reply, StopReason, ToolCall, Usage};
use agent::native::{Action, LimitKind, Price, Status};
use serde_json::json;
use testkit::model_server::{Say, SayUsage, Style};

use crate::scenarios::{finish, test};
use crate::*;

fn numbered(count: usize) -> Vec<Step> {
    (0..count).map(|n| Step::call("bash", json!({"command": format!("ls {n}")}))).collect()
}

#[tokio::test]
async fn steps_run_out_after_one_warning() {
    for dialect in DIALECTS {
        let server = server(numbered(20));
        let limits = Limits { steps: 10, ..Limits::default() };
        let run = run_with(dialect, &server, limits, Project::broken()).await;
        assert_eq!(run.outcome.status, Status::Limit { limit: LimitKind::Steps }, "{dialect}");
        assert_eq!((run.outcome.steps, server.requests().len()), (10, 10));
        assert_eq!(run.log.nudges().len(), 1, "{dialect}");
        assert!(server.requests()[8].last().contains("Wrap up now"), "{dialect}");
    }
}

#[tokio::test]
async fn tokens_and_money_run_out_too() {
    let dear = |_| Step {
        say: Some(Say {
            calls: vec![testkit::model_server::Call {
                name: "bash".into(),
                arguments: json!({"command": "a"}),
            }],
            usage: Some(SayUsage { input: 900, output: 100, cached: 0 }),
            ..Say::default()
        }),
        ..Step::default()
    };
    let limits = Limits { tokens: Some(2_500), ..Limits::default() };
    let run = run_with(Dialect::OpenaiChat, &server((0..9).map(dear)), limits, Project::broken()).await;
    assert_eq!(run.outcome.status, Status::Limit { limit: LimitKind::Tokens });
    assert_eq!(run.outcome.usage.total(), 3_000);

    let price = Price { input: 1_000_000, cached: 0, output: 10_000_000 };
    let limits = Limits { price: Some(price), cost_micros: Some(3_000), ..Limits::default() };
    let run = run_with(Dialect::OpenaiChat, &server((0..9).map(dear)), limits, Project::broken()).await;
    assert_eq!(run.outcome.status, Status::Limit { limit: LimitKind::Money });
    assert_eq!(run.outcome.cost_micros, Some(3_800));
}

#[tokio::test]
async fn long_output_is_cut_for_the_model_and_kept_whole_as_an_artifact() {
    let server = server([Step::call("bash", json!({"command": "noise"})), finish("done")]);
    let mut project = Project::broken();
    project.outputs.insert("noise".into(), format!("begin{}end", "x".repeat(50_000)));
    let run = run_with(Dialect::OpenaiChat, &server, Limits::default(), project).await;
    let shown = server.requests()[1].last();
    assert!(shown.len() < 10_200 && shown.contains("begin") && shown.ends_with("end"), "{}", shown.len());
    let (name, kept) = &run.log.artifacts[0];
    assert_eq!((name.as_str(), kept.len()), ("output-001-bash.txt", 50_008));
}

#[tokio::test]
async fn a_small_window_is_kept_to_by_shortening_old_output() {
    for dialect in DIALECTS {
        let mut steps = numbered(14);
        steps.push(finish("done"));
        // Nothing is reported, so lengths are reckoned.
        let silent = Style { omit_usage: true, ..Style::default() };
        let steps = steps.into_iter().map(|step| step.styled(silent.clone()));
        let server = server(steps);
        let mut project = Project::broken();
        for n in 0..14 {
            project.outputs.insert(format!("ls {n}"), format!("{n}:{}", "y".repeat(3_000)));
        }
        let limits = Limits { window: 14_000, reply_tokens: 1_000, ..Limits::default() };
        let run = run_with(dialect, &server, limits, project).await;
        assert_eq!(run.outcome.status, Status::Finished, "{dialect}");
        assert!(run.log.has(|event| matches!(event, LoopEvent::Trimmed { .. })), "{dialect}");
        let last = server.requests().pop().unwrap();
        assert!(last.all().contains("[old output left out: bash, 3014 characters exit code 0]"), "{dialect}");
        assert!(last.all().contains("The sum is off by one"), "the task stays");
        for n in 8..14 {
            assert!(last.all().contains(&format!("{n}:yyy")), "turn {n} stays, {dialect}");
        }
        assert_eq!(last.tool_results(), 14, "{dialect}");
    }
}

fn task_at(limits: Limits) -> Loop {
    Loop::new(task(limits))
}

fn reply(calls: &[(&str, serde_json::Value)]) -> Reply {
    let tool_calls = calls
        .iter()
        .enumerate()
        .map(|(index, (name, arguments))| ToolCall {
            id: format!("c{index}"),
            name: (*name).to_owned(),
            arguments: Arguments::parse(&arguments.to_string()),
        })
        .collect();
    Reply {
        text: String::new(),
        reasoning: String::new(),
        tool_calls,
        stop_reason: StopReason::ToolCalls,
        usage: Usage { input: 10, output: 1, cached: 0, estimated: false },
    }
}

fn outcome(actions: &[Action]) -> Option<&NativeOutcome> {
    actions.iter().find_map(|action| if let Action::Stop(outcome) = action { Some(outcome) } else { None })
}

#[test]
fn time_is_whatever_the_inputs_say() {
    let mut machine = task_at(Limits { wall_ms: 1_000, ..Limits::default() });
    let actions = machine.step(Input::Start { now_ms: 500 });
    assert!(matches!(actions.last(), Some(Action::Ask { within_ms: 1_000, .. })));
    let ls = reply(&[("bash", json!({"command": "ls", "timeout_s": 9_999}))]);
    let actions = machine.step(Input::Replied { reply: ls, now_ms: 900 });
    assert!(matches!(actions.last(), Some(Action::Run { timeout_ms: 600, .. })), "bounded by what is left");
    let actions = machine.step(Input::ToolDone { observation: Observation::ok(""), now_ms: 1_500 });
    assert_eq!(outcome(&actions).unwrap().status, Status::Limit { limit: LimitKind::Time });
    assert!(machine.step(Input::TimeUp { now_ms: 1_600 }).is_empty(), "nothing follows an outcome");
}

#[test]
fn a_wait_longer_than_what_is_left_is_not_begun() {
    let mut machine = task_at(Limits { wall_ms: 5_000, ..Limits::default() });
    machine.step(Input::Start { now_ms: 0 });
    let error = ModelError::RateLimited { retry_after_ms: Some(6_000), message: String::new() };
    let actions = machine.step(Input::Failed { error, now_ms: 10 });
    assert!(matches!(outcome(&actions).unwrap().status, Status::Quota { retry_after_ms: Some(6_000), .. }));
}

#[test]
fn a_conversation_too_long_for_the_server_is_squeezed_once() {
    let mut machine = task_at(Limits::default());
    machine.step(Input::Start { now_ms: 0 });
    for n in 0..5 {
        let ls = reply(&[("bash", json!({"command": format!("ls {n}")}))]);
        machine.step(Input::Replied { reply: ls, now_ms: n });
        machine.step(Input::ToolDone { observation: Observation::ok("x".repeat(500)), now_ms: n });
    }
    let too_long = || ModelError::TooLong { message: String::new() };
    let actions = machine.step(Input::Failed { error: too_long(), now_ms: 9 });
    assert!(matches!(actions[0], Action::Tell(LoopEvent::Trimmed { stubbed: 3, .. })), "{actions:?}");
    assert!(matches!(actions.last(), Some(Action::Ask { .. })));
    let actions = machine.step(Input::Failed { error: too_long(), now_ms: 9 });
    assert_eq!(outcome(&actions).unwrap().status, Status::Limit { limit: LimitKind::Window });
}

#[test]
fn calls_after_finish_and_beyond_the_bound_are_answered_as_not_run() {
    let mut machine = task_at(Limits::default());
    machine.step(Input::Start { now_ms: 0 });
    let ended = reply(&[("finish", json!({"summary": "s"})), ("bash", json!({"command": "rm"}))]);
    let actions = machine.step(Input::Replied { reply: ended, now_ms: 1 });
    assert_eq!(outcome(&actions).unwrap().status, Status::Finished);
    assert!(!actions.iter().any(|action| matches!(action, Action::Run { .. })));

    let mut machine = task_at(Limits::default());
    machine.step(Input::Start { now_ms: 0 });
    let many: Vec<_> = (0..40).map(|n| ("bash", json!({"command": format!("ls {n}")}))).collect();
    let mut actions = machine.step(Input::Replied { reply: reply(&many), now_ms: 1 });
    let mut runs = 0;
    while let Some(Action::Run { .. }) = actions.last() {
        runs += 1;
        actions = machine.step(Input::ToolDone { observation: Observation::ok("ok"), now_ms: 1 });
    }
    assert_eq!(runs, 16);
    let Some(Action::Ask { request, .. }) = actions.last() else { panic!("{actions:?}") };
    let padded = agent::model::history::padded(&request.messages);
    assert_eq!(padded.len(), 1 + 1 + 40);
}

#[test]
fn inputs_that_do_not_fit_change_nothing() {
    let mut machine = task_at(Limits::default());
    assert!(machine.step(Input::Waited { now_ms: 0 }).is_empty());
    assert!(machine.step(Input::ToolDone { observation: Observation::ok(""), now_ms: 0 }).is_empty());
    machine.step(Input::Start { now_ms: 0 });
    assert!(machine.step(Input::Start { now_ms: 0 }).is_empty());
    let revise = Input::Revise { text: "x".into(), more_steps: 0, more_ms: 0, now_ms: 0 };
    assert!(machine.step(revise).is_empty());
    assert_eq!(machine.messages().len(), 1);
}

#[test]
fn a_reply_cut_by_its_length_is_told_so() {
    let mut machine = task_at(Limits::default());
    machine.step(Input::Start { now_ms: 0 });
    let cut = || Reply {
        text: "Let me explain at length".into(),
        stop_reason: StopReason::MaxTokens,
        ..reply(&[])
    };
    let actions = machine.step(Input::Replied { reply: cut(), now_ms: 1 });
    assert!(
        actions
            .iter()
            .any(|a| matches!(a, Action::Tell(LoopEvent::Nudged { why }) if why.contains("too long")))
    );
    machine.step(Input::Replied { reply: cut(), now_ms: 1 });
    let actions = machine.step(Input::Replied { reply: cut(), now_ms: 1 });
    assert_eq!(outcome(&actions).unwrap().status.code(), "loop.format");
}

#[tokio::test]
async fn a_test_that_is_run_once_per_turn_is_no_repetition() {
    let server = server([test(), crate::scenarios::fix(), test(), finish("done")]);
    assert!(run(Dialect::OpenaiChat, &server).await.log.nudges().is_empty());
}

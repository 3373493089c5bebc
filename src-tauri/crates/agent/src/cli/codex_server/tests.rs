//! The conversation on what the real program said (recorded against a scripted model, only shortened), and on what
//! nobody recorded.

use super::*;
use crate::cli::{Model, NO_KEY};
use protocol::settings::Dialect;

fn errand() -> Errand {
    Errand {
        prompt: "Mend sum".into(),
        model: Model {
            origin: "http://127.0.0.1:4100".into(),
            name: "scripted".into(),
            dialect: Dialect::OpenaiResponses,
            context_window: None,
            key: NO_KEY.into(),
        },
        home: "/home/job".into(),
        folder: "/clone".into(),
        steps: 50,
        seconds: 600,
        resume: None,
        denied: Vec::new(),
    }
}

/// What came of a whole conversation; every question gets `no`.
struct Whole {
    events: Vec<Event>,
    said: Vec<Value>,
    wishes: Vec<Wish>,
    ended: Ended,
}

fn whole(lines: &str, no: Option<&str>) -> Whole {
    let mut talk = Talk::new(&errand());
    let (mut events, mut wishes) = (Vec::new(), Vec::new());
    let mut said = talk.begin();
    for line in lines.lines() {
        let heard = talk.line(line);
        said.extend(heard.say);
        events.extend(heard.events);
        for question in heard.asks {
            said.extend(talk.answer(question.id, no));
            wishes.push(question.wish);
        }
    }
    assert!(talk.rests(), "its turn is over");
    let ended = talk.end(&Exit { code: Some(0), ..Exit::default() });
    let said = said.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    Whole { events, said, wishes, ended }
}

fn begun(talk: &mut Talk) {
    talk.begin();
    talk.line(r#"{"id":1,"result":{}}"#);
    talk.line(r#"{"id":2,"result":{"thread":{"id":"t-1"},"approvalPolicy":"untrusted"}}"#);
    talk.line(r#"{"id":3,"result":{"turn":{"id":"turn-1"}}}"#);
}

fn value(line: &str) -> Value {
    serde_json::from_str(line).unwrap()
}

const TURN_OVER: &str =
    r#"{"method":"turn/completed","params":{"threadId":"t-1","turn":{"id":"turn-1","status":"completed"}}}"#;

fn user_message(name: &str) -> String {
    format!(
        r#"{{"method":"item/started","params":{{"threadId":"t-1","item":{{"type":"userMessage","clientId":"{name}"}}}}}}"#
    )
}

#[test]
fn a_turn_is_understood_and_everything_in_it_is_asked() {
    let whole = whole(include_str!("../recorded/codex-server-finished.jsonl"), None);
    let methods: Vec<_> = whole.said.iter().filter_map(|line| line["method"].as_str()).collect();
    assert_eq!(methods, ["initialize", "initialized", "thread/start", "turn/start"]);
    let thread = &whole.said[2]["params"];
    assert_eq!((&thread["approvalPolicy"], &thread["cwd"]), (&json!("untrusted"), &json!("/clone")));
    assert_eq!(whole.said[3]["params"]["input"][0]["text"], "Mend sum");
    assert_eq!(
        whole.wishes,
        [
            Wish::Command("cat a".into()),
            Wish::Command("echo x > b && cat b".into()),
            Wish::Files(vec!["/clone/a".into(), "/clone/c".into()]),
        ]
    );
    let answers: Vec<_> = whole
        .said
        .iter()
        .filter(|line| line["result"]["decision"] == "accept")
        .map(|line| &line["id"])
        .collect();
    assert_eq!(answers, [0, 1, 2]);
    assert!(matches!(&whole.events[0], Event::Session { id } if id.len() == 36), "{:?}", whole.events[0]);
    let tools: Vec<_> = whole
        .events
        .iter()
        .filter_map(|event| match event {
            Event::ToolStart { tool, label } => Some(format!("{tool}: {label}")),
            Event::ToolEnd { failed, exit_code, .. } => Some(format!("{failed} {exit_code:?}")),
            _ => None,
        })
        .collect();
    assert_eq!(
        tools,
        [
            "bash: cat a",
            "false Some(0)",
            "bash: echo x > b && cat b",
            "false Some(0)",
            "edit: /clone/a, /clone/c",
            "false None"
        ]
    );
    assert_eq!((whole.ended.verdict, whole.ended.said.as_deref()), (Verdict::Finished, Some("done")));
    assert_eq!(whole.ended.usage, Usage { input: 400, cached: 0, output: 80 });
}

#[test]
fn a_refusal_comes_with_its_reason_and_is_no_failure_of_the_run() {
    let whole = whole(include_str!("../recorded/codex-server-declined.jsonl"), Some("It was not run: no."));
    let decisions = whole.said.iter().filter(|line| line["result"]["decision"] == "decline").count();
    assert_eq!((whole.wishes.len(), decisions), (3, 3));
    let reason = whole.said.iter().position(|line| line["method"] == "turn/steer").unwrap();
    assert_eq!(whole.said[reason]["params"]["input"][0]["text"], "It was not run: no.");
    assert_eq!(whole.said[reason + 1]["result"]["decision"], "decline", "the reason comes first");
    let refused = whole.events.iter().filter(|event| {
        matches!(event, Event::ToolEnd { failed: true, exit_code: None, text, .. } if text.starts_with("It was not"))
    });
    assert_eq!(refused.count(), 3);
    assert_eq!(whole.ended.verdict, Verdict::Finished, "{}", whole.ended.reason);
}

#[test]
fn a_refused_key_is_told_at_the_first_try_and_decides_the_end() {
    let whole = whole(include_str!("../recorded/codex-server-401.jsonl"), None);
    assert!(whole.events.iter().any(Event::is_refused_key));
    assert_eq!(whole.ended.verdict, Verdict::NotLoggedIn, "{}", whole.ended.reason);
}

#[test]
fn a_message_stands_before_the_model_only_when_its_turn_shows_it() {
    let mut talk = Talk::new(&errand());
    assert_eq!(talk.tell(1, "early"), None, "there is no session yet");
    begun(&mut talk);
    let said = value(&talk.tell(4, "Use plain words.").unwrap()[0]);
    assert_eq!(said["method"], "turn/steer");
    assert_eq!(said["params"]["expectedTurnId"], "turn-1");
    assert_eq!(said["params"]["clientUserMessageId"], "message-4");
    let taken = talk.line(&format!(r#"{{"id":{},"result":{{"turnId":"turn-1"}}}}"#, said["id"]));
    assert_eq!(taken.stands, Vec::<u64>::new(), "it is on its way");
    assert_eq!(talk.line(&user_message("message-4")).stands, [4]);
    assert_eq!(talk.line(&user_message("message-4")).stands, Vec::<u64>::new(), "once");
    talk.line(TURN_OVER);
    assert!(talk.rests());
}

#[test]
fn a_message_that_missed_its_turn_begins_one_of_its_own() {
    for refused in [true, false] {
        let mut talk = Talk::new(&errand());
        begun(&mut talk);
        let steer = value(&talk.tell(4, "Use plain words.").unwrap()[0]);
        // Its turn is over before it was taken in; the refusal comes before that, after it, or never.
        if refused {
            talk.line(&format!(r#"{{"id":{},"error":{{"code":-32600,"message":"no turn"}}}}"#, steer["id"]));
        }
        let heard = talk.line(TURN_OVER);
        let turn = value(&heard.say[0]);
        assert_eq!(turn["method"], "turn/start");
        assert_eq!(turn["params"]["input"][0]["text"], "Use plain words.");
        assert!(!talk.rests());
        talk.line(&format!(r#"{{"id":{},"result":{{"turn":{{"id":"turn-2"}}}}}}"#, turn["id"]));
        assert_eq!(talk.line(&user_message("message-4")).stands, [4]);
        talk.line(TURN_OVER);
        assert!(talk.rests());
    }
}

#[test]
fn two_messages_between_turns_are_one_turn_and_both_stand_then() {
    let mut talk = Talk::new(&errand());
    begun(&mut talk);
    talk.tell(4, "One.");
    talk.tell(5, "Two.");
    let turn = value(&talk.line(TURN_OVER).say[0]);
    assert_eq!(turn["params"]["input"][0]["text"], "One.\n\nTwo.");
    assert_eq!(turn["params"]["clientUserMessageId"], "message-5");
    assert_eq!(talk.line(&user_message("message-5")).stands, [4, 5]);
}

#[test]
fn every_request_of_its_own_is_answered() {
    let mut talk = Talk::new(&errand());
    begun(&mut talk);
    for (method, answer) in [
        ("item/tool/requestUserInput", json!({ "result": { "answers": {} } })),
        ("item/permissions/requestApproval", json!({ "result": { "permissions": {}, "scope": "turn" } })),
        ("execCommandApproval", json!({ "result": { "decision": "denied" } })),
        ("brand/new", json!({ "error": { "code": -32601, "message": "Not offered here." } })),
    ] {
        let asked = json!({ "id": "q-1", "method": method, "params": {} }).to_string();
        let said = value(&talk.line(&asked).say[0]);
        assert_eq!(said["id"], "q-1");
        for (name, part) in answer.as_object().unwrap() {
            assert_eq!(&said[name], part, "{method}");
        }
    }
    let asked = r#"{"id":7,"method":"item/fileChange/requestApproval","params":{"itemId":"unknown"}}"#;
    assert_eq!(talk.line(asked).asks[0].wish, Wish::Files(Vec::new()), "it did not say which");
    assert_eq!(talk.answer(99, None), Vec::<String>::new(), "nobody asked that");
}

#[test]
fn a_version_that_cannot_be_spoken_with_says_so_before_anything_is_done() {
    let exit = |stderr: &str| Exit { code: Some(2), stderr: stderr.into(), report: None };
    let mut talk = Talk::new(&errand());
    talk.begin();
    let why = talk.unfit(&exit("error: unrecognized subcommand 'app-server'\n\nUsage: codex"));
    assert_eq!(why.as_deref(), Some("error: unrecognized subcommand 'app-server'"));
    assert_eq!(talk.unfit(&exit("out of memory")), None);
    // It takes no such policy, or takes another in its place.
    for answer in [
        r#"{"id":2,"error":{"code":-32600,"message":"unknown variant `untrusted`"}}"#,
        r#"{"id":2,"result":{"thread":{"id":"t-1"},"approvalPolicy":"on-request"}}"#,
    ] {
        let mut talk = Talk::new(&errand());
        talk.begin();
        talk.line(r#"{"id":1,"result":{}}"#);
        assert_eq!(talk.line(answer).say, Vec::<String>::new(), "no turn is begun");
        assert!(talk.rests() && talk.unfit(&Exit::default()).is_some());
    }
    let mut talk = Talk::new(&errand());
    begun(&mut talk);
    assert_eq!(talk.unfit(&exit("error: unexpected argument")), None, "it worked already");
}

#[test]
fn nothing_left_in_its_home_or_in_the_clone_decides_whether_it_asks() {
    let made = invoke(&errand());
    assert!(
        made.args.contains(&r#"projects={"/clone"={trust_level="untrusted"}}"#.to_owned()),
        "{:?}",
        made.args
    );
    for left in [".codex/rules", ".codex/config.toml", ".codex/hooks.json"] {
        assert!(made.removed.contains(&left), "{left}");
    }
    assert!(!made.args.iter().any(|arg| arg.contains("bypass") || arg.contains(NO_KEY)));
}

#[test]
fn a_later_run_goes_on_with_its_thread_under_the_same_policy() {
    let mut talk = Talk::new(&Errand { resume: Some("t-9".into()), ..errand() });
    talk.begin();
    let open = value(&talk.line(r#"{"id":1,"result":{}}"#).say[1]);
    assert_eq!((&open["method"], &open["params"]["threadId"]), (&json!("thread/resume"), &json!("t-9")));
    assert_eq!(open["params"]["approvalPolicy"], "untrusted");
}

#[test]
fn one_that_dies_has_not_finished() {
    let all: Vec<_> = include_str!("../recorded/codex-server-finished.jsonl").lines().collect();
    let mut talk = Talk::new(&errand());
    talk.begin();
    all[..all.len() - 1].iter().for_each(|line| drop(talk.line(line)));
    assert!(!talk.rests());
    let ended = talk.end(&Exit { code: None, ..Exit::default() });
    assert_eq!(ended.verdict, Verdict::Error);
    assert!(ended.reason.contains("without a result"), "{}", ended.reason);
}

#[test]
fn lines_nobody_knows_change_nothing() {
    let mut talk = Talk::new(&errand());
    begun(&mut talk);
    for line in
        ["", "words", "[]", "{}", r#"{"id":99,"result":{}}"#, r#"{"method":"new/thing"}"#, r#"{"id":null}"#]
    {
        assert_eq!(talk.line(line), Heard::default(), "{line}");
    }
    let of_a_helper = TURN_OVER.replace("t-1", "t-2");
    talk.line(&of_a_helper);
    assert!(!talk.rests(), "a helper's turn is not ours");
}

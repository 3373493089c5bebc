//! The conversation on what the real programs said (recorded against a scripted model, only shortened), and on what
//! nobody recorded.

use super::super::{Model, NO_KEY, Wish};
use super::*;
use crate::cli::{Cli, of};
use protocol::settings::Dialect;
use protocol::worker::WorkerBackend;

fn errand(resume: Option<&str>) -> Errand {
    Errand {
        prompt: "Mend sum".into(),
        model: Model {
            origin: "http://127.0.0.1:4100".into(),
            name: "scripted".into(),
            dialect: Dialect::OpenaiChat,
            context_window: None,
            key: NO_KEY.into(),
        },
        home: "/home/job".into(),
        folder: "/clone".into(),
        steps: 50,
        seconds: 600,
        resume: resume.map(str::to_owned),
        denied: vec![vec!["git".into(), "push".into()]],
    }
}

fn cli(backend: WorkerBackend) -> &'static Cli {
    of(backend).unwrap()
}

fn talk(backend: WorkerBackend, resume: Option<&str>) -> Box<dyn Dialogue> {
    (cli(backend).spoken.as_ref().unwrap().open)(&errand(resume))
}

struct Whole {
    events: Vec<Event>,
    said: Vec<Value>,
    wishes: Vec<Wish>,
    ended: Ended,
}

/// A whole conversation; the first question gets `no`, every other a yes.
fn whole(backend: WorkerBackend, lines: &str, no: Option<&str>) -> Whole {
    let mut talk = talk(backend, None);
    let (mut events, mut wishes) = (Vec::new(), Vec::new());
    let mut said = talk.begin();
    for line in lines.lines() {
        let heard = talk.line(line);
        said.extend(heard.say);
        events.extend(heard.events);
        for question in heard.asks {
            said.extend(talk.answer(question.id, no.filter(|_| wishes.is_empty())));
            wishes.push(question.wish);
        }
    }
    assert!(talk.rests(), "its turn is over");
    let ended = talk.end(&Exit { code: Some(0), ..Exit::default() });
    let said = said.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    Whole { events, said, wishes, ended }
}

fn value(line: &str) -> Value {
    serde_json::from_str(line).unwrap()
}

/// What the agent answers to the first two requests.
fn begun(talk: &mut dyn Dialogue) -> Vec<String> {
    talk.begin();
    talk.line(r#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":1}}"#);
    talk.line(r#"{"jsonrpc":"2.0","id":2,"result":{"sessionId":"s-1","modes":{"currentModeId":"default"}}}"#)
        .say
}

const REFUSED: &str = "The command was not run: a rule.";
const OPENCODE: &str = include_str!("../recorded/opencode-acp-declined.jsonl");
const GEMINI: &str = include_str!("../recorded/gemini-acp-declined.jsonl");

fn commands(wishes: &[Wish]) -> Vec<&str> {
    wishes
        .iter()
        .map(|wish| match wish {
            Wish::Command(line) => line.as_str(),
            Wish::Files(_) => "files",
        })
        .collect()
}

#[test]
fn opencode_asks_before_each_command_and_reads_the_reason_beside_the_refusal() {
    let whole = whole(WorkerBackend::Opencode, OPENCODE, Some(REFUSED));
    assert_eq!(commands(&whole.wishes), ["touch src/denied.txt; touch x", "cat src/sum.sh"]);
    let methods: Vec<_> = whole.said.iter().filter_map(|line| line["method"].as_str()).collect();
    assert_eq!(methods, ["initialize", "session/new", "session/prompt", "session/prompt"]);
    assert_eq!(whole.said[1]["params"]["cwd"], "/clone");
    let answers: Vec<_> = whole.said.iter().filter(|line| line.get("result").is_some()).collect();
    let outcome = |at: usize| &answers[at]["result"]["outcome"];
    assert_eq!(*outcome(0), json!({ "outcome": "selected", "optionId": "reject" }));
    assert_eq!(*outcome(1), json!({ "outcome": "selected", "optionId": "once" }));
    let at = |line: &Value| whole.said.iter().position(|said| said == line).unwrap();
    let reason = whole.said.iter().rfind(|line| line["method"] == "session/prompt").unwrap();
    assert_eq!(reason["params"]["prompt"][0]["text"], REFUSED);
    assert!(at(reason) < at(answers[0]), "the model reads both together");
    let shown: Vec<_> = whole.events.iter().filter(|event| !matches!(event, Event::Usage(_))).collect();
    let start = |label: &str| Event::ToolStart { tool: "bash".into(), label: label.into() };
    let end = |failed, exit_code, text: &str| Event::ToolEnd {
        tool: "bash".into(),
        failed,
        exit_code,
        text: text.into(),
    };
    let Event::Session { .. } = shown[0] else { panic!("{shown:?}") };
    assert_eq!(
        shown[1..],
        [
            &start("touch src/denied.txt; touch x"),
            &end(true, None, "It was not run."),
            &start("cat src/sum.sh"),
            &end(false, Some(0), "echo $(($1 - $2))\n"),
            &Event::Text { text: "done now".into() },
        ]
    );
    assert_eq!((whole.ended.verdict, whole.ended.said.as_deref()), (Verdict::Finished, Some("done now")));
}

#[test]
fn gemini_cli_asks_before_each_command_and_is_told_the_reason_as_its_answer() {
    let whole = whole(WorkerBackend::Gemini, GEMINI, Some(REFUSED));
    assert_eq!(commands(&whole.wishes), ["touch src/denied.txt; touch x", "cat src/sum.sh"]);
    let answers: Vec<_> = whole.said.iter().filter(|line| line.get("result").is_some()).collect();
    assert_eq!(answers[0]["result"]["outcome"]["optionId"], REFUSED);
    assert_eq!(answers[1]["result"]["outcome"]["optionId"], "proceed_once", "never more than this once");
    let ends: Vec<_> = whole
        .events
        .iter()
        .filter_map(|event| match event {
            Event::ToolEnd { failed, text, .. } => Some((*failed, text.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(ends, [(true, "It was not run."), (false, "")]);
    assert_eq!(whole.ended.verdict, Verdict::Finished);
    assert_eq!((whole.ended.usage.input, whole.ended.usage.output), (30, 15));
}

#[test]
fn a_refused_key_is_the_models_word_where_it_tells_one() {
    let gemini = whole(WorkerBackend::Gemini, include_str!("../recorded/gemini-acp-401.jsonl"), None);
    assert_eq!(gemini.ended.verdict, Verdict::NotLoggedIn, "{:?}", gemini.ended);
    // It says only that something went wrong; the way to the model knows more.
    let opencode = whole(WorkerBackend::Opencode, include_str!("../recorded/opencode-acp-401.jsonl"), None);
    assert_eq!(opencode.ended.verdict, Verdict::Error);
    assert!(opencode.ended.reason.contains("Internal error"), "{:?}", opencode.ended);
}

#[test]
fn words_enter_a_turn_that_runs_or_begin_the_next_as_the_agent_can() {
    let mut opencode = talk(WorkerBackend::Opencode, None);
    assert_eq!(opencode.tell(1, "x"), None, "there is no session yet");
    begun(&mut *opencode);
    let said = opencode.tell(4, "Say more.").unwrap();
    assert_eq!(value(&said[0])["params"]["prompt"][0]["text"], "Say more.");
    assert!(opencode.reached(4) && !opencode.reached(4), "it stands once");
    opencode.tell(5, "And more.").unwrap();
    let ended = |id: u64| format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"stopReason":"end_turn"}}}}"#);
    assert_eq!(opencode.line(&ended(3)).stands, Vec::<u64>::new());
    assert!(!opencode.rests(), "its turn goes on with what it was told");
    assert_eq!(opencode.line(&ended(4)).stands, Vec::<u64>::new(), "it was seen before");
    assert_eq!(opencode.line(&ended(5)).stands, [5], "what was worked on to its end was read");
    assert!(opencode.rests());

    let mut gemini = talk(WorkerBackend::Gemini, None);
    begun(&mut *gemini);
    assert!(!gemini.hears_at_work());
    assert_eq!(gemini.tell(4, "Say more."), None, "it would end the turn");
    gemini.line(&ended(3));
    assert!(gemini.rests() && gemini.tell(4, "Say more.").is_some());
    assert!(!gemini.rests(), "a turn of its own, in the same session");
}

#[test]
fn after_a_turn_that_failed_words_wait_for_another_run() {
    let mut talk = talk(WorkerBackend::Opencode, None);
    begun(&mut *talk);
    talk.tell(4, "Say more.").unwrap();
    let failed = |id: u64| format!(r#"{{"id":{id},"error":{{"code":-32603,"message":"no"}}}}"#);
    assert!(talk.line(&failed(4)).stands.is_empty());
    talk.line(&failed(3));
    assert!(talk.rests());
    assert_eq!(talk.tell(5, "x"), None);
    assert_eq!(talk.end(&Exit::default()).verdict, Verdict::Error);
}

fn asks(talk: &mut dyn Dialogue, call: Value) -> Heard {
    let options = json!([
        { "optionId": "always", "kind": "allow_always" },
        { "optionId": "once", "kind": "allow_once" },
        { "optionId": "reject", "kind": "reject_once" },
    ]);
    let params = json!({ "sessionId": "s-1", "toolCall": call, "options": options });
    let line = json!({ "id": "q", "method": "session/request_permission", "params": params });
    talk.line(&line.to_string())
}

#[test]
fn every_file_of_an_edit_is_asked_about_and_what_reads_is_free() {
    let mut talk = talk(WorkerBackend::Opencode, None);
    begun(&mut *talk);
    let edit = json!({
        "toolCallId": "c", "kind": "edit", "title": "2 files",
        "locations": [{ "path": "/clone/a" }], "content": [{ "type": "diff", "path": "/clone/b" }],
        "rawInput": { "files": [{ "filePath": "/clone/a", "movePath": "/clone/c" }] },
    });
    let heard = asks(&mut *talk, edit);
    let files = ["/clone/a", "/clone/b", "/clone/c"].map(str::to_owned).to_vec();
    assert_eq!(heard.asks[0].wish, Wish::Files(files));
    let nameless = asks(&mut *talk, json!({ "toolCallId": "d", "kind": "edit" }));
    assert_eq!(nameless.asks[0].wish, Wish::Files(Vec::new()), "which is refused");
    for (kind, option) in [("read", "once"), ("search", "once"), ("fetch", "reject"), ("other", "reject")] {
        let heard = asks(&mut *talk, json!({ "toolCallId": "e", "kind": kind, "title": "x" }));
        assert!(heard.asks.is_empty(), "{kind}");
        let answer = value(heard.say.last().unwrap());
        assert_eq!((&answer["id"], &answer["result"]["outcome"]["optionId"]), (&json!("q"), &json!(option)));
    }
    let long = "x".repeat(20_000);
    let heard = asks(&mut *talk, json!({ "toolCallId": "f", "kind": "execute", "title": long }));
    assert_eq!(heard.asks[0].wish, Wish::Command(long), "a command is judged whole");
}

#[test]
fn one_that_offers_no_plain_yes_gets_none() {
    let mut talk = talk(WorkerBackend::Opencode, None);
    begun(&mut *talk);
    let options = json!([{ "optionId": "always", "kind": "allow_always" }]);
    let call = json!({ "toolCallId": "c", "kind": "execute", "title": "ls" });
    let params = json!({ "toolCall": call, "options": options });
    let line = json!({ "id": 7, "method": "session/request_permission", "params": params });
    let question = talk.line(&line.to_string()).asks.remove(0);
    let answer = value(&talk.answer(question.id, None)[0]);
    assert_eq!(answer["result"]["outcome"]["outcome"], "cancelled");
    assert!(talk.answer(question.id, None).is_empty(), "a question is answered once");
}

#[test]
fn nothing_of_this_machine_is_offered_and_every_request_is_answered() {
    let mut gemini = talk(WorkerBackend::Gemini, None);
    let first = value(&gemini.begin()[0]);
    let offered = &first["params"]["clientCapabilities"];
    assert_eq!(
        *offered,
        json!({ "fs": { "readTextFile": false, "writeTextFile": false }, "terminal": false })
    );
    for method in ["fs/read_text_file", "fs/write_text_file", "terminal/create", "anything/else"] {
        let line = json!({ "id": 9, "method": method, "params": {} }).to_string();
        let answer = value(&gemini.line(&line).say[0]);
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(9), &json!(-32601)), "{method}");
    }
    let mut opencode = talk(WorkerBackend::Opencode, None);
    let line = json!({ "id": 9, "method": "fs/write_text_file", "params": {} }).to_string();
    assert_eq!(value(&opencode.line(&line).say[0])["result"], json!({}), "what it shows is not written here");
}

#[test]
fn a_session_goes_on_where_that_works_and_an_agent_that_would_not_ask_is_not_spoken_with() {
    let session = |backend, resume| {
        let mut talk = talk(backend, resume);
        talk.begin();
        value(&talk.line(r#"{"id":1,"result":{"protocolVersion":1}}"#).say[0])
    };
    let resumed = session(WorkerBackend::Opencode, Some("ses_1"));
    assert_eq!(
        (&resumed["method"], &resumed["params"]["sessionId"]),
        (&json!("session/resume"), &json!("ses_1"))
    );
    assert_eq!(session(WorkerBackend::Gemini, Some("x"))["method"], "session/new");

    for line in [
        r#"{"id":1,"result":{"protocolVersion":2}}"#,
        r#"{"id":1,"error":{"code":-32603,"message":"Internal error","data":{"details":"no"}}}"#,
    ] {
        let mut talk = talk(WorkerBackend::Gemini, None);
        talk.begin();
        talk.line(line);
        assert!(talk.rests() && talk.unfit(&Exit::default()).is_some(), "{line}");
    }
    let mut lax = talk(WorkerBackend::Gemini, None);
    lax.begin();
    lax.line(r#"{"id":1,"result":{"protocolVersion":1}}"#);
    let heard = lax.line(r#"{"id":2,"result":{"sessionId":"s","modes":{"currentModeId":"yolo"}}}"#);
    assert!(heard.say.is_empty(), "nothing is done in a mode in which it does not ask");
    assert!(lax.unfit(&Exit::default()).unwrap().contains("mode"));
    let exit = Exit { code: Some(1), stderr: "Unknown argument: acp".into(), report: None };
    assert!(talk(WorkerBackend::Gemini, None).unfit(&exit).is_some());
}

#[test]
fn words_that_come_in_pieces_are_lines_of_the_log() {
    let mut talk = talk(WorkerBackend::Opencode, None);
    begun(&mut *talk);
    let mut texts = Vec::new();
    for (message, piece) in [("m1", "One "), ("m1", "two\nthr"), ("m1", "ee"), ("m2", "four"), ("m2", "\n\n")]
    {
        let update = json!({
            "sessionUpdate": "agent_message_chunk", "messageId": message, "content": { "text": piece },
        });
        let line = json!({ "method": "session/update", "params": { "sessionId": "s-1", "update": update } });
        let events = talk.line(&line.to_string()).events;
        texts.extend(events.into_iter().filter_map(|event| match event {
            Event::Text { text } => Some(text),
            _ => None,
        }));
    }
    assert_eq!(texts, ["One two", "three", "four"]);
    // A helper's session is not this one.
    let other = json!({ "sessionUpdate": "agent_message_chunk", "content": { "text": "x\n" } });
    let line = json!({ "method": "session/update", "params": { "sessionId": "s-2", "update": other } });
    assert!(talk.line(&line.to_string()).events.is_empty());
}

#[test]
fn both_are_started_so_that_they_ask_and_nothing_left_in_home_can_change_that() {
    let opencode = (cli(WorkerBackend::Opencode).spoken.as_ref().unwrap().invoke)(&errand(None));
    assert_eq!(opencode.args, ["acp"]);
    let env = |name: &str| opencode.env.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone());
    let config = value(&env("OPENCODE_CONFIG_CONTENT").unwrap());
    assert_eq!(
        (&config["permission"]["bash"]["*"], &config["permission"]["edit"]),
        (&json!("ask"), &json!("ask"))
    );
    assert_eq!(config["permission"]["bash"]["git push *"], "deny");
    assert_eq!(config["permission"]["task"], "deny", "a helper's questions would be heard by nobody");
    assert_eq!(config["experimental"]["continue_loop_on_deny"], true);
    assert_eq!(env("OPENCODE_DISABLE_PROJECT_CONFIG").as_deref(), Some("1"));
    assert!(opencode.removed.contains(&".config/opencode"));

    let gemini = (cli(WorkerBackend::Gemini).spoken.as_ref().unwrap().invoke)(&errand(None));
    assert_eq!(gemini.args, ["--acp", "--approval-mode", "default", "-m", "scripted"]);
    let rules = gemini.files.iter().find(|file| file.below_home.ends_with(".toml")).unwrap();
    let asked = rules.text.split("[[rule]]").find(|rule| rule.contains("ask_user")).unwrap();
    assert!(asked.contains("argsPattern"), "without one it lets what it takes for safe through: {asked}");
    assert!(rules.text.contains("commandPrefix = \"git push\"\ndecision = \"deny\""));
    assert_eq!(gemini.removed, [".gemini"]);
}

//! The readers on what the real programs printed (recorded against a scripted model, only shortened), and on
//! what nobody recorded.

use super::*;

fn errand(dialect: Dialect) -> Errand {
    Errand {
        prompt: "Mend sum".into(),
        model: Model {
            origin: "http://127.0.0.1:4100".into(),
            name: "scripted".into(),
            dialect,
            context_window: Some(64_000),
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

fn read(backend: WorkerBackend, lines: &str, exit: Exit) -> (Vec<Event>, Ended) {
    let mut reader = (of(backend).unwrap().reader)();
    let events = lines.lines().flat_map(|line| reader.line(line)).collect();
    (events, reader.end(&exit))
}

fn exited(code: i32) -> Exit {
    Exit { code: Some(code), ..Exit::default() }
}

macro_rules! recorded {
    ($file:literal) => {
        include_str!(concat!("recorded/", $file))
    };
}

/// `$ command` or `tool`, and whether each failed.
fn tools(events: &[Event]) -> Vec<String> {
    let shown = events.iter().filter_map(|event| match event {
        Event::ToolStart { tool, label } => Some(format!("{tool}: {label}")),
        Event::ToolEnd { failed, .. } => Some(if *failed { "failed".into() } else { "ok".into() }),
        _ => None,
    });
    shown.collect()
}

#[test]
fn every_backend_but_our_own_loop_has_an_agent_and_each_is_listed_once() {
    for backend in WorkerBackend::ALL {
        let ours = matches!(backend, WorkerBackend::Native | WorkerBackend::None);
        assert_eq!(of(*backend).is_some(), !ours, "{backend}");
        assert!(ALL.iter().filter(|cli| cli.backend == *backend).count() <= 1);
    }
}

#[test]
fn codex_is_understood_from_beginning_to_end() {
    let (events, ended) = read(WorkerBackend::Codex, recorded!("codex-finished.jsonl"), exited(0));
    assert!(matches!(&events[0], Event::Session { id } if id.len() == 36), "{:?}", events[0]);
    assert!(
        matches!(&events[1], Event::Warning { text } if text.contains("metadata")),
        "an item of type error may be a warning"
    );
    assert_eq!(
        tools(&events),
        [
            "bash: /bin/bash -lc 'cat src/sum.sh'",
            "ok",
            "bash: /bin/bash -lc \"sed -i 's/- \\\\\"'$2/+ $2/'\"' src/sum.sh && sh check.sh\"",
            "ok"
        ]
    );
    assert_eq!(ended.verdict, Verdict::Finished);
    assert_eq!(ended.said.as_deref(), Some("Mended: sum adds now."));
    assert_eq!(ended.usage, Usage { input: 300, cached: 120, output: 60 });
    assert_eq!(ended.cost_usd, None);
}

#[test]
fn claude_is_understood_from_beginning_to_end() {
    let (events, ended) = read(WorkerBackend::Claude, recorded!("claude-finished.jsonl"), exited(0));
    assert!(matches!(&events[0], Event::Session { id } if id.len() == 36), "{:?}", events[0]);
    assert_eq!(
        tools(&events),
        ["bash: cat src/sum.sh", "ok", "bash: sed -i 's/- \\$2/+ $2/' src/sum.sh && sh check.sh", "ok"]
    );
    assert_eq!(ended.verdict, Verdict::Finished);
    assert_eq!(ended.said.as_deref(), Some("Mended: sum adds now."));
    assert_eq!(ended.usage, Usage { input: 300, cached: 120, output: 60 });
    assert!(ended.cost_usd.is_some());
}

#[test]
fn opencode_is_understood_from_beginning_to_end() {
    let (events, ended) = read(WorkerBackend::Opencode, recorded!("opencode-finished.jsonl"), exited(0));
    assert!(matches!(&events[0], Event::Session { id } if id.starts_with("ses_")), "{:?}", events[0]);
    assert_eq!(tools(&events)[..2], ["bash: cat src/sum.sh", "ok"]);
    assert_eq!(ended.verdict, Verdict::Finished);
    assert_eq!(ended.said.as_deref(), Some("Mended: sum adds now."));
    assert_eq!(ended.usage, Usage { input: 300, cached: 120, output: 60 });
}

#[test]
fn gemini_is_understood_from_beginning_to_end() {
    let (events, ended) = read(WorkerBackend::Gemini, recorded!("gemini-finished.jsonl"), exited(0));
    assert!(matches!(&events[0], Event::Session { id } if id.len() == 36), "{:?}", events[0]);
    assert_eq!(tools(&events)[..2], ["run_shell_command: cat src/sum.sh", "ok"]);
    assert_eq!(ended.verdict, Verdict::Finished);
    assert_eq!(ended.said.as_deref(), Some("Mended: sum adds now."));
    assert_eq!(ended.usage, Usage { input: 300, cached: 120, output: 60 });
}

#[test]
fn a_refused_key_is_told_from_a_rate_limit_by_every_agent() {
    use WorkerBackend::{Claude, Codex, Gemini, Opencode};
    let limited = Verdict::RateLimited;
    for (backend, lines, verdict) in [
        (Codex, recorded!("codex-401.jsonl"), Verdict::NotLoggedIn),
        (Codex, recorded!("codex-429.jsonl"), limited.clone()),
        (Claude, recorded!("claude-401.jsonl"), Verdict::NotLoggedIn),
        (Claude, recorded!("claude-429.jsonl"), limited.clone()),
        (Claude, recorded!("claude-not-logged-in.jsonl"), Verdict::NotLoggedIn),
        (Opencode, recorded!("opencode-401.jsonl"), Verdict::NotLoggedIn),
        (Opencode, recorded!("opencode-429.jsonl"), limited),
        (Gemini, recorded!("gemini-401.jsonl"), Verdict::NotLoggedIn),
    ] {
        let (events, ended) = read(backend, lines, exited(1));
        assert_eq!(ended.verdict, verdict, "{backend}: {}", ended.reason);
        let retried = events.iter().any(Event::is_refused_key);
        let login = lines.contains("/login");
        let tells = !matches!(backend, Gemini | Opencode) && verdict == Verdict::NotLoggedIn && !login;
        assert_eq!(retried, tells, "{backend}: who asks again with a refused key can be stopped");
    }
}

#[test]
fn claude_says_success_where_it_did_nothing_and_is_not_believed() {
    let lines = recorded!("claude-not-logged-in.jsonl");
    assert!(lines.contains(r#""subtype":"success""#));
    for code in [0, 1] {
        let (_, ended) = read(WorkerBackend::Claude, lines, exited(code));
        assert_eq!(ended.verdict, Verdict::NotLoggedIn);
        assert!(ended.reason.contains("Not logged in"), "{}", ended.reason);
    }
    let (_, ended) = read(WorkerBackend::Claude, recorded!("claude-max-turns.jsonl"), exited(1));
    assert_eq!(ended.verdict, Verdict::Limit);
}

#[test]
fn codex_whose_commands_all_failed_to_start_has_not_finished_whatever_it_says() {
    let line = |code: &str, output: &str| {
        format!(
            r#"{{"type":"item.completed","item":{{"type":"command_execution","command":"ls","aggregated_output":"{output}","exit_code":{code},"status":"failed"}}}}"#
        )
    };
    let done = r#"{"type":"turn.completed","usage":{"input_tokens":1,"output_tokens":1}}"#;
    let helper = "bwrap: execvp codex-linux-sandbox: No such file or directory";
    for (commands, verdict) in [
        (vec![line("1", helper), line("1", helper)], Verdict::Error),
        (vec![line("null", "")], Verdict::Error),
        (vec![line("1", helper), line("0", "a.txt")], Verdict::Finished),
        // A search that finds nothing is an ordinary failure.
        (vec![line("1", "")], Verdict::Finished),
        (vec![], Verdict::Finished),
    ] {
        let (_, ended) = read(WorkerBackend::Codex, &format!("{}\n{done}", commands.join("\n")), exited(0));
        assert_eq!(ended.verdict, verdict, "{commands:?}");
    }
}

#[test]
fn an_agent_that_dies_has_not_finished_and_its_last_words_are_kept() {
    for cli in ALL {
        for (lines, exit) in [
            (String::new(), exited(0)),
            ("not json\n{\"half\": ".to_owned(), Exit { code: None, ..Exit::default() }),
        ] {
            let (_, ended) = read(cli.backend, &lines, exit);
            assert_eq!(ended.verdict, Verdict::Error, "{}", cli.backend);
            assert!(ended.reason.contains("without a result"), "{}: {}", cli.backend, ended.reason);
        }
        let exit = Exit { code: Some(41), stderr: "noise\nError: it fell over\n\n".into(), report: None };
        let (_, ended) = read(cli.backend, "", exit);
        assert!(
            ended.reason.contains("code 41") && ended.reason.contains("it fell over"),
            "{}",
            ended.reason
        );
    }
    // Cut off in the middle: everything before the end was fine.
    let all: Vec<_> = recorded!("codex-finished.jsonl").lines().collect();
    let (_, ended) = read(WorkerBackend::Codex, &all[..all.len() - 1].join("\n"), exited(0));
    assert_eq!(ended.verdict, Verdict::Error);
}

#[test]
fn unknown_lines_fields_and_shapes_change_nothing() {
    let noise = [
        "",
        "plain words",
        "[]",
        "null",
        "{}",
        r#"{"type":null}"#,
        r#"{"type":"item.completed","item":null}"#,
        r#"{"type":"item.completed","item":{"type":"brand_new","x":[1]}}"#,
        r#"{"type":"system","subtype":"thinking_tokens"}"#,
        r#"{"type":"assistant","message":{"content":"a text"}}"#,
        r#"{"type":"user","message":{"content":[{"type":"tool_result"}]}}"#,
        r#"{"type":"tool_use","part":{}}"#,
        "\u{1b}[31mcoloured\u{1b}[0m",
    ];
    for (backend, lines) in [
        (WorkerBackend::Codex, recorded!("codex-finished.jsonl")),
        (WorkerBackend::Claude, recorded!("claude-finished.jsonl")),
        (WorkerBackend::Opencode, recorded!("opencode-finished.jsonl")),
    ] {
        let (_, plain) = read(backend, lines, exited(0));
        let noisy: Vec<_> = noise.iter().copied().chain(lines.lines().flat_map(|l| [l, noise[1]])).collect();
        assert_eq!(read(backend, &noisy.join("\n"), exited(0)).1, plain, "{backend}");
    }
}

#[test]
fn mini_is_judged_by_its_trajectory_alone() {
    let report = |status: &str| {
        let text = serde_json::json!({
            "info": { "exit_status": status, "submission": "mended\n", "model_stats": { "instance_cost": 0.0, "api_calls": 3 } },
            "messages": [
                { "role": "assistant", "content": "I look.", "extra": { "response": { "usage": { "prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": { "cached_tokens": 40 } } } } },
                { "role": "exit", "content": "mended\n" }
            ],
        });
        Exit { code: Some(0), report: Some(text.to_string()), ..Exit::default() }
    };
    for (status, verdict) in [
        ("Submitted", Verdict::Finished),
        ("LimitsExceeded", Verdict::Limit),
        ("RepeatedFormatError", Verdict::Error),
        ("AuthenticationError", Verdict::NotLoggedIn),
        ("RateLimitError", Verdict::RateLimited),
        ("", Verdict::Error),
    ] {
        let (_, ended) = read(WorkerBackend::Miniswe, "mini-swe-agent (step 1)", report(status));
        assert_eq!(ended.verdict, verdict, "{status}: {}", ended.reason);
        assert_eq!(ended.said.as_deref(), Some("mended\n"));
        assert_eq!(ended.usage, Usage { input: 100, cached: 40, output: 20 });
    }
}

#[test]
fn no_agent_is_given_a_key_a_place_outside_or_its_own_sandbox() {
    for cli in ALL {
        let dialect = cli.speaks.first().copied().unwrap_or(Dialect::OpenaiChat);
        let made = (cli.invoke)(&errand(dialect));
        let all = format!("{:?}", made);
        assert!(all.contains("127.0.0.1:4100"), "{}: the way to the model is told", cli.backend);
        assert!(all.contains("scripted"), "{}", cli.backend);
        assert!(
            made.files
                .iter()
                .all(|file| !file.below_home.starts_with('/') && !file.below_home.contains(".."))
        );
        assert!(!made.args.iter().any(|arg| arg.contains(NO_KEY)), "{}: a key is no argument", cli.backend);
    }
    let codex = (codex::CLI.invoke)(&errand(Dialect::OpenaiResponses));
    assert!(codex.args.contains(&"--dangerously-bypass-approvals-and-sandbox".to_owned()));
    assert!(codex.args.iter().any(|arg| arg.contains(r#"wire_api="responses""#)));
}

#[test]
fn a_prompt_is_never_read_as_an_option_nor_longer_than_an_argument_may_be() {
    for prompt in ["--help me".to_owned(), "x".repeat(200_000)] {
        for cli in ALL {
            let made = (cli.invoke)(&Errand { prompt: prompt.clone(), ..errand(Dialect::OpenaiChat) });
            assert!(
                made.args.iter().all(|arg| arg.len() < 128 * 1024 && !arg.starts_with("--help")),
                "{}",
                cli.backend
            );
            let text: String = made.files.iter().map(|file| file.text.as_str()).collect();
            assert!(text.contains(&prompt), "{}: it stands in a file", cli.backend);
        }
    }
}

#[test]
fn a_later_run_goes_on_with_the_session_of_the_first() {
    for cli in ALL.iter().filter(|cli| cli.resumes) {
        let made = (cli.invoke)(&Errand { resume: Some("s-1".into()), ..errand(Dialect::OpenaiChat) });
        assert!(made.args.contains(&"s-1".to_owned()), "{}", cli.backend);
    }
}

#[test]
fn a_model_that_speaks_something_else_is_refused_with_what_is_needed() {
    assert_eq!(codex::CLI.refuses(Dialect::OpenaiResponses), None);
    let why = codex::CLI.refuses(Dialect::OpenaiChat).unwrap();
    assert!(why.contains("Codex needs a model that speaks OpenAI Responses"), "{why}");
    assert!(why.contains("set up for OpenAI chat completions") && why.contains("Settings"), "{why}");
    assert_eq!(gemini::CLI.refuses(Dialect::OpenaiChat), None, "its calls are translated");
}

#[test]
fn the_documentation_names_every_agent_its_version_and_how_to_install_it() {
    let page = include_str!("../../../../../docs/AGENTS.md");
    for cli in ALL {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{}` |", cli.backend)));
        let row = row.unwrap_or_else(|| panic!("no row for {}", cli.backend));
        assert!(row.contains(cli.install), "{}: {row}", cli.backend);
        assert!(cli.tried.is_none_or(|tried| row.contains(tried) && cli.install.contains(tried)), "{row}");
        for dialect in cli.speaks {
            assert!(row.contains(spoken(*dialect)), "{row}");
        }
    }
}

#[test]
fn what_a_rule_denies_is_given_to_agents_whose_own_settings_can_say_so() {
    let denied =
        vec![vec!["git".to_owned(), "push".to_owned()], vec!["npm".to_owned(), "publish".to_owned()]];
    let made = |backend| {
        (of(backend).unwrap().invoke)(&Errand { denied: denied.clone(), ..errand(Dialect::OpenaiChat) })
    };
    let claude = made(WorkerBackend::Claude).args;
    let at = claude.iter().position(|arg| arg == "--disallowedTools").unwrap();
    assert_eq!(claude[at + 1..at + 3], ["Bash(git push:*)", "Bash(npm publish:*)"]);
    let settings = claude.iter().position(|arg| arg == "--settings").unwrap();
    assert!(claude[settings + 1].contains("http://127.0.0.1:4100/policy/claude"), "it asks before a command");
    let opencode = made(WorkerBackend::Opencode);
    let config = &opencode.env.iter().find(|(name, _)| *name == "OPENCODE_CONFIG_CONTENT").unwrap().1;
    let config: serde_json::Value = serde_json::from_str(config).unwrap();
    assert_eq!(config["permission"]["bash"]["git push *"], "deny");
    assert_eq!(config["permission"]["bash"]["*"], "allow");
    let gemini = made(WorkerBackend::Gemini).files;
    let rules = gemini.iter().find(|file| file.below_home.ends_with("policies/pilothouse.toml")).unwrap();
    assert!(
        rules.text.contains("commandPrefix = \"git push\"") && rules.text.contains("decision = \"deny\"")
    );
    for quiet in ALL {
        let plain = (quiet.invoke)(&errand(quiet.speaks[0]));
        assert!(
            !format!("{plain:?}").contains("disallowedTools") && !format!("{plain:?}").contains("policies/")
        );
    }
}

/// Two turns, as one with `--replay-user-messages` says them.
const REPLAYED: &str = r#"{"type":"user","uuid":"00000000-0000-4000-8000-000000000007","isReplay":true,"message":{"role":"user","content":[{"type":"text","text":"plainly"}]}}"#;

#[test]
fn claude_is_told_in_the_middle_and_a_message_stands_when_it_is_said_once_more() {
    let spoken = of(WorkerBackend::Claude).unwrap().spoken.as_ref().unwrap();
    let errand = errand(Dialect::AnthropicMessages);
    let made = (spoken.invoke)(&errand);
    assert!(made.args.contains(&"--input-format".to_owned()) && !made.args.contains(&errand.prompt));
    let mut talk = (spoken.open)(&errand);
    let first: serde_json::Value = serde_json::from_str(&talk.begin()[0]).unwrap();
    assert_eq!(first["message"]["content"][0]["text"], "Mend sum");
    let said: serde_json::Value = serde_json::from_str(&talk.tell(7, "plainly").unwrap()[0]).unwrap();
    assert_eq!(said["uuid"], "00000000-0000-4000-8000-000000000007");
    let all: Vec<_> = recorded!("claude-finished.jsonl").lines().collect();
    all.iter().for_each(|line| drop(talk.line(line)));
    assert!(!talk.rests(), "its turn is over, and the message begins another");
    assert_eq!(talk.line(REPLAYED).stands, [7]);
    assert!(!talk.rests());
    talk.line(all[all.len() - 1]);
    assert!(talk.rests());
    let ended = talk.end(&exited(0));
    assert_eq!(ended.verdict, Verdict::Finished);
    assert_eq!(ended.usage, Usage { input: 600, cached: 240, output: 120 }, "each turn counts for itself");
}

#[test]
fn a_claude_that_does_not_know_how_to_be_spoken_with_says_so() {
    let spoken = of(WorkerBackend::Claude).unwrap().spoken.as_ref().unwrap();
    let mut talk = (spoken.open)(&errand(Dialect::AnthropicMessages));
    let exit = Exit { stderr: "error: unknown option '--input-format'".into(), ..exited(1) };
    assert!(talk.unfit(&exit).unwrap().contains("--input-format"));
    talk.line(r#"{"type":"system","subtype":"init","session_id":"s"}"#);
    assert_eq!(talk.unfit(&exit), None, "it began");
}

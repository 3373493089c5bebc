use super::*;

fn facts() -> LightFacts {
    let request = |id: &str| RequestId::parse(id).unwrap();
    let job = |id: &str| JobId::parse(id).unwrap();
    LightFacts {
        requests: vec![request("4f2a81c0-9d11-4a55-8f5e-000000000001"), request("r-88")],
        jobs: vec![job("j-214"), job("j-216"), job("4f2b77aa-0000-4000-8000-000000000002")],
    }
}

fn answer(text: &str) -> Answer {
    match route(text, &facts()) {
        Route::Answer(answer) => answer,
        other => panic!("{text}: {other:?}"),
    }
}

fn delegated(text: &str) -> Priority {
    match route(text, &facts()) {
        Route::Delegate { priority, .. } => priority,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn small_talk_is_answered_and_a_request_that_begins_with_it_is_not() {
    assert_eq!(answer("Hi!"), Answer::Greeting);
    assert_eq!(answer("good morning"), Answer::Greeting);
    assert_eq!(answer("Thanks a lot :)"), Answer::Thanks);
    assert_eq!(answer("what can you do?"), Answer::Help);
    assert_eq!(answer("/help"), Answer::Help);
    delegated("hi, can you fix the build?");
    delegated("thanks, now refactor the parser");
    delegated("help me write a parser");
}

#[test]
fn the_status_is_answered_at_once() {
    assert_eq!(answer("/status"), Answer::Status);
    assert_eq!(answer("what's the status?"), Answer::Status);
    delegated("why is the status bar red");
}

#[test]
fn a_request_or_job_is_found_by_its_full_or_short_id() {
    assert_eq!(answer("status of job j-214"), Answer::JobStatus(JobId::parse("j-214").unwrap()));
    assert_eq!(answer("j-214"), Answer::JobStatus(JobId::parse("j-214").unwrap()));
    assert_eq!(answer("/status j-216"), Answer::JobStatus(JobId::parse("j-216").unwrap()));
    assert_eq!(answer("how is r-88?"), Answer::RequestStatus(RequestId::parse("r-88").unwrap()));
    let long = RequestId::parse("4f2a81c0-9d11-4a55-8f5e-000000000001").unwrap();
    assert_eq!(answer("what's the status of request 4f2a81c0?"), Answer::RequestStatus(long.clone()));
    assert_eq!(answer("status 4f2a"), Answer::RequestStatus(long));
}

#[test]
fn an_id_that_names_nothing_or_too_much_is_said() {
    assert_eq!(
        answer("status of job j-999"),
        Answer::UnknownId { typed: "j-999".into(), candidates: vec![] }
    );
    let Answer::UnknownId { candidates, .. } = answer("status of j-21") else { panic!() };
    assert_eq!(candidates, ["j-214", "j-216"]);
    delegated("status of the parser");
    delegated("fix job j-214");
    delegated("show me how to use j-214");
}

#[test]
fn plain_questions_about_git_are_answered() {
    assert_eq!(answer("which branch am I on?"), Answer::Branch);
    assert_eq!(answer("what did I change?"), Answer::DirtyFiles);
    assert_eq!(answer("show the last 5 commits"), Answer::LastCommits { count: 5 });
    assert_eq!(answer("last commit"), Answer::LastCommits { count: 1 });
    delegated("show the last 5000 commits");
    delegated("which branch should I use for the release?");
    delegated("create a branch");
}

#[test]
fn local_work_is_asked_for_by_name() {
    assert_eq!(
        answer("/local read src/main.rs"),
        Answer::Local(LocalRequest::Read { path: "src/main.rs".into() })
    );
    for line in local_usage() {
        assert_ne!(answer(line), Answer::LocalUsage, "{line} is offered and not understood");
    }
    assert_eq!(
        answer("/local search two words"),
        Answer::Local(LocalRequest::Search { text: "two words".into() })
    );
    for bad in [
        "/local",
        "/local run",
        "/local run '' ls",
        "/local run 'ls",
        "/local read ../x",
        "/local read .git/config",
        "/local frobnicate",
        "/local read 'x",
    ] {
        assert_eq!(answer(bad), Answer::LocalUsage, "{bad}");
    }
    delegated("/locale de");
}

#[test]
fn a_local_command_is_its_words_and_no_shells_line() {
    let argv = |text: &str| match answer(text) {
        Answer::LocalRun { argv } => argv,
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(argv("/local run cargo test"), ["cargo", "test"]);
    assert_eq!(argv("/LOCAL run sh -c 'a; b \"c\"' \"\""), ["sh", "-c", "a; b \"c\"", ""]);
    assert_eq!(argv("/local run ls *.rs > $HOME"), ["ls", "*.rs", ">", "$HOME"]);
    assert_eq!(argv("/local run a\nb"), ["a", "b"]);
}

#[test]
fn asking_remote_buddy_by_name_always_delegates() {
    let route = route("/ask_remote_buddy status", &facts());
    assert_eq!(route, Route::Delegate { text: "status".into(), priority: Priority::Interactive });
}

#[test]
fn everything_else_is_delegated_with_the_priority_it_asks_for() {
    assert_eq!(delegated("refactor the combat module"), Priority::Normal);
    assert_eq!(delegated("run the tests"), Priority::Interactive);
    assert_eq!(delegated("/replace foo bar src/**"), Priority::Interactive);
    assert_eq!(delegated("URGENT: the build is broken"), Priority::Interactive);
    assert_eq!(delegated("not urgent, but tidy the docs"), Priority::Normal);
    assert_eq!(delegated("update the docs when you have time"), Priority::Background);
    assert_eq!(delegated(""), Priority::Normal);
}

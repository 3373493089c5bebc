//! Telling a job something while an agent with a command line of its own works on it: the real programs. Those that can
//! be spoken with hear it at their next step; the others read nothing while they run, and go on with the same session
//! afterwards.

use crate::cases::{Cases, MEND};
use crate::crew::{CLAUDE, CODEX, Crew, GEMINI, Kind, MINISWE, OPENCODE, OPENHANDS};
use crate::{install, older};
use serde_json::{Value, json};
use std::path::PathBuf;
use testkit::model_server::{Step, Style};
use testkit::world::processes;

const SAID: &str = "Please mend it the plain way.";
/// Shows that it has begun, and lasts until the test has had its say.
const HELD: &str = "touch src/at-work; while ! [ -e src/go ]; do sleep 0.2; done; rm src/at-work src/go";

fn shell(kind: Kind, command: &str) -> Step {
    let mut arguments = json!({ kind.argument: command });
    if kind.backend == "opencode" {
        arguments["description"] = Value::from("a step");
    }
    if kind.backend == "codex" {
        // Else it goes on after ten seconds, whatever still runs.
        arguments["yield_time_ms"] = Value::from(30_000);
    }
    Step::call(kind.tool, arguments)
}

/// A file in the clone of the only job, once there is one.
fn in_clone(crew: &Crew, path: &str) -> Option<PathBuf> {
    let folder = std::fs::read_dir(crew.data.path().join("jobs")).ok()?.next()?.ok()?;
    Some(folder.path().join("clone").join(path))
}

async fn is_held(crew: &Crew) {
    let begun = async || in_clone(crew, "src/at-work").filter(|file| file.exists());
    crew.server.eventually("it is at work", begun).await;
}

fn let_go(crew: &Crew) {
    std::fs::write(in_clone(crew, "src/go").unwrap(), "").unwrap();
}

/// Says it while a command is held, which goes on once the log tells what becomes of it.
async fn say_while_held(crew: &Crew, job: &str, becomes: &str) {
    is_held(crew).await;
    say(crew, job).await;
    let told = async || crew.log(job).await.contains(becomes).then_some(());
    crew.server.eventually(becomes, told).await;
    let_go(crew);
}

async fn is_told(kind: Kind, bin: Option<PathBuf>) {
    let mut cases = Cases::new(kind);
    cases.first("told", shell(kind, HELD));
    // It says that it is done, and has done nothing.
    cases.first("told", Step::text("I looked at it."));
    cases.runs("told", &[MEND], "It adds now.");
    let crew = Crew::of(kind, 1, bin, cases.script());
    let job = crew.task("told", 200).await;
    say_while_held(&crew, &job, "[kept: ").await;
    let (end, told) = crew.end_of(&job).await;
    let log = crew.log(&job).await;
    assert_eq!(end, "job_completed", "{told}\n{log}");
    assert_eq!(crew.changed(&job).await, ["src/sum.sh"]);
    // Gemini CLI keeps its sessions to itself.
    let resumes = kind.backend != "gemini";
    let how = if resumes { "goes on with the session" } else { "starts anew on its own work" };
    assert!(log.contains("[kept: ") && log.contains(how), "it is said at once: {log}");
    assert!(!log.contains("Revision"), "it was told before its work was judged: {log}");
    let requests = crew.model.requests();
    let heard: Vec<_> =
        requests.iter().filter(|seen| seen.all().contains(SAID)).map(|seen| seen.all()).collect();
    let first = heard.first().expect("its model was told");
    assert!(first.contains("the task told."), "it knows what it is about: {first}");
    assert_eq!(first.contains("I looked at it."), resumes, "the same session, or none: {first}");
    let list = crew.server.owner("GET", format!("/jobs/{job}/steer")).send().await.json();
    assert_eq!(list["messages"][0]["state"], "taken", "{list}");
}

async fn say(crew: &Crew, job: &str) {
    let steer = json!({ "text": SAID });
    let said = crew.server.owner("POST", format!("/jobs/{job}/steer")).json(&steer).send().await;
    assert_eq!(said.status, 200, "{}", said.json());
}

/// While its first command runs; it stands before the model at the next step, while its turn goes on.
async fn hears_it_while_it_works(kind: Kind, bin: PathBuf) {
    let mut cases = Cases::new(kind);
    cases.first("heard", shell(kind, HELD));
    cases.first("heard", shell(kind, HELD));
    cases.runs("heard", &[MEND], "It adds now.");
    let crew = Crew::of(kind, 1, Some(bin), cases.script());
    let job = crew.task("heard", 200).await;
    say_while_held(&crew, &job, "[passed on: ").await;
    let taken = async || {
        let list = crew.server.owner("GET", format!("/jobs/{job}/steer")).send().await.json();
        (list["messages"][0]["state"] == "taken").then_some(())
    };
    crew.server.eventually("it is taken while its turn goes on", taken).await;
    let heard = async || crew.model.requests().iter().any(|seen| seen.all().contains(SAID)).then_some(());
    crew.server.eventually("its model is told with the very next call", heard).await;
    let_go(&crew);
    let (end, told) = crew.end_of(&job).await;
    let log = crew.log(&job).await;
    assert_eq!(end, "job_completed", "{told}\n{log}");
    assert_eq!(crew.changed(&job).await, ["src/sum.sh"]);
    assert!(log.contains("[passed on: ") && log.contains("[told it what you said; it goes on]"), "{log}");
    assert!(!log.contains("[kept: ") && !log.contains("Revision"), "one run, one turn: {log}");
    let requests = crew.model.requests();
    let first = requests.iter().find(|seen| seen.all().contains(SAID)).unwrap();
    assert!(first.all().contains("the task heard."), "the same session");
}

/// While its model says that it is done: it begins a turn of its own in the same run.
async fn hears_it_after_its_last_words(kind: Kind, bin: PathBuf) {
    let mut cases = Cases::new(kind);
    cases.first("late", shell(kind, "cat src/sum.sh"));
    cases.first(
        "late",
        Step::text("I looked at it.").styled(Style { chunk_chars: 1, delay_ms: 500, ..Style::default() }),
    );
    cases.runs("late", &[MEND], "It adds now.");
    let crew = Crew::of(kind, 1, Some(bin), cases.script());
    let job = crew.task("late", 200).await;
    let at_work = async || (crew.asked(kind, "late") > 1).then_some(());
    crew.server.eventually("its model answers for the last time", at_work).await;
    say(&crew, &job).await;
    let (end, told) = crew.end_of(&job).await;
    let log = crew.log(&job).await;
    assert_eq!(end, "job_completed", "{told}\n{log}");
    assert_eq!(crew.changed(&job).await, ["src/sum.sh"]);
    assert!(!log.contains("Revision"), "it was told before its work was judged: {log}");
    assert!(
        crew.model.requests().iter().any(|seen| seen.last().contains(SAID)),
        "it began a turn of its own"
    );
    let list = crew.server.owner("GET", format!("/jobs/{job}/steer")).send().await.json();
    assert_eq!(list["messages"][0]["state"], "taken", "{list}");
}

/// What was passed on and never stood before the model is nobody's: when its worker dies, the next attempt is told.
async fn is_told_anew_when_its_worker_dies(kind: Kind, bin: PathBuf) {
    let mut cases = Cases::new(kind);
    cases.first("died", shell(kind, "sleep 121"));
    cases.runs("died", &[MEND], "It adds now.");
    let crew = Crew::of(kind, 1, Some(bin), cases.script());
    let job = crew.task("died", 200).await;
    let below = || processes::below(crew.server.pid());
    let sleeps = async || below().into_iter().find(|process| process.argv.ends_with("sleep 121"));
    crew.server.eventually("it is at work", sleeps).await;
    say(&crew, &job).await;
    let passed_on = async || crew.log(&job).await.contains("[passed on: ").then_some(());
    crew.server.eventually("it is passed on", passed_on).await;
    let list = crew.server.owner("GET", format!("/jobs/{job}/steer")).send().await.json();
    assert_eq!(list["messages"][0]["state"], "waiting", "nobody read it yet: {list}");
    let worker = below().into_iter().find(|process| process.argv.contains("--worker-id")).unwrap();
    assert!(worker.kill());
    let (end, told) = crew.end_of(&job).await;
    assert_eq!(end, "job_completed", "{told}\n{}", crew.log(&job).await);
    let heard = crew.model.requests().into_iter().find(|seen| seen.all().contains(SAID));
    assert!(heard.expect("its model is told").all().contains("the task died."));
    let list = crew.server.owner("GET", format!("/jobs/{job}/steer")).send().await.json();
    assert_eq!(list["messages"][0]["state"], "taken", "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_passed_on_to_codex_survives_its_worker() {
    let Some(bin) = install::folder_of("codex") else { return };
    is_told_anew_when_its_worker_dies(CODEX, bin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_passed_on_to_claude_code_survives_its_worker() {
    let Some(bin) = install::folder_of("claude") else { return };
    is_told_anew_when_its_worker_dies(CLAUDE, bin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codex_hears_it_in_the_middle_of_its_turn() {
    let Some(bin) = install::folder_of("codex") else { return };
    hears_it_while_it_works(CODEX, bin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn claude_code_hears_it_in_the_middle_of_its_turn() {
    let Some(bin) = install::folder_of("claude") else { return };
    hears_it_while_it_works(CLAUDE, bin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codex_goes_on_with_what_came_with_its_last_words() {
    let Some(bin) = install::folder_of("codex") else { return };
    hears_it_after_its_last_words(CODEX, bin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn claude_code_goes_on_with_what_came_with_its_last_words() {
    let Some(bin) = install::folder_of("claude") else { return };
    hears_it_after_its_last_words(CLAUDE, bin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_codex_that_cannot_be_spoken_with_goes_on_with_what_it_was_told() {
    let Some(bin) = install::folder_of("codex") else { return };
    let (_older, bin) =
        older::without(&bin, "codex", "app-server", "error: unrecognized subcommand 'app-server'");
    is_told(CODEX, Some(bin)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claude_code_that_cannot_be_spoken_with_goes_on_with_what_it_was_told() {
    let Some(bin) = install::folder_of("claude") else { return };
    let (_older, bin) =
        older::without(&bin, "claude", "--input-format", "error: unknown option '--input-format'");
    is_told(CLAUDE, Some(bin)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opencode_hears_it_in_the_middle_of_its_turn_where_it_is_installed() {
    let Some(bin) = install::where_it_is("opencode") else { return };
    hears_it_while_it_works(OPENCODE, bin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opencode_goes_on_with_what_came_with_its_last_words_where_it_is_installed() {
    let Some(bin) = install::where_it_is("opencode") else { return };
    hears_it_after_its_last_words(OPENCODE, bin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mini_swe_agent_hears_it_in_the_middle_of_its_run_where_it_is_installed() {
    let Some(bin) = install::on_path("mini") else { return };
    hears_it_while_it_works(MINISWE, bin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn openhands_hears_it_in_the_middle_of_its_run_where_it_is_installed() {
    let Some(bin) = install::on_path("openhands") else { return };
    hears_it_while_it_works(OPENHANDS, bin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_passed_on_to_opencode_survives_its_worker_where_it_is_installed() {
    let Some(bin) = install::where_it_is("opencode") else { return };
    is_told_anew_when_its_worker_dies(OPENCODE, bin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opencode_that_cannot_be_spoken_with_goes_on_with_what_it_was_told() {
    let Some(bin) = install::where_it_is("opencode") else { return };
    let (_older, bin) = older::without(&bin, "opencode", "acp", "error: unknown command 'acp'");
    is_told(OPENCODE, Some(bin)).await;
}

/// Words that come while its turn runs would end the turn; they begin the next, in the same session.
#[tokio::test(flavor = "multi_thread")]
async fn gemini_cli_hears_it_when_its_turn_ends_where_it_is_installed() {
    let Some(bin) = install::where_it_is("gemini") else { return };
    let mut cases = Cases::new(GEMINI);
    cases.first("later", shell(GEMINI, HELD));
    cases.first("later", Step::text("I looked at it."));
    cases.runs("later", &[MEND], "It adds now.");
    let crew = Crew::of(GEMINI, 1, Some(bin), cases.script());
    let job = crew.task("later", 200).await;
    say_while_held(&crew, &job, "[kept: Gemini CLI is told what you said when its turn ends").await;
    let (end, told) = crew.end_of(&job).await;
    let log = crew.log(&job).await;
    assert_eq!(end, "job_completed", "{told}\n{log}");
    assert_eq!(crew.changed(&job).await, ["src/sum.sh"]);
    assert!(log.contains("[kept: Gemini CLI is told what you said when its turn ends"), "{log}");
    assert!(log.contains("[told it what you said; it goes on]") && !log.contains("Revision"), "{log}");
    let requests = crew.model.requests();
    let first = requests.iter().find(|seen| seen.all().contains(SAID)).expect("its model was told").all();
    assert!(
        first.contains("the task later.") && first.contains("I looked at it."),
        "the same session: {first}"
    );
    let list = crew.server.owner("GET", format!("/jobs/{job}/steer")).send().await.json();
    assert_eq!(list["messages"][0]["state"], "taken", "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gemini_cli_that_cannot_be_spoken_with_starts_anew_with_what_it_was_told() {
    let Some(bin) = install::where_it_is("gemini") else { return };
    let (_older, bin) = older::without(&bin, "gemini", "--acp", "Unknown argument: acp");
    is_told(GEMINI, Some(bin)).await;
}

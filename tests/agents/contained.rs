//! Agents in containers: their programs come from this machine and run on what the image has.

use crate::cases::{Cases, MEND};
use crate::crew::{CLAUDE, CODEX, Crew, Kind};
use crate::dockerd::{Dockerd, IMAGE, dockerd};
use crate::install;
use protocol::ops::{JobParams, typed};
use std::path::PathBuf;
use testkit::model_server::{Fault, Step};

fn crew(engine: &Dockerd, sandbox: &str, kind: Kind, bin: PathBuf, steps: Vec<Step>) -> Crew {
    crew_in(IMAGE, engine, sandbox, kind, bin, steps)
}

fn crew_in(image: &str, engine: &Dockerd, sandbox: &str, kind: Kind, bin: PathBuf, steps: Vec<Step>) -> Crew {
    let socket = engine.socket();
    let env = [
        ("PILOTHOUSE_SANDBOX_BACKEND", sandbox),
        ("PILOTHOUSE_SANDBOX_IMAGE", image),
        ("PILOTHOUSE_SANDBOX_ENGINE", socket.to_str().unwrap()),
    ];
    Crew::with(kind, 1, Some(bin), steps, &[], &env)
}

async fn backend_of(crew: &Crew, job: &str) -> String {
    let id = protocol::JobId::parse(job).unwrap();
    let job = crew.server.client.call(typed::JobsGet, &JobParams { id }, None).await.unwrap();
    job.isolation.expect("it was stored").backend
}

#[tokio::test(flavor = "multi_thread")]
async fn codex_mends_a_fault_in_a_container() {
    let (Some(engine), Some(bin)) = (dockerd().await, install::folder_of("codex")) else { return };
    let steps = Cases::new(CODEX).runs("fixes", &["cat src/sum.sh", MEND], "It adds now.").script();
    let crew = crew(&engine, "container", CODEX, bin, steps);
    let job = crew.task("fixes", 100).await;
    let (end, told) = crew.end_of(&job).await;
    assert_eq!(end, "job_completed", "{told}");
    assert_eq!(crew.changed(&job).await, ["src/sum.sh"]);
    assert_eq!(backend_of(&crew, &job).await, "container");
}

/// An image that has what its program is linked to, as most images have.
#[tokio::test(flavor = "multi_thread")]
async fn claude_code_mends_a_fault_in_a_container() {
    let (Some(engine), Some(bin)) = (dockerd().await, install::folder_of("claude")) else { return };
    let image = "pilothouse-test-claude:1";
    engine.image_with(image, &[], &[&install::claude_itself(&bin)]).await;
    let steps = Cases::new(CLAUDE).runs("fixes", &["cat src/sum.sh", MEND], "It adds now.").script();
    let crew = crew_in(image, &engine, "container", CLAUDE, bin, steps);
    let job = crew.task("fixes", 100).await;
    let (end, told) = crew.end_of(&job).await;
    assert_eq!(end, "job_completed", "{told}\n{}", crew.log(&job).await);
    assert_eq!(crew.changed(&job).await, ["src/sum.sh"]);
    assert_eq!(backend_of(&crew, &job).await, "container");
    let log = crew.log(&job).await;
    assert!(log.lines().next().unwrap().ends_with(install::version("claude")), "the real program: {log}");
    let verified =
        crew.server.until("dev", 0, |e| e.kind() == "job.verified" && e.payload()["jobId"] == job.as_str());
    assert_eq!(verified.await.0.payload()["verified"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_whose_engine_stops_begins_anew_in_what_works_then() {
    let (Some(mut engine), Some(bin)) = (dockerd().await, install::folder_of("codex")) else { return };
    let mut cases = Cases::new(CODEX);
    cases.first("fixes", Step::fault(Fault::Hang { ms: None, headers_first: true }));
    let steps = cases.runs("fixes", &[MEND], "It adds now.").script();
    let crew = crew(&engine, "auto", CODEX, bin, steps);
    let job = crew.task("fixes", 200).await;
    let asked = async || (crew.asked(CODEX, "fixes") > 0).then_some(());
    crew.server.eventually("its model is asked", asked).await;
    engine.crash();
    let (end, told) = crew.end_of(&job).await;
    assert_eq!(end, "job_completed", "{told}");
    assert_eq!(crew.changed(&job).await, ["src/sum.sh"]);
    assert_eq!(backend_of(&crew, &job).await, "bwrap");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_lacks_a_library_in_the_image_says_which() {
    let (Some(engine), Some(bin)) = (dockerd().await, install::folder_of("claude")) else { return };
    let steps = Cases::new(CLAUDE).runs("fixes", &[MEND], "It adds now.").script();
    let crew = crew(&engine, "container", CLAUDE, bin, steps);
    let job = crew.task("fixes", 100).await;
    let (end, told) = crew.end_of(&job).await;
    assert_eq!((end.as_str(), told["code"].as_str()), ("job_failed", Some("agent.failed")), "{told}");
    let why = told["message"].as_str().unwrap();
    assert!(why.contains("error while loading shared libraries: lib"), "{why}");
}

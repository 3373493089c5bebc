//! The contract.

use crate::cases::{Cases, MEND};
use crate::crew::{CLAUDE, CODEX, Crew, GEMINI, KEY, Kind, MINISWE, NATIVE, OPENCODE, OPENHANDS};
use crate::install;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use testkit::model_server::{Fault, Step};

const WORKERS: usize = 3;

/// How long the jobs of one backend may take, and how long its test waits for anything.
struct Times {
    /// Enough for every case but the one that hangs.
    job: u64,
    /// The job whose model never answers.
    hangs: u64,
    patience: Duration,
}

/// OpenHands loads its libraries for a minute and more where three do at once, and anew in every round.
fn times(kind: Kind) -> Times {
    match kind.backend {
        "openhands" => Times { job: 900, hangs: 240, patience: Duration::from_secs(1_500) },
        _ => Times { job: 300, hangs: 6, patience: Duration::from_secs(300) },
    }
}

fn script(kind: Kind) -> Vec<Step> {
    let mut cases = Cases::new(kind);
    cases.runs("fixes", &["cat src/sum.sh", MEND], "It adds now.");
    cases.runs("lies", &["cat src/sum.sh"], "I mended it, and all checks pass.");
    cases.runs("exceeds", &[&format!("{MEND} && echo more >> README.md")], "It adds now.");
    cases.only("hangs", Fault::Hang { ms: None, headers_first: true });
    cases.runs("cancelled", &["(setsid sleep 3333 &); sleep 3333"], "never");
    // More than a worker may keep, and than a model may read.
    cases.runs(
        "floods",
        &[&format!("head -c 30000000 /dev/zero | tr '\\0' 'x' | fold -w 100; {MEND}")],
        "It adds now.",
    );
    cases.runs("dies", &[kills(kind), MEND], "It adds now.");
    cases.only("no-login", Fault::status(401));
    cases.first("limited", Step::rate_limited("1"));
    cases.runs("limited", &[MEND], "It adds now.");
    cases.only(
        "quota",
        Fault::Status {
            status: 429,
            retry_after: Some("3600".into()),
            code: Some("rate_limit_exceeded".into()),
            message: Some("come back in an hour".into()),
            headers: BTreeMap::new(),
        },
    );
    cases.script()
}

/// What kills the agent: the shell's parent, which is the sandbox's first process where it is not the agent. OpenHands
/// may run its shells in tmux.
fn kills(kind: Kind) -> &'static str {
    match kind.backend {
        "openhands" => {
            "for p in /proc/[0-9]*; do grep -q 'drive[.]py' $p/cmdline && kill -9 ${p#/proc/}; done; sleep 1"
        }
        _ => "kill -9 $PPID; sleep 1",
    }
}

/// Whether a process with these words in its command line is there.
fn runs(words: &str) -> bool {
    std::fs::read_dir("/proc").unwrap().any(|entry| {
        let line = std::fs::read(entry.unwrap().path().join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).replace('\0', " ").contains(words)
    })
}

/// Processes that carry the mark of one of these jobs.
fn processes_of(jobs: &BTreeMap<&str, String>) -> Vec<String> {
    let of = |entry: std::io::Result<std::fs::DirEntry>| {
        let pid = entry.unwrap().path();
        let environment = std::fs::read(pid.join("environ")).unwrap_or_default();
        let environment = String::from_utf8_lossy(&environment).into_owned();
        let mark = environment.split('\0').find(|variable| variable.starts_with("PILOTHOUSE_JOB="))?;
        jobs.values().any(|job| mark.contains(job.as_str())).then(|| format!("{} {mark}", pid.display()))
    };
    std::fs::read_dir("/proc").unwrap().filter_map(of).collect()
}

async fn keeps_the_contract(kind: Kind, bin: Option<PathBuf>) {
    let times = times(kind);
    let mut crew = Crew::of(kind, WORKERS, bin, script(kind));
    crew.server.patience = times.patience;
    let mut jobs = BTreeMap::new();
    let names =
        ["cancelled", "hangs", "fixes", "lies", "exceeds", "floods", "dies", "no-login", "limited", "quota"];
    for name in names {
        let seconds = if name == "hangs" { times.hangs } else { times.job };
        jobs.insert(name, crew.task(name, seconds).await);
    }
    let busy = &jobs["cancelled"];
    // Not every agent tells of a command before it has ended.
    let at_work = async || (crew.asked(kind, "cancelled") > 0 && runs("sleep 3333")).then_some(());
    crew.server.eventually("the job that is to be cancelled is at work", at_work).await;
    crew.server.owner("POST", format!("/jobs/{busy}/cancel")).json(&json!({})).send().await;
    let mut ends = BTreeMap::new();
    for (name, job) in &jobs {
        let (end, told) = crew.end_of(job).await;
        println!("{} {name}: {end}: {}", kind.backend, told["message"]);
        ends.insert(*name, (end, told.to_string()));
    }
    let log = crew.log(&jobs["fixes"]).await;
    if kind.backend != "native" {
        testkit::notes::started(log.lines().next().unwrap_or_default());
        let version = install::version(kind.backend);
        assert!(log.lines().next().unwrap().ends_with(version), "the real program was started: {log}");
    }

    // Gemini CLI stops when a command's output fills its model's window; that counts as what it is.
    let lost = kind.backend == "gemini";
    assert!(!lost || ends["floods"].1.contains("agent.limit"), "{}", ends["floods"].1);
    for name in ["fixes", "floods", "limited"].into_iter().filter(|name| !lost || *name != "floods") {
        assert_eq!(
            ends[name].0,
            "job_completed",
            "{name}: {}\n{}",
            ends[name].1,
            crew.log(&jobs[name]).await
        );
        assert_eq!(crew.changed(&jobs[name]).await, ["src/sum.sh"], "{name}");
    }
    let verified =
        crew.server.until("dev", 0, |e| e.kind() == "job.verified" && e.payload()["jobId"] == jobs["fixes"]);
    assert_eq!(verified.await.0.payload()["verified"], true);
    assert!(log.contains("$ sh check.sh"), "what it did is told: {log}");
    let said = kind.backend == "native" || log.contains("It adds now.");
    assert!(said, "what it said is told: {log}");

    for (name, words) in [("lies", "gate"), ("exceeds", "Hand-over"), ("no-login", "key")] {
        assert_eq!(ends[name].0, "job_failed", "{name}: {}", ends[name].1);
        assert!(ends[name].1.contains(words), "{name}: {}", ends[name].1);
    }
    assert_eq!(ends["hangs"].0, "job_failed", "{}", ends["hangs"].1);
    assert!(kind.backend != "openhands" || crew.asked(kind, "hangs") > 0, "it came as far as its model");
    assert!(ends["hangs"].1.contains("time") || ends["hangs"].1.contains("limit"), "{}", ends["hangs"].1);
    assert_eq!(ends["cancelled"].0, "job.cancelled", "{}", ends["cancelled"].1);
    assert_eq!(ends["quota"].0, "job.waiting", "{}", ends["quota"].1);
    assert!(ends["quota"].1.contains("come back in an hour"), "{}", ends["quota"].1);

    // A killed command is not the end of our own loop; a killed agent is the end of its run.
    let (end, told) = &ends["dies"];
    match kind.backend {
        "native" => assert_eq!(end, "job_completed", "{told}"),
        _ => assert!(end == "job_failed" && told.contains("without a result"), "{end}: {told}"),
    }
    let asked = crew.asked(kind, "no-login");
    assert!((1..=4).contains(&asked), "a refused key is not tried for long: {asked}");
    let lied = crew.asked(kind, "lies");
    assert!(lied >= 4, "a lie is sent back twice: {lied}");

    // The one key there is stayed where it was.
    for seen in crew.model.requests() {
        let key = seen.header("authorization").or(seen.header("x-api-key")).unwrap_or_default();
        assert!(key.ends_with(KEY), "the broker puts the key in: {key}");
        assert!(!seen.body.to_string().contains(KEY));
    }
    let empty = async || {
        let left = std::fs::read_dir(crew.data.path().join("jobs")).unwrap().count();
        (left == 0).then_some(())
    };
    crew.server.eventually("no job leaves a folder behind", empty).await;
    let gone = async || processes_of(&jobs).is_empty().then_some(());
    crew.server.eventually("no job leaves a process behind", gone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_loop_keeps_the_contract() {
    keeps_the_contract(NATIVE, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codex_keeps_the_contract() {
    let Some(bin) = install::folder_of("codex") else { return };
    keeps_the_contract(CODEX, Some(bin)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn claude_code_keeps_the_contract() {
    let Some(bin) = install::folder_of("claude") else { return };
    keeps_the_contract(CLAUDE, Some(bin)).await;
}

/// Not installed by themselves: more of the same kind, large, and slow to start.
async fn keeps_it_where_it_is_installed(kind: Kind, bin: Option<PathBuf>) {
    if let Some(bin) = bin {
        keeps_the_contract(kind, Some(bin)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gemini_cli_keeps_the_contract_where_it_is_installed() {
    keeps_it_where_it_is_installed(GEMINI, install::where_it_is("gemini")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opencode_keeps_the_contract_where_it_is_installed() {
    keeps_it_where_it_is_installed(OPENCODE, install::where_it_is("opencode")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mini_swe_agent_keeps_the_contract_where_it_is_installed() {
    keeps_it_where_it_is_installed(MINISWE, install::on_path("mini")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn openhands_keeps_the_contract_where_it_is_installed() {
    keeps_it_where_it_is_installed(OPENHANDS, install::on_path("openhands")).await;
}

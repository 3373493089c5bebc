//! Real containers opened ahead of their commands: who gets one, what it shows, and that none is left.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // Functions shared by tests are tests too.
#![cfg(target_os = "linux")]

#[path = "support/contained.rs"]
mod contained;
#[path = "support/dockerd.rs"]
mod dockerd;
mod support;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bollard::query_parameters::{
    KillContainerOptionsBuilder, ListContainersOptionsBuilder, RemoveContainerOptionsBuilder, TopOptions,
};
use contained::{Place, place, shell, wish};
use dockerd::{IMAGE, inside};
use host::cell::{Answering, Door, Doors, Stream};
use host::sandbox::container::{Wish, clear, select};
use host::sandbox::{Sandbox, SandboxSpec};
use host::spawn::Running;
use support::{eventually, processes_with, unique_seconds};

const MARK: &str = "job-1-aaaaaaaa";

/// The job of each container of ours, by its id.
type Found = BTreeMap<String, String>;

/// What makes a spec another one.
type Change = fn(&mut SandboxSpec);

impl Place {
    fn of_job(&self) -> Sandbox {
        self.sandbox.of_job(MARK)
    }

    /// The containers that run.
    async fn open(&self) -> Found {
        let filters = HashMap::from([("label".to_owned(), vec!["app=pilothouse".to_owned()])]);
        let options = ListContainersOptionsBuilder::default().filters(&filters).build();
        let found = self.engine.client().list_containers(Some(options)).await.unwrap();
        let one =
            |labels: HashMap<String, String>| labels.get("dev.pilothouse.job").cloned().unwrap_or_default();
        found.into_iter().map(|all| (all.id.unwrap(), one(all.labels.unwrap_or_default()))).collect()
    }

    /// Waits until so many run.
    async fn are_open(&self, count: usize) -> Found {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let open = self.open().await;
            if open.len() == count {
                return open;
            }
            assert!(Instant::now() < deadline, "{count} were to be open: {open:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Opens one ahead and waits until it is the only one: those that were there may go a moment later.
    async fn waiting(&self, sandbox: &Sandbox, spec: &SandboxSpec) -> String {
        let before = self.open().await;
        sandbox.open_ahead(spec);
        self.only_new(&before).await
    }

    /// Waits until one runs that is none of these, and no other.
    async fn only_new(&self, before: &Found) -> String {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let open = self.open().await;
            let new: Vec<_> = open.keys().filter(|id| !before.contains_key(*id)).collect();
            if let ([id], 1) = (new.as_slice(), open.len()) {
                return (*id).clone();
            }
            assert!(Instant::now() < deadline, "before: {before:?}, now: {open:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until this one runs no more.
    async fn goes(&self, id: &str, why: &str) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.open().await.contains_key(id) {
            assert!(Instant::now() < deadline, "{why}, and it still waits");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// A command that has begun and goes on until `go` is there.
async fn held(sandbox: &Sandbox, spec: &SandboxSpec, script: &str) -> Running {
    let _ = std::fs::remove_file(spec.work.join("go"));
    let script = format!("{script}; echo begun > began; until test -e go; do sleep 0.02; done");
    let running = sandbox.start(spec, shell(&script)).await.unwrap();
    let began = spec.work.join("began");
    eventually("the command begins", || began.exists()).await;
    std::fs::remove_file(began).unwrap();
    running
}

async fn let_go(running: Running, spec: &SandboxSpec) -> String {
    std::fs::write(spec.work.join("go"), "").unwrap();
    let outcome = running.wait().await.unwrap();
    assert!(outcome.success(), "{} {}", outcome.summary(), outcome.stderr.text());
    outcome.stdout.text()
}

#[tokio::test]
async fn a_command_gets_the_one_that_waits_sees_what_came_meanwhile_and_the_next_waits_beside_it() {
    let Some(place) = place().await else { return };
    let (spec, sandbox) = (place.ground.spec(), place.of_job());
    let first = place.waiting(&sandbox, &spec).await;
    std::fs::write(spec.work.join("clone.txt"), "made after it was opened\n").unwrap();
    let running = held(&sandbox, &spec, "cat clone.txt").await;
    let beside = place.are_open(2).await;
    assert_eq!(beside.get(&first).map(String::as_str), Some(MARK), "it runs in the one that waited");
    let second = beside.keys().find(|id| **id != first).unwrap().clone();
    assert_eq!(beside[&second], MARK, "the other is the same job's");
    assert_eq!(let_go(running, &spec).await, "made after it was opened\n");
    assert!(!place.open().await.contains_key(&first), "it served once");
    let running = held(&sandbox, &spec, "true").await;
    assert!(place.are_open(2).await.contains_key(&second), "the next command got the next one");
    let_go(running, &spec).await;
    assert_eq!(place.are_open(1).await.len(), 1, "one waits and no more");
    sandbox.end_ahead().await;
    assert_eq!(place.containers().await, 0, "none waits once the job has ended");
    sandbox.open_ahead(&spec);
    place.allowed(&spec, "true").await;
    assert_eq!(place.containers().await, 0, "and none is opened any more");
}

#[tokio::test]
async fn one_that_is_still_being_opened_is_waited_for_and_no_second_one_is_made() {
    let Some(place) = place().await else { return };
    let (spec, sandbox) = (place.ground.spec(), place.of_job());
    for round in 0..3 {
        sandbox.open_ahead(&spec);
        let running = held(&sandbox, &spec, "true").await;
        // A second one beside the first would show here as a third.
        let open = place.are_open(2).await;
        let_go(running, &spec).await;
        let left = place.are_open(1).await;
        assert!(open.contains_key(left.keys().next().unwrap()), "round {round}: {open:?} {left:?}");
    }
    drop(sandbox);
    place.no_container_is_left().await;
    // Given up in the middle of its opening.
    let sandbox = place.of_job();
    sandbox.open_ahead(&spec);
    sandbox.end_ahead().await;
    assert_eq!(place.containers().await, 0);
    let sandbox = place.of_job();
    sandbox.open_ahead(&spec);
    drop(sandbox);
    // It may not even have been made yet; whatever is made of it goes.
    place.allowed(&spec, "true").await;
    place.no_container_is_left().await;
}

#[tokio::test]
async fn whoever_wants_another_one_gets_a_fresh_one_and_the_other_goes() {
    let Some(place) = place().await else { return };
    let (spec, sandbox) = (place.ground.spec(), place.of_job());
    let others: [(&str, Change); 4] = [
        ("its environment", |spec| spec.env.push(("OTHER".into(), "yes".into()))),
        ("its memory", |spec| spec.limits.memory = Some(64 << 20)),
        ("its /tmp", |spec| spec.tmp_bytes = 8 << 20),
        ("what it shows", |spec| spec.extra_ro.push(spec.work.with_file_name("other"))),
    ];
    for (what, change) in others {
        let waiting = place.waiting(&sandbox, &spec).await;
        let mut other = spec.clone();
        change(&mut other);
        let running = held(&sandbox, &other, "true").await;
        place.goes(&waiting, &format!("{what} differs")).await;
        let_go(running, &other).await;
        place.are_open(1).await;
    }
    // A folder of the same name that is another one.
    let waiting = place.waiting(&sandbox, &spec).await;
    std::fs::rename(&spec.work, spec.work.with_file_name("moved")).unwrap();
    std::fs::create_dir(&spec.work).unwrap();
    std::fs::write(spec.work.join("which"), "the new one\n").unwrap();
    let running = held(&sandbox, &spec, "cat which").await;
    place.goes(&waiting, "its folder is another one").await;
    place.are_open(2).await;
    assert_eq!(let_go(running, &spec).await, "the new one\n");
    // Another job's sandbox has nothing of it.
    let waiting = place.are_open(1).await;
    let other = place.sandbox.of_job("job-2-bbbbbbbb");
    let running = held(&other, &spec, "true").await;
    let beside = place.are_open(3).await;
    assert!(waiting.keys().all(|id| beside.contains_key(id)), "the first job's still waits: {beside:?}");
    assert_eq!(beside.values().filter(|job| *job == "job-2-bbbbbbbb").count(), 2);
    let_go(running, &spec).await;
    drop((sandbox, other));
    place.no_container_is_left().await;
}

#[tokio::test]
async fn one_that_ended_meanwhile_is_replaced_and_the_command_runs_once() {
    let Some(place) = place().await else { return };
    let (spec, sandbox, client) = (place.ground.spec(), place.of_job(), place.engine.client());
    for removed in [false, true] {
        let waiting = place.waiting(&sandbox, &spec).await;
        if removed {
            let options = RemoveContainerOptionsBuilder::default().force(true).build();
            client.remove_container(&waiting, Some(options)).await.unwrap();
        } else {
            let options = KillContainerOptionsBuilder::default().signal("KILL").build();
            client.kill_container(&waiting, Some(options)).await.unwrap();
        }
        let outcome = sandbox.run(&spec, shell("echo ran >> runs; echo said")).await.unwrap();
        assert_eq!(outcome.stdout.text(), "said\n", "{} {}", outcome.summary(), outcome.stderr.text());
        assert_eq!(std::fs::read_to_string(spec.work.join("runs")).unwrap(), "ran\n", "removed: {removed}");
        std::fs::remove_file(spec.work.join("runs")).unwrap();
        sandbox.run(&spec, shell("true")).await.unwrap();
        let next = place.are_open(1).await;
        assert!(!next.contains_key(&waiting));
        // The next round begins with none.
        sandbox.run(&SandboxSpec { tmp_bytes: 4 << 20, ..spec.clone() }, shell("true")).await.unwrap();
        let left = place.only_new(&next).await;
        let options = RemoveContainerOptionsBuilder::default().force(true).build();
        client.remove_container(&left, Some(options)).await.unwrap();
    }
    // One whose command was already running when it ended is not begun anew.
    let waiting = place.waiting(&sandbox, &spec).await;
    let running = held(&sandbox, &spec, "echo ran >> runs").await;
    let options = KillContainerOptionsBuilder::default().signal("KILL").build();
    client.kill_container(&waiting, Some(options)).await.unwrap();
    let error = running.wait().await.unwrap_err();
    assert_eq!(error.code(), "host.engine_gone", "{error}");
    assert_eq!(std::fs::read_to_string(spec.work.join("runs")).unwrap(), "ran\n");
    sandbox.end_ahead().await;
    place.no_container_is_left().await;
}

#[tokio::test]
async fn an_engine_that_stops_is_named_by_the_command_and_not_by_what_was_opened_ahead() {
    let Some(mut place) = place().await else { return };
    let (spec, sandbox) = (place.ground.spec(), place.of_job());
    place.waiting(&sandbox, &spec).await;
    place.engine.crash();
    let error = sandbox.run(&spec, shell("true")).await.unwrap_err();
    assert_eq!(error.code(), "host.engine_gone", "{error}");
    sandbox.open_ahead(&spec);
    let error = sandbox.run(&spec, shell("true")).await.unwrap_err();
    assert_eq!(error.code(), "host.engine_gone", "{error}");
    tokio::time::timeout(Duration::from_secs(30), sandbox.end_ahead()).await.unwrap();
}

#[tokio::test]
async fn what_a_command_leaves_reaches_the_waiting_one_through_the_jobs_folders_alone() {
    let Some(place) = place().await else { return };
    let (spec, sandbox, seconds) = (place.ground.spec(), place.of_job(), unique_seconds());
    place.waiting(&sandbox, &spec).await;
    let hostile = format!(
        "echo mine > /tmp/left; echo mine > /var/tmp/left; echo mine > /dev/shm/left; \
         (setsid sleep {seconds} &); ln -s /tmp/left link; echo shared > shared; exec 9<>/tmp/left"
    );
    let first = held(&sandbox, &spec, &hostile).await;
    let open = place.are_open(2).await;
    let mut counts = Vec::new();
    for id in open.keys() {
        let top = place.engine.client().top_processes(id, None::<TopOptions>).await.unwrap();
        counts.push(top.processes.unwrap_or_default().len());
    }
    counts.sort_unstable();
    assert!(counts[0] == 1 && counts[1] > 2, "only its first process is in the waiting one: {counts:?}");
    // Beside the first, which still runs and has its sleeper.
    assert!(!processes_with(&format!("sleep {seconds}")).is_empty());
    // Written so that no command line holds the number but the sleeper's.
    let sleeper = format!("[{}]{}", &seconds[..1], &seconds[1..]);
    let looks = format!(
        "cat /tmp/left /var/tmp/left /dev/shm/left link 2>/dev/null; cat shared; grep -l '{sleeper}' /proc/[0-9]*/cmdline; true"
    );
    let said = sandbox.run(&spec, shell(&looks)).await.unwrap();
    assert_eq!(said.stdout.text(), "shared\n", "{}", said.stderr.text());
    // The same look has it where the sleeper is.
    let control = shell(&format!("sleep {seconds} & cat shared; grep -l '{sleeper}' /proc/[0-9]*/cmdline"));
    let said = sandbox.run(&spec, control).await.unwrap();
    assert!(said.stdout.text().starts_with("shared\n/proc/"), "{}", said.stderr.text());
    let_go(first, &spec).await;
    eventually("its sleeper is gone", || processes_with(&format!("sleep {seconds}")).is_empty()).await;
    sandbox.end_ahead().await;
    place.no_container_is_left().await;
}

/// A door that hears something and hangs up.
struct Deaf;

impl Door for Deaf {
    fn answer(&self, connection: Stream) -> Answering {
        Box::pin(async move { drop(connection) })
    }
}

#[tokio::test]
async fn a_cell_with_doors_gets_the_one_that_waits_and_none_waits_beside_it() {
    let Some(place) = place().await else { return };
    let (spec, sandbox) = (place.ground.spec(), place.of_job());
    let waiting = place.waiting(&sandbox, &spec).await;
    let doors = Doors { proxy: Some(Arc::new(Deaf)), model: None };
    let cell = sandbox.open(spec, doors, &support::place::inside()).await.unwrap();
    let outcome = cell.start(shell("echo $HTTPS_PROXY")).await.unwrap().wait().await.unwrap();
    assert_eq!(outcome.stdout.text(), "http://127.0.0.1:3128\n", "{}", outcome.stderr.text());
    assert_eq!(place.open().await.into_keys().collect::<Vec<_>>(), [waiting]);
    cell.close().await;
    assert_eq!(place.containers().await, 0);
}

/// Not a test: a worker that dies while a container waits for it.
#[test]
fn helper_worker() {
    let Ok(socket) = std::env::var("HELPER_WORKER_SOCKET") else { return };
    let data = std::env::var("HELPER_WORKER_DATA").unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let data = Path::new(&data);
        let wish = Wish {
            engine: Some(socket),
            image: Some(IMAGE.to_owned()),
            inside: Some(inside()),
            ..Wish::default()
        };
        let sandbox = Sandbox::Container(Arc::new(select(&wish, data).await.unwrap())).of_job(MARK);
        sandbox.open_ahead(&SandboxSpec::new(data.join("jobs/mine"), data.join("homes/mine")));
        std::future::pending::<()>().await;
    });
}

#[tokio::test]
async fn one_whose_worker_is_killed_ends_by_itself_and_the_next_server_removes_it() {
    let Some(place) = place().await else { return };
    let data = place.ground.folder.path();
    let mut worker = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "helper_worker"])
        .env("HELPER_WORKER_SOCKET", place.engine.socket())
        .env("HELPER_WORKER_DATA", data)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let waiting = place.are_open(1).await.into_keys().next().unwrap();
    worker.kill().unwrap();
    worker.wait().unwrap();
    place.are_open(0).await;
    assert_eq!(place.containers().await, 1, "{waiting} ended by itself and is not put away");
    clear(&wish(&place.engine), data).await;
    assert_eq!(place.containers().await, 0);
}

//! Real containers under strain, and what is left of them: limits, floods, deaths of each side.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // Functions shared by tests are tests too.
#![cfg(target_os = "linux")]

#[path = "support/contained.rs"]
mod contained;
#[path = "support/dockerd.rs"]
mod dockerd;
mod support;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use contained::{place, shell, wish};
use dockerd::{IMAGE, dockerd, inside};
use host::cell::{Answering, Cell, Door, Doors, Stream};
use host::sandbox::container::{Wish, clear, instance, select};
use host::sandbox::{Preference, Sandbox, SandboxSpec, detect_with};
use host::spawn::{Command, Ended, Outcome, OutputCaps};
use support::{all_up, eventually, hiding_tree, processes_with, unique_seconds};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

#[tokio::test]
async fn memory_that_is_used_up_is_named() {
    let Some(place) = place().await else { return };
    let mut spec = place.ground.spec();
    spec.limits.memory = Some(64 << 20);
    let outcome = place.run(&spec, "x=$(head -c 300000000 /dev/zero | tr '\\0' x); echo ${#x}").await;
    assert_eq!(outcome.ended, Ended::OutOfMemory, "{} {}", outcome.summary(), outcome.stderr.text());
    assert!(outcome.summary().contains("memory was used up"));
    spec.limits.memory = Some(2 << 30);
    assert_eq!(
        place.allowed(&spec, "x=$(head -c 300000000 /dev/zero | tr '\\0' x); echo ${#x}").await,
        "300000000\n"
    );
    place.no_container_is_left().await;
}

#[tokio::test]
async fn a_fork_bomb_stays_small_and_ends_with_its_container() {
    let Some(place) = place().await else { return };
    let mut spec = place.ground.spec();
    spec.limits.pids = Some(40);
    let seconds = unique_seconds();
    let bomb = format!("for i in $(seq 500); do sleep {seconds} & done; wait");
    let (to, mut from) = tokio::sync::mpsc::channel(64);
    let running = place.sandbox.start(&spec, shell(&bomb).lines(to)).await.unwrap();
    // Refused, it tries again and again; by then it has become what it may.
    while !from.recv().await.expect("it is refused a process").text.contains("fork") {}
    let needle = format!("sleep {seconds}");
    let most = processes_with(&needle).len();
    assert!((11..=40).contains(&most), "{most}");
    running.cancel_handle().cancel();
    let outcome = running.wait().await.unwrap();
    assert_eq!(outcome.ended, Ended::Cancelled, "{} {}", outcome.summary(), outcome.stderr.text());
    assert!(processes_with(&needle).is_empty());
    spec.limits.pids = Some(400);
    place.allowed(&spec, "for i in $(seq 100); do sleep 0.2 & done; wait").await;
}

#[tokio::test]
async fn the_other_limits_hold_inside() {
    let Some(place) = place().await else { return };
    let mut spec = place.ground.spec();
    spec.limits.fsize = Some(1 << 20);
    spec.limits.nofile = Some(64);
    spec.tmp_bytes = 8 << 20;
    place.refused(&spec, "head -c 2000000 /dev/zero > big").await;
    assert!(std::fs::metadata(spec.work.join("big")).unwrap().len() <= 1 << 20);
    place
        .refused(
            &spec,
            "for i in 1 2 3 4 5 6 7 8 9 10; do head -c 1000000 /dev/zero > /tmp/$i || exit 1; done",
        )
        .await;
    assert_eq!(place.allowed(&spec, "ulimit -n").await.trim(), "64");
}

#[tokio::test]
async fn a_flood_is_capped_and_the_next_command_is_not_held_up() {
    let Some(place) = place().await else { return };
    let spec = place.ground.spec();
    let caps = OutputCaps { head: 100, tail: 100, total: Some(1_000_000) };
    let flood = shell("cat /dev/zero").caps(caps);
    let outcome = place.sandbox.run(&spec, flood).await.unwrap();
    assert_eq!((outcome.ended, outcome.stdout.bytes().len()), (Ended::OutputLimit, 200));
    let much = shell("head -c 268435456 /dev/zero").caps(OutputCaps { head: 10, tail: 10, total: None });
    let outcome = place.sandbox.run(&spec, much).await.unwrap();
    assert!(outcome.success() && outcome.stdout.bytes().len() == 20, "{}", outcome.summary());
    assert_eq!(place.allowed(&spec, "echo next").await, "next\n");
    place.no_container_is_left().await;
}

#[tokio::test]
async fn no_descendant_survives_a_cancel_a_timeout_or_the_programs_own_end() {
    let Some(place) = place().await else { return };
    let spec = place.ground.spec();
    let seconds = unique_seconds();
    let running =
        place.sandbox.start(&spec, Command::new(["bash", "-c", &hiding_tree(&seconds)])).await.unwrap();
    all_up(&seconds).await;
    running.cancel_handle().cancel();
    let outcome = running.wait().await.unwrap();
    assert_eq!((outcome.ended, outcome.leaked), (Ended::Cancelled, 0));
    assert!(processes_with(&format!("sleep {seconds}")).is_empty());

    let seconds = unique_seconds();
    let command = Command::new(["bash", "-c", &hiding_tree(&seconds)]).timeout(Duration::from_secs(10));
    let outcome = place.sandbox.run(&spec, command).await.unwrap();
    assert!(outcome.timed_out() && outcome.stdout.text() == "planted\n");
    assert!(processes_with(&format!("sleep {seconds}")).is_empty());

    let seconds = unique_seconds();
    let script = hiding_tree(&seconds).replace("echo planted\n", "exit 7\n");
    assert_eq!(place.run(&spec, &script).await.code, Some(7));
    assert!(processes_with(&format!("sleep {seconds}")).is_empty());
    place.no_container_is_left().await;
}

#[tokio::test]
async fn a_command_nobody_waits_for_any_more_takes_its_container_with_it() {
    let Some(place) = place().await else { return };
    let seconds = unique_seconds();
    let running = place.sandbox.start(&place.ground.spec(), Command::new(["sleep", &seconds])).await.unwrap();
    let needle = format!("sleep {seconds}");
    eventually("it runs", || !processes_with(&needle).is_empty()).await;
    drop(running);
    eventually("it is gone", || processes_with(&needle).is_empty()).await;
    place.no_container_is_left().await;
}

/// Not a test by itself: the parent that the next test kills.
#[test]
fn helper_parent() {
    let Ok(seconds) = std::env::var("HELPER_PARENT_SECONDS") else { return };
    let (socket, data) =
        (std::env::var("HELPER_PARENT_SOCKET").unwrap(), std::env::var("HELPER_PARENT_DATA").unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let data = Path::new(&data);
        let wish = Wish {
            engine: Some(socket),
            image: Some(IMAGE.to_owned()),
            inside: Some(inside()),
            ..Wish::default()
        };
        let sandbox = Sandbox::Container(Arc::new(select(&wish, data).await.unwrap()));
        let spec = SandboxSpec::new(data.join("jobs/mine"), data.join("homes/mine"));
        let _ = sandbox.run(&spec, Command::new(["bash", "-c", &hiding_tree(&seconds)])).await;
    });
}

#[tokio::test]
async fn no_descendant_survives_the_death_of_our_process_and_the_next_server_removes_what_is_left() {
    let Some(place) = place().await else { return };
    let (seconds, data) = (unique_seconds(), place.ground.folder.path());
    let mut parent = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "helper_parent"])
        .env("HELPER_PARENT_SECONDS", &seconds)
        .env("HELPER_PARENT_SOCKET", place.engine.socket())
        .env("HELPER_PARENT_DATA", data)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    all_up(&seconds).await;
    parent.kill().unwrap();
    parent.wait().unwrap();
    eventually("the tree is gone", || processes_with(&format!("sleep {seconds}")).is_empty()).await;
    assert_eq!(place.containers().await, 1);
    let another = tempfile::tempdir().unwrap();
    assert_ne!(instance(another.path()), instance(data));
    clear(&wish(&place.engine), another.path()).await;
    assert_eq!(place.containers().await, 1, "another data folder's server touched it");
    clear(&wish(&place.engine), data).await;
    assert_eq!(place.containers().await, 0);
}

#[tokio::test]
async fn an_engine_that_stops_under_a_command_is_named_and_nothing_hangs() {
    let Some(mut place) = place().await else { return };
    let seconds = unique_seconds();
    let running = place.sandbox.start(&place.ground.spec(), Command::new(["sleep", &seconds])).await.unwrap();
    let needle = format!("sleep {seconds}");
    eventually("it runs", || !processes_with(&needle).is_empty()).await;
    place.engine.crash();
    let error = tokio::time::timeout(Duration::from_secs(60), running.wait()).await.unwrap().unwrap_err();
    assert_eq!(error.code(), "host.engine_gone", "{error}");
    let error = place.sandbox.run(&place.ground.spec(), shell("true")).await.unwrap_err();
    assert_eq!(error.code(), "host.engine_gone", "{error}");
    assert!(error.to_string().contains("stopped answering"), "{error}");
}

#[tokio::test]
async fn commands_at_the_same_time_do_not_see_each_other() {
    let Some(place) = place().await else { return };
    let spec = place.ground.spec();
    let one = |at: usize| {
        let (place, spec) = (&place, &spec);
        async move {
            place
                .allowed(spec, &format!("echo {at} > /tmp/own; sleep 0.5; cat /tmp/own; ls /tmp | wc -l"))
                .await
        }
    };
    let said = futures_util::future::join_all((0..6).map(one)).await;
    for (at, text) in said.iter().enumerate() {
        assert_eq!(text, &format!("{at}\n1\n"));
    }
    place.no_container_is_left().await;
}

#[tokio::test]
async fn an_image_that_cannot_run_a_shell_fails_its_self_test_with_the_reason() {
    let Some(engine) = dockerd().await else { return };
    let found = engine.engine().await;
    use host::sandbox::container::image::Recipe;
    use host::sandbox::container::tarball::{Entry, tarball};
    let context = tarball(&[Entry {
        path: "Dockerfile",
        bytes: b"FROM scratch\nCOPY Dockerfile /\n",
        executable: false,
    }]);
    let recipe =
        Recipe { tag: "empty:1", context: context.unwrap(), dockerfile: "Dockerfile", ..Recipe::default() };
    found.build(recipe, &mut |_| {}).await.unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let wish = Wish { image: Some("empty:1".to_owned()), ..wish(&engine) };
    let none = detect_with(Preference::Container, &wish, scratch.path()).await.unwrap_err();
    assert!(none.reason.starts_with("the container sandbox does not work: "), "{none}");
}

/// A door that hears something, says which one it is and hangs up.
struct Greeter(&'static str);

impl Door for Greeter {
    fn answer(&self, mut connection: Stream) -> Answering {
        let text = self.0;
        Box::pin(async move {
            let _ = connection.read(&mut [0; 64]).await;
            let _ = connection.write_all(text.as_bytes()).await;
            let _ = connection.shutdown().await;
        })
    }
}

async fn in_cell(cell: &Cell, script: &str) -> Result<Outcome, host::HostError> {
    cell.start(shell(script)).await?.wait().await
}

#[tokio::test]
async fn a_cell_with_doors_reaches_these_and_nothing_else_and_is_one_container() {
    let Some(place) = place().await else { return };
    let mut spec = place.ground.spec();
    spec.limits.memory = Some(96 << 20);
    let doors = Doors {
        proxy: Some(Arc::new(Greeter("the proxy\n"))),
        model: Some(Arc::new(Greeter("the model\n"))),
    };
    let cell = place.sandbox.open(spec, doors, &support::place::inside()).await.unwrap();
    assert_eq!((cell.isolation().backend.as_str(), cell.isolation().net.as_str()), ("container", "doors"));
    let model = cell.model_url().unwrap().replace("http://", "").replace(':', "/");
    let call = |door: &str| format!("exec 3<>/dev/tcp/{door}; echo hello >&3; cat <&3");
    let script = format!("{}; {}; echo $HTTPS_PROXY", call(&model), call("127.0.0.1/3128"));
    let said = in_cell(&cell, &script).await.unwrap();
    assert_eq!(
        said.stdout.text(),
        "the model\nthe proxy\nhttp://127.0.0.1:3128\n",
        "{} {}",
        said.summary(),
        said.stderr.text()
    );
    in_cell(&cell, "echo kept > /tmp/kept").await.unwrap();
    assert_eq!(in_cell(&cell, "cat /tmp/kept").await.unwrap().stdout.text(), "kept\n");
    assert_eq!(place.containers().await, 1);
    // Whoever uses up the memory is named, and the others go on.
    let greedy = in_cell(&cell, "x=$(head -c 300000000 /dev/zero | tr '\\0' x); echo ${#x}").await.unwrap();
    assert_eq!(greedy.ended, Ended::OutOfMemory, "{} {}", greedy.summary(), greedy.stderr.text());
    assert!(in_cell(&cell, "true").await.unwrap().success());
    let killed = in_cell(&cell, "kill -9 $$").await.unwrap();
    assert_eq!(
        (killed.ended, killed.signal),
        (Ended::Exited, Some(9)),
        "of this one memory was not the cause"
    );
    cell.close().await;
    place.no_container_is_left().await;
}

#[tokio::test]
async fn a_cell_whose_engine_stops_says_so() {
    let Some(mut place) = place().await else { return };
    let doors = Doors { proxy: Some(Arc::new(Greeter(""))), model: None };
    let cell = place.sandbox.open(place.ground.spec(), doors, &support::place::inside()).await.unwrap();
    let running = cell.start(shell("echo begun; sleep 60")).await.unwrap();
    place.engine.crash();
    let error = tokio::time::timeout(Duration::from_secs(60), running.wait()).await.unwrap().unwrap_err();
    assert_eq!(error.code(), "host.engine_gone", "{error}");
}

//! A worker that cannot work says why: in its history, in the doctor, to everybody; and works once that is mended.
#![cfg(target_os = "linux")]

#[path = "../../src-tauri/crates/host/tests/support/dockerd.rs"]
mod dockerd;

use crate::scene::Scene;
use dockerd::{Dockerd, dockerd};
use protocol::doctor::{DoctorLine, Finding};
use protocol::ops::{Nothing, typed};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use testkit::world::program;

fn script(path: &Path, text: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

async fn doctor(scene: &Scene, id: &str) -> Option<DoctorLine> {
    let report = scene.server.client.call(typed::Doctor, &Nothing {}, None).await.unwrap();
    report.lines.into_iter().find(|line| line.id == id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_cannot_start_is_told_with_what_it_said_last_until_it_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let (broken, real) = (folder.path().join("broken"), folder.path().join("real"));
    let mended = folder.path().join("mended");
    let says = "pilothouse-worker: error while loading shared libraries: libnowhere.so.1";
    // It stands in for the program of the workers; the real one is beside it.
    script(
        &broken,
        &format!(
            "[ -e {} ] && exec {} \"$@\"\necho \"{says}\" >&2\nexit 127",
            mended.display(),
            real.display()
        ),
    );
    std::fs::write(&real, "").unwrap();
    let installed = program("pilothouse-worker");
    let words = [&real, &installed, &broken].map(|path| path.to_str().unwrap().to_owned());
    let [real, installed, broken] = &words;
    let bwrap = [
        "bwrap",
        "--dev-bind",
        "/",
        "/",
        "--ro-bind",
        installed,
        real,
        "--ro-bind",
        broken,
        installed,
        "--die-with-parent",
        "--",
    ];
    let scene = Scene::of(|start| start.under(&bwrap).workers(1));

    let told = scene.server.first("dev", 0, "worker.trouble").await;
    assert_eq!((&told.payload()["workerId"], &told.payload()["inRow"]), (&"w-1".into(), &5.into()));
    let cause = told.payload()["cause"].as_str().unwrap();
    assert!(cause.contains("libnowhere.so.1") && cause.contains("exit code 127"), "{cause}");
    // Its page is made of this.
    let worker = scene.worker("w-1").await.unwrap();
    assert!(!worker.is_online && worker.ends.len() >= 5, "{worker:?}");
    assert!(worker.ends.iter().all(|end| end.cause.contains("libnowhere.so.1")), "{:?}", worker.ends);
    let waits: Vec<_> = worker.ends.iter().rev().take(5).map(|end| end.again_in_ms.unwrap()).collect();
    assert_eq!(waits[..4], [500, 1_000, 2_000, 4_000], "it is not tried without a pause");
    let line = doctor(&scene, "worker.w-1").await.expect("the doctor has it");
    assert_eq!(line.finding, Finding::Problem);
    assert!(line.detail.contains("5 times in a row") && line.detail.contains("libnowhere.so.1"), "{line:?}");
    let shown = scene.says(&["worker", "show", "w-1"]);
    assert!(shown.contains("libnowhere.so.1"), "{shown}");

    std::fs::write(&mended, "").unwrap();
    scene.until_worker("w-1", "it is there", |worker| worker.is_online).await;
    let job = scene.long_job(None).await;
    scene.let_go(&job).await;
    scene.until_status(&job, "completed").await;
}

/// What a worker says of its sandbox and what the doctor says of it, once the worker is there.
async fn causes(scene: &Scene) -> [String; 2] {
    let worker = scene.until_worker("w-1", "it is there", |worker| worker.is_online).await;
    let own = worker.capabilities["isolationProblem"].as_str().unwrap_or_default().to_owned();
    assert!(worker.capabilities["isolation"].is_null(), "{}", worker.capabilities);
    let line = doctor(scene, "sandbox").await.unwrap();
    assert_eq!(line.finding, Finding::Problem, "{line:?}");
    assert!(line.fix.is_some(), "{line:?}");
    [own, line.detail]
}

/// What needs a sandbox fails with the same cause, and what runs nothing of the repository is done all the same.
async fn fails_with(scene: &Scene, cause: &str) {
    let job = scene.long_job(None).await;
    let job = scene.until_status(&job, "failed").await;
    assert!(job["error"].as_str().unwrap().contains(cause), "{job}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_engine_is_named_by_the_worker_the_doctor_and_the_job() {
    let nowhere = tempfile::tempdir().unwrap();
    let socket = nowhere.path().join("no-engine.sock");
    let scene = Scene::of(|start| {
        start
            .env("PILOTHOUSE_SANDBOX_BACKEND", "container")
            .env("PILOTHOUSE_SANDBOX_ENGINE", socket.to_str().unwrap())
    });
    for cause in causes(&scene).await {
        assert!(cause.contains("no-engine.sock"), "{cause}");
    }
    fails_with(&scene, "no-engine.sock").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_image_is_named_by_the_worker_the_doctor_and_the_job() {
    let Some(engine) = dockerd().await else { return };
    let scene = Scene::of(|start| {
        start
            .env("PILOTHOUSE_SANDBOX_BACKEND", "container")
            .env("PILOTHOUSE_SANDBOX_IMAGE", "pilothouse-nowhere:7")
            .env("PILOTHOUSE_SANDBOX_ENGINE", engine.socket().to_str().unwrap())
    });
    for cause in causes(&scene).await {
        assert!(cause.contains("pilothouse-nowhere:7"), "{cause}");
    }
    fails_with(&scene, "pilothouse-nowhere:7").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_that_does_not_pass_its_own_test_is_named_by_the_worker_the_doctor_and_the_job() {
    let folder = tempfile::tempdir().unwrap();
    // As where the system refuses it what it needs.
    let refuses = folder.path().join("bwrap");
    script(&refuses, "echo 'bwrap: No permissions to create new namespace' >&2\nexit 1");
    let over = ["--ro-bind", refuses.to_str().unwrap(), "/usr/bin/bwrap", "--die-with-parent", "--"];
    let bwrap = [&["bwrap", "--dev-bind", "/", "/"][..], &over].concat();
    let scene = Scene::of(|start| start.under(&bwrap).env("PILOTHOUSE_SANDBOX_BACKEND", "bwrap"));
    for cause in causes(&scene).await {
        assert!(cause.contains("No permissions to create new namespace"), "{cause}");
    }
    fails_with(&scene, "No permissions to create new namespace").await;
}

/// An engine of the test's own has no way to any registry, as on a machine without a network.
#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_why_the_image_cannot_be_got_and_finds_one_that_is_there() {
    let Some(engine) = dockerd().await else { return };
    let data = tempfile::tempdir().unwrap();
    // Ours is built, and what it is built from cannot be fetched.
    let (well, said) = mends(data.path(), &engine, Some(OURS));
    println!("{said}");
    assert!(!well && said.contains("debian"), "{said}");
    let (well, said) = mends(data.path(), &engine, Some("pilothouse-nowhere:7"));
    println!("{said}");
    assert!(!well && said.contains("pilothouse-nowhere:7"), "{said}");
    let (_, said) = mends(data.path(), &engine, Some(dockerd::IMAGE));
    println!("{said}");
    assert!(said.contains(&format!("The image {} is there", dockerd::IMAGE)), "{said}");
}

const OURS: &str = "pilothouse-worker:latest";

/// `pilothouse doctor --fix`: whether all is well then, and everything it said.
fn mends(data: &Path, engine: &Dockerd, image: Option<&str>) -> (bool, String) {
    let run = std::process::Command::new(program("pilothouse"))
        .arg("--data")
        .arg(data)
        .args(["doctor", "--fix"])
        .env("PILOTHOUSE_CONFIG_DIR", data.join("no-settings"))
        .env("PILOTHOUSE_SANDBOX_BACKEND", "container")
        .env("PILOTHOUSE_SANDBOX_ENGINE", engine.socket())
        .envs(image.map(|image| ("PILOTHOUSE_SANDBOX_IMAGE", image)))
        .output()
        .unwrap();
    let text = [run.stdout, run.stderr].concat();
    (run.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// What our image is built from is a stand-in here, whose `apt-get` installs nothing; the steps are those of our own
/// Dockerfile, and whoever works in it is the real worker.
#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_builds_our_image_which_jobs_run_in_and_names_a_step_that_fails() {
    let Some(engine) = dockerd().await else { return };
    let base =
        host::sandbox::container::image::WORKER_DOCKERFILE.lines().find_map(|l| l.strip_prefix("FROM "));
    let base = base.expect("what it is built from");
    let data = tempfile::tempdir().unwrap();
    let fails = "#!/bin/sh\necho 'E: Unable to locate package ripgrep' >&2\nexit 100\n";
    engine.image_with(base, &[("apt-get", fails)], &[]).await;
    let (well, said) = mends(data.path(), &engine, None);
    println!("{said}");
    assert!(!well && said.contains("Unable to locate package ripgrep") && said.contains(OURS), "{said}");

    engine.image_with(base, &[("apt-get", "#!/bin/sh\necho \"stand-in: apt-get $*\"\n")], &[]).await;
    let (_, said) = mends(data.path(), &engine, None);
    println!("{said}");
    assert!(said.contains("stand-in: apt-get install -y --no-install-recommends bash"), "{said}");
    assert!(said.contains(&format!("The image {OURS} is there")), "{said}");
    let (_, said) = mends(data.path(), &engine, None);
    assert!(!said.contains("stand-in"), "what is there is not built again: {said}");

    let scene = Scene::of(|start| {
        start
            .env("PILOTHOUSE_SANDBOX_BACKEND", "container")
            .env("PILOTHOUSE_SANDBOX_ENGINE", engine.socket().to_str().unwrap())
    });
    let job = scene.long_job(None).await;
    scene.let_go(&job).await;
    let job = scene.until_status(&job, "completed").await;
    assert_eq!(
        (&job["isolation"]["backend"], &job["isolation"]["image"]),
        (&"container".into(), &OURS.into())
    );
    let line = doctor(&scene, "sandbox").await.unwrap();
    assert_eq!(line.finding, Finding::Ok, "{line:?}");
}

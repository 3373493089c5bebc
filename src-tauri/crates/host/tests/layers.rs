//! Set-up steps are run once, kept whole, and given to later jobs.
#![allow(clippy::unwrap_used, clippy::panic)] // Functions shared by tests are tests too.
#![cfg(target_os = "linux")]

mod support;

use std::path::Path;

use host::layers::{Build, Built, Layer, LayerStore, digest};
use host::sandbox::{Sandbox, SandboxSpec};
use protocol::check::SetupStep;
use support::{Ground, sandbox};

const LARGEST: u64 = 100 << 20;

fn step(script: &str) -> SetupStep {
    let run = ["sh", "-c", script].map(str::to_owned).to_vec();
    SetupStep { run, timeout_s: 60, network: vec![], key: vec!["lock".into()] }
}

async fn build(
    store: &LayerStore,
    sandbox: &Sandbox,
    spec: &SandboxSpec,
    step: &SetupStep,
    now_ms: i64,
) -> Built {
    let digest = digest(step, "here", |name| std::fs::read(spec.work.join(name)).ok());
    let build = Build { step, digest: &digest, sandbox, spec, cell: None, job: None, lines: None, now_ms };
    store.build(build).await.unwrap()
}

fn kept(built: Built) -> Layer {
    match built {
        Built::Kept(layer, _) => layer,
        Built::Failed(outcome) => panic!("{}: {}", outcome.summary(), outcome.stderr.text()),
    }
}

fn fresh(folder: &Path) -> (std::path::PathBuf, std::path::PathBuf) {
    let (work, home) = (folder.join("second/work"), folder.join("second/home"));
    std::fs::create_dir_all(&work).unwrap();
    std::fs::create_dir_all(&home).unwrap();
    (work, home)
}

#[tokio::test]
async fn the_second_job_starts_with_what_the_first_set_up() {
    let Some(sandbox) = sandbox().await else { return };
    let ground = Ground::new();
    let spec = ground.spec();
    let store = LayerStore::open(&ground.path("layers"), LARGEST).unwrap();
    std::fs::write(spec.work.join("lock"), "1").unwrap();
    let step = step(
        "mkdir -p node_modules/.bin && echo dep > node_modules/dep && ln -s ../dep node_modules/.bin/d \
        && mkdir -p ~/.cache/pkg && echo cached > ~/.cache/pkg/a && echo changed > lock",
    );
    let layer = kept(build(&store, &sandbox, &spec, &step, 7).await);
    assert_eq!(
        (layer.work.as_slice(), layer.home.as_slice()),
        (&["node_modules".into()][..], &[".cache".into()][..])
    );
    assert_eq!(store.find(&layer.digest), Some(layer.clone()));

    let (work, home) = fresh(ground.folder.path());
    std::fs::write(work.join("lock"), "1").unwrap();
    store.apply(&layer, &work, &home).unwrap();
    assert_eq!(std::fs::read_to_string(work.join("node_modules/.bin/d")).unwrap(), "dep\n");
    assert_eq!(std::fs::read_to_string(home.join(".cache/pkg/a")).unwrap(), "cached\n");
    assert_eq!(std::fs::read_to_string(work.join("lock")).unwrap(), "1", "tracked files are the commit's");
    std::fs::write(work.join("node_modules/dep"), "poison").unwrap();
    let third = ground.path("third");
    std::fs::create_dir_all(third.join("home")).unwrap();
    store.apply(&layer, &third, &third.join("home")).unwrap();
    assert_eq!(std::fs::read_to_string(third.join("node_modules/dep")).unwrap(), "dep\n");
}

#[tokio::test]
async fn a_failed_step_keeps_nothing_and_says_why() {
    let Some(sandbox) = sandbox().await else { return };
    let ground = Ground::new();
    let store = LayerStore::open(&ground.path("layers"), LARGEST).unwrap();
    let built = build(&store, &sandbox, &ground.spec(), &step("echo no network >&2; exit 3"), 1).await;
    let Built::Failed(outcome) = built else { panic!() };
    assert_eq!((outcome.code, outcome.stderr.text().trim()), (Some(3), "no network"));
    assert_eq!(std::fs::read_dir(ground.path("layers")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_layer_above_its_limit_is_refused_and_leaves_nothing() {
    let Some(sandbox) = sandbox().await else { return };
    let ground = Ground::new();
    let store = LayerStore::open(&ground.path("layers"), 1000).unwrap();
    let (step, spec) = (step("head -c 5000 /dev/zero > big"), ground.spec());
    let digest = digest(&step, "", |_| None);
    let build = Build {
        step: &step,
        digest: &digest,
        sandbox: &sandbox,
        spec: &spec,
        cell: None,
        job: None,
        lines: None,
        now_ms: 1,
    };
    assert_eq!(store.build(build).await.unwrap_err().code(), "host.layer");
    assert_eq!(std::fs::read_dir(ground.path("layers")).unwrap().count(), 0);
}

#[tokio::test]
async fn what_a_crash_left_is_removed_and_was_never_a_layer() {
    let ground = Ground::new();
    let root = ground.path("layers");
    let name = "a".repeat(64);
    std::fs::create_dir_all(root.join(".staging-1/work/half")).unwrap();
    std::fs::create_dir_all(root.join(&name)).unwrap();
    let store = LayerStore::open(&root, LARGEST).unwrap();
    assert!(!root.join(".staging-1").exists());
    assert_eq!(store.find(&name), None);
    assert_eq!(store.find("../../etc"), None);
}

#[tokio::test]
async fn the_layer_unused_for_the_longest_time_goes_first() {
    let Some(sandbox) = sandbox().await else { return };
    let ground = Ground::new();
    let store = LayerStore::open(&ground.path("layers"), LARGEST).unwrap();
    let mut layers = Vec::new();
    for number in 0..3 {
        let folder = ground.path(&format!("n{number}"));
        std::fs::create_dir_all(folder.join("home")).unwrap();
        std::fs::create_dir_all(folder.join("work")).unwrap();
        let spec = SandboxSpec::new(folder.join("work"), folder.join("home"));
        let script = format!("head -c 1000 /dev/zero > out{number}");
        layers.push(kept(build(&store, &sandbox, &spec, &step(&script), 1).await));
        let made = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000 + number);
        let record = ground.path("layers").join(&layers[number as usize].digest).join("layer.json");
        std::fs::File::options().write(true).open(record).unwrap().set_modified(made).unwrap();
    }
    let (work, home) = fresh(ground.folder.path());
    store.apply(&layers[0], &work, &home).unwrap();
    let collected = store.collect(2500, &[]).unwrap();
    assert_eq!((collected.removed, collected.kept_bytes), (vec![layers[1].digest.clone()], 2000));
    let collected = store.collect(0, &[layers[2].digest.clone()]).unwrap();
    assert_eq!(collected.removed, [layers[0].digest.clone()]);
    assert_eq!(store.find(&layers[2].digest).unwrap().bytes, 1000);
}

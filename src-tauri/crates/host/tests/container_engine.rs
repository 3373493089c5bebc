//! Finding a real engine, its images, and what it takes to get one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // Functions shared by tests are tests too.
#![cfg(target_os = "linux")]

#[path = "support/dockerd.rs"]
mod dockerd;

use std::collections::BTreeMap;

use dockerd::{Dockerd, IMAGE, dockerd, with_podman};
use host::sandbox::container::engine::{Silent, explain, find, surroundings};
use host::sandbox::container::facts::Kind;
use host::sandbox::container::image::Recipe;
use host::sandbox::container::tarball::{Entry, tarball};
use host::sandbox::container::{EngineError, WORKER_IMAGE, Wish, select};

fn wish(engine: &Dockerd) -> Wish {
    Wish {
        engine: Some(engine.socket().display().to_string()),
        image: Some(IMAGE.to_owned()),
        inside: None,
        ..Wish::default()
    }
}

fn recipe<'a>(tag: &'a str, files: &[(&'a str, &'a str)]) -> Recipe<'a> {
    let entries: Vec<_> =
        files.iter().map(|(path, text)| Entry { path, bytes: text.as_bytes(), executable: false }).collect();
    Recipe { tag, context: tarball(&entries).unwrap(), dockerfile: "Dockerfile", ..Recipe::default() }
}

#[tokio::test]
async fn an_engine_is_found_and_says_what_it_is() {
    let Some(engine) = dockerd().await else { return };
    let found = engine.engine().await;
    let kind = if with_podman() { Kind::Podman } else { Kind::Docker };
    assert_eq!((found.facts.kind, found.facts.rootless), (kind, false));
    assert!(found.facts.limits_hold() && found.facts.memory > 0, "{:?}", found.facts);
    assert!(found.facts.root_dir.starts_with(engine.folder().to_str().unwrap()));
    assert!(found.facts.sentence().contains("sandbox.engine"), "{}", found.facts.sentence());
}

#[tokio::test]
async fn an_engine_that_ended_is_not_running_and_says_so() {
    let Some(mut engine) = dockerd().await else { return };
    engine.crash();
    let tried = find(&surroundings(Some(engine.socket().to_str().unwrap()))).await.unwrap_err();
    assert_eq!(tried[0].why, Silent::NotRunning);
    assert!(explain(&tried).fix.contains("start it"), "{}", explain(&tried));
}

#[tokio::test]
async fn a_socket_of_others_is_denied_with_the_two_ways_out() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(engine) = dockerd().await else { return };
    std::fs::set_permissions(engine.folder(), std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::set_permissions(engine.socket(), std::fs::Permissions::from_mode(0o600)).unwrap();
    // Root is never denied, so somebody else asks.
    let ours = std::env::current_exe().unwrap();
    let copy = engine.folder().join("asker");
    std::fs::copy(ours, &copy).unwrap();
    std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o755)).unwrap();
    let asked = std::process::Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(&copy)
        .args(["--exact", "helper_asker", "--nocapture"])
        .env("HELPER_ASKER_SOCKET", engine.socket())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&asked.stdout);
    assert!(
        said.contains("permission denied")
            && said.contains("usermod -aG docker")
            && said.contains("rootless"),
        "{said}"
    );
}

/// Not a test by itself: the other user of the test above.
#[tokio::test]
async fn helper_asker() {
    let Ok(socket) = std::env::var("HELPER_ASKER_SOCKET") else { return };
    println!("{}", explain(&find(&surroundings(Some(&socket))).await.unwrap_err()));
}

#[tokio::test]
async fn a_missing_image_is_named_with_its_next_step_and_never_fetched_by_itself() {
    let Some(engine) = dockerd().await else { return };
    let none = select(&Wish { image: None, ..wish(&engine) }, engine.folder()).await.unwrap_err();
    assert_eq!(none.reason, format!("image {WORKER_IMAGE} is not here"));
    assert!(none.fix.contains("doctor --fix"), "{none}");
    let other = Wish { image: Some("example.invalid/a/b:1".into()), ..wish(&engine) };
    let none = select(&other, engine.folder()).await.unwrap_err();
    assert!(none.fix.contains("docker pull example.invalid/a/b:1"), "{none}");
}

#[tokio::test]
async fn a_pull_without_a_way_to_the_registry_says_so() {
    let Some(engine) = dockerd().await else { return };
    let error = engine.engine().await.pull("example.invalid/a/b:1").await.unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("image example.invalid/a/b:1 is not here and could not be pulled: "), "{text}");
}

#[tokio::test]
async fn an_image_is_built_from_memory_and_a_failed_step_is_told() {
    let Some(engine) = dockerd().await else { return };
    let found = engine.engine().await;
    let mut heard = Vec::new();
    let dockerfile =
        format!("FROM {IMAGE}\nARG WORD=none\nCOPY word /word\nRUN echo $WORD >> /word && echo built\n");
    let mut good = recipe("made:1", &[("Dockerfile", &dockerfile), ("word", "first\n")]);
    good.args = BTreeMap::from([("WORD".to_owned(), "second".to_owned())]);
    let image = found.build(good, &mut |line| heard.push(line.to_owned())).await.unwrap();
    assert!(image.id.starts_with("sha256:") && heard.iter().any(|line| line == "built"), "{heard:?}");
    assert_eq!(found.image("made:1").await.unwrap().unwrap().id, image.id);

    let dockerfile = format!("FROM {IMAGE}\nRUN echo before; exit 3\n");
    let error = found.build(recipe("bad:1", &[("Dockerfile", &dockerfile)]), &mut |_| {}).await.unwrap_err();
    assert!(
        matches!(&error, EngineError::Build { cause, .. } if cause.contains("before") && cause.contains('3')),
        "{error}"
    );
    let error =
        found.build(recipe("bad:2", &[("Dockerfile", "FROM example.invalid/x\n")]), &mut |_| {}).await;
    assert!(error.unwrap_err().to_string().contains("example.invalid/x"));
    assert!(found.image("bad:1").await.unwrap().is_none());
}

#[tokio::test]
async fn our_dockerfile_is_one_the_engine_can_read() {
    let Some(engine) = dockerd().await else { return };
    // Its base and its packages come from the network, which no test uses: a base of that name stands in, and the
    // package manager of that base says yes to everything.
    let found = engine.engine().await;
    let base =
        format!("FROM {IMAGE}\nRUN printf '#!/bin/sh\\nexit 0\\n' > /bin/apt-get && chmod +x /bin/apt-get\n");
    found.build(recipe("debian:bookworm-slim", &[("Dockerfile", &base)]), &mut |_| {}).await.unwrap();
    let image = found.build_worker_image(&mut |_| {}).await.unwrap();
    assert!(!image.is_stale());
    assert_eq!(found.image(WORKER_IMAGE).await.unwrap().unwrap().id, image.id);
}

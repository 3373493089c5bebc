//! Images that a repository describes, on a real engine: built once, found again, forgotten, and refused with their
//! cause.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // Functions shared by tests are tests too.
#![cfg(target_os = "linux")]

#[path = "support/dockerd.rs"]
mod dockerd;

use std::collections::BTreeMap;

use dockerd::{Dockerd, IMAGE, dockerd, inside};
use futures_util::StreamExt as _;
use host::sandbox::container::described::{ContextFile, Described, tag_of};
use host::sandbox::container::tarball::{Entry, tarball};
use host::sandbox::container::{Engine, Wish};
use host::sandbox::{NoSandbox, detect_image};
use sha2::{Digest as _, Sha256};

fn described(dockerfile: &str, files: &[(&str, &str, bool)]) -> Described {
    let files = files.iter().map(|(path, text, link)| ContextFile {
        path: (*path).to_owned(),
        bytes: text.as_bytes().to_vec(),
        executable: path.ends_with(".sh"),
        link: *link,
    });
    Described {
        dockerfile: dockerfile.as_bytes().to_vec(),
        target: None,
        args: BTreeMap::from([("WORD".to_owned(), "said".to_owned())]),
        files: files.collect(),
    }
}

fn wish(engine: &Dockerd, image: &str) -> Wish {
    Wish {
        engine: Some(engine.socket().display().to_string()),
        image: Some(image.to_owned()),
        inside: Some(inside()),
        ..Wish::default()
    }
}

async fn refused(engine: &Dockerd, image: &str) -> NoSandbox {
    let scratch = tempfile::tempdir().unwrap();
    let none = detect_image(&wish(engine, image), scratch.path()).await.unwrap_err();
    assert_eq!(
        std::fs::read_dir(scratch.path()).unwrap().filter(|e| e.as_ref().unwrap().path().is_dir()).count(),
        0
    );
    none
}

async fn build(found: &Engine, described: &Described) -> String {
    found.build_described(described, "me", &mut |_| {}).await.unwrap().reference
}

#[tokio::test]
async fn what_is_described_is_built_with_its_files_and_arguments_and_found_again() {
    let Some(engine) = dockerd().await else { return };
    let found = engine.engine().await;
    let wanted = described(
        &format!(
            "FROM {IMAGE}\nARG WORD\nCOPY etc /opt\nRUN test \"$(/opt/run.sh)\" = hi && test -L /opt/here && echo $WORD > /opt/word\n"
        ),
        &[("etc/here", "run.sh", true), ("etc/run.sh", "#!/bin/sh\necho hi\n", false)],
    );
    assert!(found.built_for(&wanted.digest()).await.unwrap().is_none());
    let mut steps = Vec::new();
    let made = found.build_described(&wanted, "me", &mut |line| steps.push(line.to_owned())).await.unwrap();
    assert_eq!(made.reference, tag_of(&wanted.digest()));
    assert!(steps.iter().any(|line| line.contains("Step 4/")), "{steps:#?}");
    // As a server that starts anew finds it.
    let again = engine.engine().await.built_for(&wanted.digest()).await.unwrap().unwrap();
    assert_eq!(again.id, made.id);
    let scratch = tempfile::tempdir().unwrap();
    let selected = detect_image(&wish(&engine, &made.reference), scratch.path()).await.unwrap();
    assert_eq!(selected.isolation.image.as_deref(), Some(made.reference.as_str()));
    assert_eq!(selected.sandbox.tools(), Some(made.id.as_str()));
}

#[tokio::test]
async fn the_oldest_images_go_and_those_in_use_stay() {
    let Some(engine) = dockerd().await else { return };
    let found = engine.engine().await;
    let of = |word: &str| described(&format!("FROM {IMAGE}\nLABEL word={word}\n"), &[]);
    let mut tags = Vec::new();
    for word in ["a", "b", "c"] {
        tags.push(build(&found, &of(word)).await);
    }
    // With our program in it, as it is used.
    let scratch = tempfile::tempdir().unwrap();
    detect_image(&wish(&engine, &tags[1]), scratch.path()).await.unwrap();
    let others = found.build_described(&of("theirs"), "somebody", &mut |_| {}).await.unwrap().reference;
    let gone = found.forget_described("me", &[tags[0].clone()], 1).await.unwrap();
    assert_eq!(gone, 2);
    assert!(found.image(&tags[0]).await.unwrap().is_some());
    for tag in &tags[1..] {
        assert!(found.image(tag).await.unwrap().is_none(), "{tag}");
    }
    assert!(found.image(&others).await.unwrap().is_some());
    assert!(found.image(IMAGE).await.unwrap().is_some());
}

#[tokio::test]
async fn an_image_that_cannot_run_says_what_it_lacks() {
    let Some(engine) = dockerd().await else { return };
    let found = engine.engine().await;
    let no_git = build(&found, &described(&format!("FROM {IMAGE}\nRUN rm /bin/git\n"), &[])).await;
    let none = refused(&engine, &no_git).await;
    assert!(none.reason.contains("no git") && none.fix.contains("apt-get install -y git"), "{none}");
    let empty = build(&found, &described("FROM scratch\nCOPY only /\n", &[("only", "text", false)])).await;
    let none = refused(&engine, &empty).await;
    assert!(none.reason.contains("no shell"), "{none}");
    load_foreign(&engine, "far:1").await;
    let none = refused(&engine, "far:1").await;
    assert!(none.reason.contains("processor") && none.fix.contains("this machine"), "{none}");
    let none = refused(&engine, "nowhere:1").await;
    assert!(none.reason.contains("not here") && none.fix.contains("docker pull nowhere:1"), "{none}");
}

#[tokio::test]
async fn a_build_that_fails_says_its_last_words() {
    let Some(engine) = dockerd().await else { return };
    let wanted = described(&format!("FROM {IMAGE}\nRUN echo alas && exit 3\n"), &[]);
    let error = engine.engine().await.build_described(&wanted, "me", &mut |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("alas"), "{error}");
    let wanted = described("FROM pilothouse-nowhere.invalid/x:1\n", &[]);
    let error = engine.engine().await.build_described(&wanted, "me", &mut |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("could not be built"), "{error}");
}

/// An image for another processor, as an engine may hold it.
async fn load_foreign(engine: &Dockerd, name: &str) {
    let foreign = if std::env::consts::ARCH == "aarch64" { "amd64" } else { "arm64" };
    let layer = tarball(&[Entry { path: "bin/sh", bytes: b"x", executable: true }]).unwrap();
    let digest: String = Sha256::digest(&layer).iter().map(|byte| format!("{byte:02x}")).collect();
    let config = serde_json::json!({
        "architecture": foreign, "os": "linux", "config": {},
        "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{digest}")] },
    });
    let manifest =
        serde_json::json!([{ "Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"] }]);
    let archive = tarball(&[
        Entry { path: "config.json", bytes: config.to_string().as_bytes(), executable: false },
        Entry { path: "layer.tar", bytes: &layer, executable: false },
        Entry { path: "manifest.json", bytes: manifest.to_string().as_bytes(), executable: false },
    ]);
    let client = engine.client();
    let options = bollard::query_parameters::ImportImageOptions::default();
    let mut steps = client.import_image(options, bollard::body_full(archive.unwrap().into()), None);
    while let Some(step) = steps.next().await {
        step.unwrap();
    }
}

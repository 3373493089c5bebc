//! The token that the program `gh` signs in with, where nothing else has one. A stand-in for `gh`.

use crate::scene::{Places, Scene, TOKEN};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use testkit::world::Start;

/// A `gh` that is signed in at the scripted forge and nowhere else, and writes down what it is asked. Its token is in
/// a file: other tests look at command lines meanwhile.
fn signed_in(places: &Places<'_>, start: Start) -> Start {
    let folder = places.home.join("bin");
    let gh = folder.join("gh");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("token"), TOKEN).unwrap();
    let script = format!(
        "#!/bin/sh\ncd '{}' || exit 2\necho \"$*\" >> asked\n\
         if [ \"$*\" = 'auth token --hostname forge.test' ]; then exec cat token; fi\n\
         echo 'no oauth token found' >&2\nexit 1\n",
        folder.display()
    );
    std::fs::write(&gh, script).unwrap();
    std::fs::set_permissions(&gh, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    start.env("PATH", &path).env("PILOTHOUSE_PUBLISH_GH", "true")
}

async fn source(scene: &Scene, host: &str) -> Value {
    let all = scene.rpc("publish.hosts", json!({})).await;
    let hosts = all["hosts"].as_array().unwrap();
    hosts.iter().find(|known| known["host"] == host).unwrap()["source"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_other_has_a_token_that_of_gh_opens_the_pull_request_at_its_own_host() {
    let scene = Scene::made(|places, start| signed_in(&places, start).env("FORGE_TOKEN", ""));
    assert_eq!(source(&scene, "forge.test").await, "gh");
    assert_eq!(source(&scene, "github.com").await, "none", "it is not signed in there");
    let made = scene.publish(json!({})).await;
    assert_eq!(made["status"], "pr-created", "{made}");
    assert_eq!(scene.forge.pulls().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variable_that_has_a_token_wins_and_gh_is_not_asked() {
    let scene = Scene::made(|places, start| signed_in(&places, start));
    assert_eq!(source(&scene, "forge.test").await, "variable");
    let asked = std::fs::read_to_string(scene.home.path().join("bin/asked")).unwrap_or_default();
    assert!(!asked.contains("forge.test"), "{asked}");
}

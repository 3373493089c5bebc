//! `pilothouse pair` and `pilothouse devices`.

use crate::key::Key;
use crate::scene::{Scene, read_link, text};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Output, Stdio};
use testkit::world::program;

fn command(scene: &Scene, args: &[&str]) -> Command {
    let mut command = Command::new(program("pilothouse"));
    command.args(args).arg("--data").arg(scene.data.path());
    command.env("PILOTHOUSE_CONFIG_DIR", scene.data.path().join("no-settings"));
    command
}

fn ran(scene: &Scene, args: &[&str]) -> Output {
    command(scene, args).stdin(Stdio::null()).output().unwrap()
}

fn json_of(scene: &Scene, args: &[&str]) -> Value {
    let output = ran(scene, &[args, &["--json"]].concat());
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn claims(scene: &Scene, nonce: &str, name: &str) -> Value {
    let claim = json!({ "nonce": nonce, "name": name, "kind": "phone", "publicKey": Key::p256().public() });
    scene.post("/pair/claim", claim).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_shown_and_a_person_compares_the_digits() {
    let scene = Scene::new();
    let mut child = command(&scene, &["pair", "--role", "viewer", "--minutes", "5"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines.next().unwrap().unwrap();
    let nonce = url.split("&n=").nth(1).expect("the link comes first").to_owned();
    let claimed = claims(&scene, &nonce, "Ann's phone").await;
    let asked = lines.by_ref().map(Result::unwrap).find(|line| line.contains("has to show")).unwrap();
    assert!(asked.contains("Ann's phone") && asked.contains(&text(&claimed["code"])), "{asked}");
    child.stdin.take().unwrap().write_all(b"y\n").unwrap();
    let told: Vec<String> = lines.map(Result::unwrap).collect();
    assert!(told.last().unwrap().contains("was let in"), "{told:?}");
    assert!(child.wait().unwrap().success());

    let shown = String::from_utf8(ran(&scene, &["devices"]).stdout).unwrap();
    assert!(shown.contains("Ann's phone, viewer") && shown.contains("    read"), "{shown}");
    assert_eq!(json_of(&scene, &["devices", "rename", "Ann's phone", "Pocket"])["name"], "Pocket");
    assert!(json_of(&scene, &["devices", "revoke", "Pocket"])["revokedAt"].is_string());
    let gone = ran(&scene, &["devices", "revoke", "Pocket"]);
    assert_eq!(gone.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&gone.stderr).contains("not_found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_start_look_approve_and_deny() {
    let scene = Scene::new();
    let link = read_link(&json_of(&scene, &["pair", "--scope", "read", "--scope", "terminal-read"]));
    let claimed = claims(&scene, &link.nonce, "tablet").await;
    let code = text(&claimed["code"]);
    let waiting = json_of(&scene, &["devices", "waiting"]);
    assert_eq!(waiting["pairings"][0]["code"], json!(code));
    let wrong = ran(&scene, &["devices", "approve", "nothing"]);
    assert_eq!(wrong.status.code(), Some(1));
    let device = json_of(&scene, &["devices", "approve", &code, "--scope", "read"]);
    assert_eq!((&device["name"], &device["scopes"]), (&json!("tablet"), &json!(["read"])));

    let link = read_link(&json_of(&scene, &["pair"]));
    let claimed = claims(&scene, &link.nonce, "stranger").await;
    json_of(&scene, &["devices", "deny", &text(&claimed["code"])]);
    let link = read_link(&json_of(&scene, &["pair"]));
    json_of(&scene, &["devices", "deny", &link.pairing]);
    let states = scene.done("pairing.list", json!({})).await;
    let states: Vec<&Value> =
        states["pairings"].as_array().unwrap().iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["dead", "denied", "approved"]);
    assert_eq!(ran(&scene, &["pair", "--scope", "everything"]).status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_here_and_what_was_notified_are_told() {
    let scene = Scene::new();
    let said = |args: &[&str]| String::from_utf8(ran(&scene, args).stdout).unwrap();
    assert_eq!(json_of(&scene, &["devices", "presence"])["present"], json!([]));
    assert!(said(&["devices", "presence"]).contains("Nobody is connected"));
    let phone = scene.paired(json!({}), "Ann's phone", Key::p256()).await;
    let (mut wire, _) = scene.knocked(&phone).await;
    wire.call("presence.heartbeat", json!({ "visible": true })).await.unwrap();
    let present = &json_of(&scene, &["devices", "presence"])["present"];
    assert_eq!((&present[0]["deviceId"], &present[0]["visible"]), (&json!(phone.id), &json!(true)));
    let shown = said(&["devices", "presence"]);
    assert!(shown.contains("Ann's phone") && shown.contains("looking"), "{shown}");

    let ledger = json_of(&scene, &["devices", "notifications"]);
    assert_eq!((&ledger["targets"], &ledger["sent"]), (&json!([]), &json!([])));
    assert!(said(&["devices", "notifications"]).contains("No device is notified"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_changed_where_it_lies_and_is_shown_to_nobody() {
    let scene = Scene::new();
    let link = scene.link(json!({ "scopes": ["read"] })).await;
    let claim = json!({ "nonce": link.nonce, "name": "script", "kind": "cli" });
    let claimed = scene.post("/pair/claim", claim).await.json();
    scene.done("pairing.approve", json!({ "id": link.pairing })).await;
    let ask = json!({ "pairingId": claimed["pairingId"], "claim": claimed["claim"] });
    let old = text(&scene.post("/pair/state", ask).await.json()["token"]);
    let file = scene.data.path().join("script.token");
    std::fs::write(&file, &old).unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();

    let output = Command::new(program("pilothouse"))
        .args(["devices", "rotate"])
        .env("PILOTHOUSE_SERVER_URL", &scene.server.url)
        .env("PILOTHOUSE_TOKEN_FILE", &file)
        .env("PILOTHOUSE_CONFIG_DIR", scene.data.path().join("no-settings"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && told.contains("script has a new token"), "{told}");
    let new = std::fs::read_to_string(&file).unwrap().trim().to_owned();
    assert!(new != old && !told.contains(&new) && !told.contains(&old));
    let call = |token: &str| scene.server.bare("POST", "/v1/rpc/session.list").bearer(token).json(&json!({}));
    assert_eq!(call(&old).send().await.status, 401);
    assert_eq!(call(&new).send().await.status, 200);
    // The owner's own token is none of a device.
    let refused = ran(&scene, &["devices", "rotate", "--into", file.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("pilothouse pair --again"), "{refused:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap().trim(), new, "nothing was lost by asking");
}

//! The command line at the hub and at the machine: paired and served in one step, seen, let, and given recipes.

use crate::machine::Machine;
use crate::scene::{Scene, text};
use serde_json::{Value, json};
use std::process::{Command, Output, Stdio};
use testkit::world::program;

/// At the hub.
fn ran(scene: &Scene, args: &[&str]) -> Output {
    let mut command = Command::new(program("pilothouse"));
    command.args(args).arg("--data").arg(scene.data.path());
    command.env("PILOTHOUSE_CONFIG_DIR", scene.data.path().join("no-settings"));
    command.stdin(Stdio::null()).output().unwrap()
}

fn said(scene: &Scene, args: &[&str]) -> String {
    let output = ran(scene, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json_of(scene: &Scene, args: &[&str]) -> Value {
    serde_json::from_str(&said(scene, &[args, &["--json"]].concat())).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_command_pairs_a_machine_and_lets_it_serve_and_the_same_serves_again() {
    let scene = Scene::new();
    let mut machine = Machine::new("box", "");
    let home = machine.home().display().to_string();
    let (link, pairing) = scene.link(json!({})).await;
    machine.start(&["node", "--hub", &link, "--folder", &home]);
    let claimed = machine.said("claimed").await;
    let shown = scene.done("pairing.list", json!({})).await["pairings"].as_array().unwrap().clone();
    let shown = shown.iter().find(|one| one["id"] == json!(pairing)).unwrap().clone();
    assert_eq!(shown["code"], claimed["code"], "both sides show the same digits");
    scene.done("pairing.approve", json!({ "id": pairing })).await;
    let id = text(&machine.said("paired").await["id"]);
    assert_eq!(machine.said("connected").await["allowed"], json!([]));
    scene.sees(&id, true).await;
    // A link that was used names the same hub, and so does its address.
    for hub in [link.as_str(), &scene.hub.url] {
        machine.start(&["node", "--hub", hub, "--folder", &home]);
        machine.said("connected").await;
    }
    assert_eq!(scene.done("node.list", json!({})).await["nodes"].as_array().unwrap().len(), 1);
    machine.start(&["node", "--hub", "http://127.0.0.1:1", "--folder", &home]);
    let (refused, code) = machine.last().await;
    assert_eq!((refused["code"].as_str(), code), (Some("node.paired"), Some(1)), "{refused}");
    let mut other = Machine::new("other", "");
    other.start(&["node", "--hub", &scene.hub.url]);
    assert_eq!(other.last().await.1, Some(1), "an address pairs nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn machines_are_listed_let_and_given_recipes_by_commands() {
    let scene = Scene::new();
    assert!(said(&scene, &["node", "list"]).contains("There is no other machine"));
    let mut machine = Machine::new("box", "");
    let ground = machine.ground.path().to_owned();
    let recipes = format!(
        "[recipes.greet]\nrun = [\"sh\", \"-c\", \"echo hello; echo there\"]\n\
         [recipes.sleeps]\nrun = [\"sh\", \"-c\", \"echo $$ > {}/pid; sleep 600 & wait\"]\n",
        ground.display()
    );
    std::fs::write(ground.join("settings/config.toml"), recipes).unwrap();
    let id = scene.pair(&mut machine, json!({}), str::to_owned).await;
    machine.serve();
    machine.said("connected").await;
    let shown = said(&scene, &["node", "list"]);
    for part in
        [&id, "box", "online", "Offers    terminals, recipes", "May       nothing", "Recipes   greet, sleeps"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let refused = ran(&scene, &["job", "start", "greet", "--node", "box"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("node.not_allowed"), "{refused:?}");

    assert!(said(&scene, &["node", "allow", "box", "recipes"]).contains("May       recipes"));
    assert_eq!(machine.said("connected").await["allowed"], json!(["recipes"]));
    assert_eq!(json_of(&scene, &["node", "list"])["nodes"][0]["allowed"], json!(["recipes"]));
    let unknown = ran(&scene, &["node", "allow", "nobody", "recipes"]);
    assert!(!unknown.status.success() && String::from_utf8_lossy(&unknown.stderr).contains("not_found"));
    assert_eq!(ran(&scene, &["node", "allow", "box", "everything"]).status.code(), Some(2));

    let started = json_of(&scene, &["job", "start", "greet", "--node", "box"]);
    let job = text(&started["jobId"]);
    let status = async |job: &str, wanted: &str| {
        scene
            .hub
            .eventually(wanted, || async {
                let now = scene.done("jobs.status", json!({ "id": job })).await;
                (now["status"] == wanted).then_some(())
            })
            .await;
    };
    status(&job, "completed").await;
    assert_eq!(said(&scene, &["job", "tail", &job]), "hello\nthere\n");
    assert_eq!(said(&scene, &["job", "tail", &job, "--lines", "1"]), "there\n");

    let started = said(&scene, &["job", "start", "sleeps", "--node", "box"]);
    let job = started.split_whitespace().nth(2).unwrap().to_owned();
    let pid = ground.join("pid");
    scene.hub.eventually("it runs", || async { pid.exists().then_some(()) }).await;
    assert!(said(&scene, &["job", "stop", &job]).contains("is stopped"));
    status(&job, "cancelled").await;
    // Nothing named takes everything away.
    assert!(said(&scene, &["node", "allow", "box"]).contains("May       nothing"));
    machine.end();
    scene.sees(&id, false).await;
    assert!(said(&scene, &["node", "list"]).contains("away"));
}

//! Recipes: of this machine's workspace and of others, by their names.

use crate::machine::Machine;
use crate::proxy::Proxy;
use crate::scene::{Scene, text};
use serde_json::{Value, json};

fn recipes(ground: &std::path::Path) -> String {
    let ground = ground.display();
    format!(
        "[recipes.greet]\nrun = [\"sh\", \"-c\", \"echo hello from $PWD; echo key:$OPENAI_API_KEY: >&2\"]\n\
         [recipes.fails]\nrun = [\"sh\", \"-c\", \"echo oh; exit 3\"]\n\
         [recipes.waits]\nrun = [\"sh\", \"-c\", \"echo begun >> {ground}/begun; i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo n$i; done; while [ ! -e {ground}/go ]; do sleep 0.05; done; echo on\"]\n\
         [recipes.sleeps]\nrun = [\"sh\", \"-c\", \"echo $$ > {ground}/pid; sleep 600 & wait\"]\n"
    )
}

fn machine() -> Machine {
    let machine = Machine::new("box", "");
    let written = recipes(machine.ground.path());
    std::fs::write(machine.ground.path().join("settings/config.toml"), written).unwrap();
    machine
}

impl Scene {
    async fn begin(&self, recipe: &str) -> String {
        text(&self.done("jobs.start", json!({ "recipe": recipe, "node": "box" })).await["jobId"])
    }

    async fn job(&self, id: &str, status: &str) -> Value {
        self.hub
            .eventually(status, || async {
                let job = self.done("jobs.status", json!({ "id": id })).await;
                Some(job).filter(|job| job["status"] == status)
            })
            .await
    }

    async fn tail(&self, id: &str, lines: u32) -> Vec<String> {
        let tail = self.done("jobs.logs_tail", json!({ "id": id, "lines": lines })).await;
        tail["logs"].as_array().unwrap().iter().map(|line| text(&line["message"])).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipe_of_a_machine_runs_there_over_cuts_and_can_be_stopped() {
    let scene = Scene::new();
    let port = scene.hub.url.rsplit(':').next().unwrap().parse().unwrap();
    let line = Proxy::to(port).await;
    let mut machine = machine();
    let id = scene.serving(&mut machine, |link| line.seen(link)).await;
    let ground = machine.ground.path().to_owned();

    let greet = scene.begin("greet").await;
    let done = scene.job(&greet, "completed").await;
    assert_eq!((&done["workspaceId"], &done["kind"]), (&Value::Null, &json!("recipe.run")));
    let home = std::fs::canonicalize(machine.home()).unwrap();
    let mut lines = scene.tail(&greet, 10).await;
    lines.sort();
    assert_eq!(lines, [format!("hello from {}", home.display()), "key::".to_owned()]);

    let fails = scene.begin("fails").await;
    let failed = scene.job(&fails, "failed").await;
    assert!(text(&failed["error"]).contains("exit code 3"), "{failed}");
    let (status, refused) = scene.owner("jobs.start", json!({ "recipe": "rm -rf /", "node": "box" })).await;
    assert_eq!((status, refused["code"].as_str()), (404, Some("not_found")), "a name is all that is taken");

    // Cut while it runs: it goes on, and its lines come once.
    let waits = scene.begin("waits").await;
    scene.hub.eventually("it began", || async { ground.join("begun").exists().then_some(()) }).await;
    line.cut();
    scene.sees(&id, false).await;
    std::fs::write(ground.join("go"), "").unwrap();
    line.heal();
    scene.job(&waits, "completed").await;
    let numbers: Vec<String> = scene.tail(&waits, 1000).await;
    let mut expected: Vec<String> = (1..=400).map(|n| format!("n{n}")).collect();
    expected.push("on".into());
    assert_eq!(numbers, expected);
    assert_eq!(scene.tail(&waits, 2).await, ["n400", "on"]);
    assert_eq!(std::fs::read_to_string(ground.join("begun")).unwrap(), "begun\n", "it was begun once");

    let sleeps = scene.begin("sleeps").await;
    let pid = ground.join("pid");
    let pid = scene
        .hub
        .eventually("it runs", || async {
            std::fs::read_to_string(&pid).ok().and_then(|pid| pid.trim().parse::<u32>().ok())
        })
        .await;
    scene.done("jobs.cancel", json!({ "id": sleeps })).await;
    scene.job(&sleeps, "cancelled").await;
    assert!(!std::path::Path::new(&format!("/proc/{pid}/stat")).exists() || cfg!(not(target_os = "linux")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipe_whose_machine_was_killed_is_not_begun_again_by_itself() {
    let scene = Scene::new();
    let mut machine = machine();
    let id = scene.serving(&mut machine, str::to_owned).await;
    let ground = machine.ground.path().to_owned();
    let waits = scene.begin("waits").await;
    scene.hub.eventually("it began", || async { ground.join("begun").exists().then_some(()) }).await;
    machine.end();
    scene.sees(&id, false).await;
    machine.serve();
    machine.said("connected").await;
    let failed = scene.job(&waits, "failed").await;
    assert_eq!(failed["result"]["code"], "job.lost", "{failed}");

    // The hub knows it too when it was killed meanwhile.
    let sleeps = scene.begin("sleeps").await;
    scene.hub.eventually("it runs", || async { ground.join("pid").exists().then_some(()) }).await;
    machine.end();
    let scene = scene.killed();
    machine.serve();
    machine.said("connected").await;
    let failed = scene.job(&sleeps, "failed").await;
    assert_eq!(failed["result"]["code"], "job.lost", "{failed}");

    // The machine is free for the next one, and has begun none of them again.
    let greet = scene.begin("greet").await;
    scene.job(&greet, "completed").await;
    assert_eq!(std::fs::read_to_string(ground.join("begun")).unwrap(), "begun\n");
}

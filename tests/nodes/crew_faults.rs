//! Lines that are cut, programs that are killed and hubs that are started anew while a job runs on a machine: it goes on
//! or goes back in line, and what lands was done once.

use crate::crew::machine;
use crate::machine::Machine;
use crate::scene::{Scene, text};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// A recipe that waits for a file in its clone.
const CONFIG: &str = "checks = []\n\
    [recipes.slow]\nrun = [\"sh\", \"-c\", \"echo begun; while [ ! -e src/go ]; do sleep 0.05; done; rm src/go; echo made >> src/made.txt\"]\nwrites = [\"src/made.txt\"]\n\
    [recipes.large]\nrun = [\"sh\", \"-c\", \"head -c 2000000 /dev/urandom > src/large.bin\"]\nwrites = [\"src/large.bin\"]\n";

const FILES: [(&str, &str); 2] = [("src/bird.txt", "a quiet bird\n"), (".pilothouse/config.toml", CONFIG)];

pub fn scene() -> Scene {
    Scene::on(&FILES, |start| start)
}

fn folders(machine: &Machine) -> Vec<PathBuf> {
    let jobs = machine.ground.path().join("data/node/crew/jobs");
    let Ok(found) = std::fs::read_dir(jobs) else { return Vec::new() };
    found.map(|one| one.unwrap().path()).collect()
}

impl Scene {
    /// The recipe as a job of this worker, for the first time; with the cursor before it.
    pub async fn slow_for(&self, worker: &str) -> (String, i64) {
        self.recipe_for(worker, "slow").await
    }

    async fn recipe_for(&self, worker: &str, recipe: &str) -> (String, i64) {
        let sent = self.hub.say("dev", &format!("/run {recipe}")).await;
        self.hub.approve_next("dev", sent.cursor, "recipe.first_use").await;
        self.given(worker, sent.cursor).await
    }

    pub async fn slow_again(&self, worker: &str) -> (String, i64) {
        let sent = self.hub.say("dev", "/run slow").await;
        self.given(worker, sent.cursor).await
    }

    async fn given(&self, worker: &str, cursor: i64) -> (String, i64) {
        let (enqueued, _) = self.hub.until("dev", cursor, |e| e.kind() == "job_enqueued").await;
        let job = text(&enqueued.payload()["jobId"]);
        self.done("jobs.target", json!({ "id": job, "targetWorkerId": worker })).await;
        (job, cursor)
    }

    /// It says that it has begun for the `nth` time; its clone.
    pub async fn begun(&self, machine: &Machine, job: &str, nth: usize) -> PathBuf {
        self.hub
            .eventually("its command runs", || async {
                let logs = self.done("jobs.logs_tail", json!({ "id": job, "lines": 1000 })).await;
                let lines = logs["logs"].as_array().unwrap().iter();
                let begun = lines.filter(|line| text(&line["message"]) == "begun").count();
                assert!(begun <= nth, "begun {begun} times");
                let found = folders(machine).into_iter().map(|one| one.join("clone"));
                let mut found = found.filter(|one| one.join("src").is_dir());
                found.next().filter(|_| begun == nth)
            })
            .await
    }

    pub async fn made_once(&self, job: &str, attempts: u64) -> Value {
        let done = self.job_is(job, "completed").await;
        assert_eq!(done["attempts"], json!(attempts), "{done}");
        let commit = text(&done["commitSha"]);
        let diff = self.done("jobs.diff", json!({ "id": job })).await;
        assert_eq!(diff.to_string().matches("src/made.txt").count().min(1), 1, "{commit} {diff}");
        done
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_goes_on_over_a_cut_line_and_a_hub_that_is_killed() {
    let scene = scene();
    let mut machine = machine();
    let (id, line) = scene.over_a_line(&mut machine, json!(["workers"])).await;
    let (job, _) = scene.slow_for(&Scene::worker_of(&id)).await;
    let clone = scene.begun(&machine, &job, 1).await;
    line.cut();
    scene.sees(&id, false).await;
    // It ends while nobody can be told, and hands over when it can.
    std::fs::write(clone.join("src/go"), "").unwrap();
    scene
        .hub
        .eventually("it has gone on", || async { clone.join("src/made.txt").exists().then_some(()) })
        .await;
    assert_eq!(scene.done("jobs.get", json!({ "id": job })).await["status"], "claimed");
    line.heal();
    machine.said("connected").await;
    scene.made_once(&job, 1).await;

    let (job, _) = scene.slow_again(&Scene::worker_of(&id)).await;
    let clone = scene.begun(&machine, &job, 1).await;
    let scene = scene.killed();
    machine.said("connected").await;
    std::fs::write(clone.join("src/go"), "").unwrap();
    scene.made_once(&job, 1).await;
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_line_is_cut_for_more_than_90_seconds_goes_back_in_line_and_is_done_once() {
    let Some(mut time) = crate::passing::Time::made() else {
        testkit::notes::not_run("a line that is cut for long: no C compiler makes the hub's clock");
        return;
    };
    let scene = time.scene(&FILES);
    let mut machine = machine();
    let (id, line) = scene.over_a_line(&mut machine, json!(["workers"])).await;
    let worker = Scene::worker_of(&id);
    let (job, _) = scene.slow_for(&worker).await;
    let first = scene.begun(&machine, &job, 1).await;
    let before = scene.done("jobs.get", json!({ "id": job })).await;
    line.cut();
    scene.sees(&id, false).await;
    let passed = time.until_taken_back(&scene, &job).await;
    assert!(passed > 50, "after {passed} seconds");
    let waits = scene.done("jobs.get", json!({ "id": job })).await;
    assert_eq!((&waits["targetWorkerId"], &waits["attempts"]), (&json!(worker), &json!(1)), "{waits}");

    // The machine ends what it had meanwhile. That is not taken: it is not the machine's any more.
    std::fs::write(first.join("src/go"), "").unwrap();
    let made = || async { first.join("src/made.txt").exists().then_some(()) };
    scene.hub.eventually("it has gone on there", made).await;
    line.heal();
    machine.said("connected").await;
    scene
        .hub
        .eventually("its command runs once more", || async {
            let logs = scene.done("jobs.logs_tail", json!({ "id": job, "lines": 1000 })).await;
            let lines = logs["logs"].as_array().unwrap().iter();
            (lines.filter(|line| text(&line["message"]) == "begun").count() == 2).then_some(())
        })
        .await;
    let now = scene.done("jobs.get", json!({ "id": job })).await;
    assert_eq!((&now["status"], &now["commitSha"]), (&json!("claimed"), &Value::Null), "{now}");
    assert_ne!(before["claimedAt"], now["claimedAt"]);
    for clone in folders(&machine).into_iter().map(|one| one.join("clone/src")).filter(|one| one.is_dir()) {
        // What is left of the first attempt may be cleared away in this very moment.
        let _ = std::fs::write(clone.join("go"), "");
    }
    scene.made_once(&job, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_machine_is_killed_goes_back_in_line_and_is_done_once() {
    let scene = scene();
    let mut machine = machine();
    let id = scene.serving_as(&mut machine, str::to_owned, json!(["workers"])).await;
    let (job, _) = scene.slow_for(&Scene::worker_of(&id)).await;
    let first = scene.begun(&machine, &job, 1).await;
    let before = scene.done("jobs.get", json!({ "id": job })).await;
    machine.end();
    scene.sees(&id, false).await;
    machine.serve();
    machine.said("connected").await;
    let second = scene.begun(&machine, &job, 2).await;
    assert_ne!(first, second);
    assert!(!first.exists(), "what the first attempt left is gone, and so is whoever worked in it");
    let now = scene.done("jobs.get", json!({ "id": job })).await;
    assert_ne!(before["claimedAt"], now["claimedAt"]);
    std::fs::write(second.join("src/go"), "").unwrap();
    scene.made_once(&job, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_cancelled_on_its_machine_and_taken_away_with_what_it_may_do() {
    let scene = scene();
    let mut machine = machine();
    let id = scene.serving_as(&mut machine, str::to_owned, json!(["workers"])).await;
    let worker = Scene::worker_of(&id);
    let (job, _) = scene.slow_for(&worker).await;
    let clone = scene.begun(&machine, &job, 1).await;
    scene.done("jobs.cancel", json!({ "id": job })).await;
    let ended = scene
        .hub
        .eventually("it is over", || async {
            let job = scene.done("jobs.get", json!({ "id": job })).await;
            (job["status"] != "claimed").then_some(job)
        })
        .await;
    assert_eq!(ended["status"], "cancelled", "{ended}");
    scene.hub.eventually("its folder is gone", || async { (!clone.exists()).then_some(()) }).await;

    let (job, _) = scene.slow_again(&worker).await;
    scene.begun(&machine, &job, 1).await;
    scene.done("node.allow", json!({ "id": id, "services": [] })).await;
    assert_eq!(machine.said("connected").await["allowed"], json!([]));
    let back = scene.job_is(&job, "pending").await;
    assert_eq!(back["targetWorkerId"], json!(worker));
    tokio::time::timeout(Duration::from_secs(60), async {
        scene
            .hub
            .eventually("its worker is gone", || async { (scene.node(&id).await["jobs"] == 0).then_some(()) })
            .await;
    })
    .await
    .unwrap();
}

/// How much of a file with this ending has come to a folder; 0 for none.
fn come(folder: PathBuf, ending: &str) -> u64 {
    let Ok(found) = std::fs::read_dir(folder) else { return 0 };
    let files = found.flatten().filter(|one| one.file_name().to_string_lossy().ends_with(ending));
    files.filter_map(|one| Some(one.metadata().ok()?.len())).max().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_base_and_a_large_result_go_on_over_cuts_and_a_hub_that_is_killed() {
    let mut noise = 1_u64;
    let mut letter = || {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'!' + ((noise >> 33) % 90) as u8)
    };
    let large: String = (0..3_000_000).map(|n| if n % 80 == 79 { '\n' } else { letter() }).collect();
    let files = [("src/noise.txt", large.as_str()), (".pilothouse/config.toml", CONFIG)];
    let scene = Scene::on(&files, |start| start);
    let mut machine = machine();
    let (id, line) = scene.over_a_line(&mut machine, json!(["workers"])).await;
    line.slow(1024 * 1024);
    let (job, _) = scene.recipe_for(&Scene::worker_of(&id), "large").await;
    let depots = machine.ground.path().join("data/node/crew/depots");
    let some = |least: u64| {
        let depots = depots.clone();
        move || {
            let enough = come(depots.clone(), ".bundle") >= least;
            async move { enough.then_some(()) }
        }
    };
    scene.hub.eventually("some of the base has come", some(300_000)).await;
    line.cut();
    machine.said("away").await;
    line.heal();
    machine.said("connected").await;
    scene.hub.eventually("more of it has come", some(900_000)).await;
    // A hub that was started anew has forgotten how far it was: it begins again.
    let scene = scene.killed();
    machine.said("connected").await;
    let bundles = scene.data.path().join("bundles");
    let parts =
        || async { (come(bundles.clone(), ".part") >= 300_000 && machine_has(&depots)).then_some(()) };
    scene.hub.eventually("some of the result has come", parts).await;
    line.cut();
    line.heal();
    let done = scene.job_is(&job, "completed").await;
    assert_eq!(done["attempts"], json!(1), "{done}");
    let commit = text(&done["commitSha"]);
    assert_eq!(commit.len(), 40);
    // A call that was under way when the line was cut may end later than the job.
    let left = || async {
        let mut all = std::fs::read_dir(&bundles).unwrap().flatten();
        (!all.any(|one| one.path().extension().is_some_and(|e| e == "part"))).then_some(())
    };
    scene.hub.eventually("no part of anything stays", left).await;
}

/// The base is in its depot: what comes to the hub now is the result.
fn machine_has(depots: &std::path::Path) -> bool {
    come(depots.to_owned(), ".bundle") == 0
}

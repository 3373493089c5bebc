//! Jobs of the crew on another machine: the base goes there as a bundle, the result comes back as one, and everything
//! that decides stays at the hub.

use crate::machine::Machine;
use crate::scene::{Scene, text};
use client::StreamEvent;
use serde_json::{Value, json};

/// A repository with a check of its own.
const FILES: [(&str, &str); 3] = [
    ("src/bird.txt", "a quiet bird\n"),
    ("src/fish.txt", "a quiet fish\n"),
    (
        ".pilothouse/config.toml",
        "[[check]]\nname = \"birds\"\nrun = [\"sh\", \"-c\", \"grep -q bird src/bird.txt\"]\n",
    ),
];

pub fn machine() -> Machine {
    Machine::new("box", "")
}

impl Scene {
    pub fn crew() -> Self {
        Self::on(&FILES, |start| start)
    }

    /// What its worker is called here.
    pub fn worker_of(node: &str) -> String {
        format!("node-{node}-crew")
    }

    /// Says something that becomes a job, and gives it to this worker.
    pub async fn job_for(&self, worker: &str, words: &str) -> (String, i64) {
        let sent = self.hub.say("dev", words).await;
        let (enqueued, _) = self.hub.until("dev", sent.cursor, |e| e.kind() == "job_enqueued").await;
        let job = text(&enqueued.payload()["jobId"]);
        self.done("jobs.target", json!({ "id": job, "targetWorkerId": worker })).await;
        (job, sent.cursor)
    }

    pub async fn job_is(&self, id: &str, status: &str) -> Value {
        self.hub
            .eventually(status, || async {
                let job = self.done("jobs.get", json!({ "id": id })).await;
                assert!(
                    job["status"] == status
                        || !["failed", "completed"].contains(&job["status"].as_str().unwrap()),
                    "{job}"
                );
                Some(job).filter(|job| job["status"] == status)
            })
            .await
    }

    pub async fn landed(&self, cursor: i64) {
        self.hub.approve_next("dev", cursor, "land").await;
        let ends = |e: &StreamEvent| matches!(e.kind(), "merge.entry.landed" | "merge.entry.returned");
        let (end, _) = self.hub.until("dev", cursor, ends).await;
        assert_eq!(end.kind(), "merge.entry.landed", "{:#?}", end.payload());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_runs_on_a_machine_and_lands_at_the_hub() {
    let scene = Scene::crew();
    let mut machine = machine();
    let (id, _line) = scene.over_a_line(&mut machine, json!(["workers"])).await;
    let worker = Scene::worker_of(&id);

    let (job, cursor) = scene.job_for(&worker, "/replace quiet loud src/bird.txt").await;
    let done = scene.job_is(&job, "completed").await;
    assert_eq!((&done["workerId"], &done["attempts"]), (&json!(worker), &json!(1)), "{done}");
    scene.landed(cursor).await;
    assert_eq!(scene.repo.git(&["show", "main_agents:src/bird.txt"]), "a loud bird");

    // It is among the workers, by its machine's name.
    let all = scene.done("workers.list", json!({})).await;
    let shown =
        all["workers"].as_array().unwrap().iter().find(|one| one["workerId"] == json!(worker)).unwrap();
    assert_eq!((&shown["details"]["node"]["name"], &shown["isOnline"]), (&json!("box"), &json!(true)));

    // The second job brings only what is new, and its machine has nothing of the hub's but that.
    let (job, cursor) = scene.job_for(&worker, "/replace quiet loud src/fish.txt").await;
    scene.job_is(&job, "completed").await;
    scene.landed(cursor).await;
    assert_eq!(scene.repo.git(&["show", "main_agents:src/fish.txt"]), "a loud fish");
    // The worker clears up after it has told how the job ended.
    let jobs = machine.ground.path().join("data/node/crew/jobs");
    let cleared = || async { std::fs::read_dir(&jobs).unwrap().next().is_none().then_some(()) };
    scene.hub.eventually("nothing of an ended job is left", cleared).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_name_no_machine_stay_at_the_hub() {
    let scene = Scene::crew();
    let mut machine = machine();
    let id = scene.serving_as(&mut machine, str::to_owned, json!(["workers"])).await;
    let worker = Scene::worker_of(&id);
    let sent = scene.hub.say("dev", "/replace quiet loud src/bird.txt").await;
    let (enqueued, _) = scene.hub.until("dev", sent.cursor, |e| e.kind() == "job_enqueued").await;
    let free = text(&enqueued.payload()["jobId"]);
    // One that is meant for it overtakes the one that is not.
    let asked = std::process::Command::new(testkit::world::program("pilothouse"))
        .arg("--data")
        .arg(scene.data.path())
        .args(["ask", "/replace quiet loud src/fish.txt", "--node", "box"])
        .env("PILOTHOUSE_CONFIG_DIR", scene.data.path().join("no-settings"))
        .output()
        .unwrap();
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    let meant = |e: &StreamEvent| e.kind() == "job_enqueued" && e.payload()["jobId"] != json!(free);
    let (enqueued, _) = scene.hub.until("dev", sent.cursor, meant).await;
    let done = scene.job_is(&text(&enqueued.payload()["jobId"]), "completed").await;
    assert_eq!((&done["targetWorkerId"], &done["workerId"]), (&json!(worker), &json!(worker)), "{done}");
    let waits = scene.done("jobs.get", json!({ "id": free })).await;
    assert_eq!((&waits["status"], &waits["attempts"]), (&json!("pending"), &json!(0)), "{waits}");
}

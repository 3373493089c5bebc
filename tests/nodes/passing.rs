//! Time that passes at the hub while it is awake.

use crate::scene::{Scene, text};
use serde_json::json;
use testkit::clock::Clock;

/// Seconds at once: with more the hub takes it for sleep, which is nobody's time.
const STEP: i64 = 7;

pub struct Time {
    clock: Clock,
    passed: i64,
}

impl Time {
    /// None where no C compiler makes its clock.
    pub fn made() -> Option<Self> {
        Some(Self { clock: Clock::made()?, passed: 0 })
    }

    /// A hub that goes by it.
    pub fn scene(&self, files: &[(&str, &str)]) -> Scene {
        Scene::on(files, |start| start.under(&self.clock.under().each_ref().map(String::as_str)))
    }

    /// So many seconds pass at once: the hub slept.
    pub fn sleeps(&mut self, seconds: i64) {
        self.passed += seconds;
        self.clock.passed(self.passed);
    }

    /// Some seconds pass, and the hub looks for what is over.
    async fn step(&mut self, scene: &Scene) {
        // A claim of one second is taken back when it has looked.
        let new = json!({ "taskId": "t", "kind": "second", "sessionId": "dev" });
        let id = text(&scene.done("jobs.enqueue", new).await["jobId"]);
        let claim = json!({ "workerId": "clock", "kinds": ["second"], "leaseMs": 1_000 });
        assert_eq!(scene.done("jobs.claim", claim).await["job"]["id"], json!(id));
        self.sleeps(STEP);
        scene
            .hub
            .eventually("the hub has looked", || async {
                let job = scene.done("jobs.get", json!({ "id": id })).await;
                (job["status"] != "claimed").then_some(())
            })
            .await;
        scene.done("jobs.cancel", json!({ "id": id })).await;
    }

    /// Lets time pass until this job is nobody's any more; how many seconds that were, with those that passed by
    /// themselves.
    pub async fn until_taken_back(&mut self, scene: &Scene, job: &str) -> i64 {
        let (began, really) = (self.passed, std::time::Instant::now());
        loop {
            let shown = scene.done("jobs.get", json!({ "id": job })).await;
            if shown["status"] != "claimed" {
                assert_eq!(shown["status"], "pending", "{shown}");
                return self.passed - began + really.elapsed().as_secs() as i64;
            }
            assert!(self.passed - began < 1_200, "it is still somebody's: {shown}");
            self.step(scene).await;
        }
    }
}

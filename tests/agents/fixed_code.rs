//! The contract for the lane without a model: what fixed code cannot do wrong has no case, and the rest ends as with
//! everybody else.

use crate::crew::{Crew, NATIVE};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::model_server::{Fault, Step};

/// What one job is to do, and the commands that prove it.
struct Case {
    name: &'static str,
    intent: Value,
    globs: &'static [&'static str],
    proof: Value,
    seconds: u64,
}

impl Case {
    fn mends(name: &'static str, proof: &[&str]) -> Self {
        let intent =
            json!({ "kind": "replace", "from": "-", "to": "+", "glob": "src/sum.sh", "regex": false });
        Self { name, intent, globs: &["src/**"], proof: json!([proof]), seconds: 100 }
    }
}

async fn enqueue(crew: &Crew, case: &Case) -> String {
    let (seconds, name) = (case.seconds, case.name);
    let params = json!({
        "schemaVersion": 2, "lane": "deterministic", "title": format!("Mend the sum ({name})"), "instruction": "",
        "planning": {
            "intent": "code_change", "riskLevel": "low",
            "scope": { "readAnywhere": true, "writeGlobs": case.globs, "maxFilesToEdit": 2 },
            "acceptanceCriteria": [], "validationSteps": case.proof,
            "queuePriority": "interactive", "queueWaitBudgetMs": 90_000,
            "executionBudgetMs": seconds * 1000, "finalizationBudgetMs": 1_000,
        },
        "deterministic": case.intent,
    });
    let body = json!({
        "taskId": name, "kind": "task.execute", "sessionId": "dev", "params": params,
        "executionBudgetMs": seconds * 1000, "finalizationBudgetMs": 1_000,
    });
    let answer = crew.server.owner("POST", "/jobs/enqueue").json(&body).send().await;
    assert!(answer.status < 300, "{}", answer.json());
    answer.json()["jobId"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn fixed_code_keeps_the_contract() {
    // Whatever its model would say: not logged in, rate limited, an hour's wait. Nobody asks it.
    let crew = Crew::of(NATIVE, 3, None, vec![Step::fault(Fault::status(401)).always()]);
    let flood = "head -c 30000000 /dev/zero | tr '\\0' 'x' | fold -w 100; sh check.sh";
    let cases = [
        Case::mends("fixes", &["sh", "check.sh"]),
        Case {
            intent: json!({ "kind": "replace", "from": "-", "to": "*", "glob": "src/sum.sh", "regex": false }),
            ..Case::mends("lies", &["sh", "check.sh"])
        },
        Case { globs: &["docs/**"], ..Case::mends("exceeds", &["sh", "check.sh"]) },
        Case { seconds: 6, ..Case::mends("hangs", &["sleep", "3377"]) },
        Case::mends("floods", &["sh", "-c", flood]),
        Case::mends("dies", &["sh", "-c", "kill -9 $$"]),
        Case::mends("cancelled", &["sleep", "3378"]),
    ];
    let mut jobs = BTreeMap::new();
    for case in &cases {
        jobs.insert(case.name, enqueue(&crew, case).await);
    }
    let busy = jobs["cancelled"].clone();
    let runs = async || crew.log(&busy).await.contains("$ sleep 3378").then_some(());
    crew.server.eventually("the job that is to be cancelled is at work", runs).await;
    crew.server.owner("POST", format!("/jobs/{busy}/cancel")).json(&json!({})).send().await;
    let mut ends = BTreeMap::new();
    for (name, job) in &jobs {
        let (end, told) = crew.end_of(job).await;
        println!("deterministic {name}: {end}: {}", told["message"]);
        ends.insert(*name, (end, told.to_string()));
    }
    for name in ["fixes", "floods"] {
        assert_eq!(ends[name].0, "job_completed", "{name}: {}", ends[name].1);
        assert_eq!(crew.changed(&jobs[name]).await, ["src/sum.sh"], "{name}");
    }
    for (name, words) in [("lies", "gate"), ("exceeds", "scope"), ("hangs", "time"), ("dies", "gate")] {
        assert_eq!(ends[name].0, "job_failed", "{name}: {}", ends[name].1);
        assert!(ends[name].1.contains(words), "{name}: {}", ends[name].1);
    }
    assert_eq!(ends["cancelled"].0, "job.cancelled", "{}", ends["cancelled"].1);
    let verified =
        crew.server.until("dev", 0, |e| e.kind() == "job.verified" && e.payload()["jobId"] == jobs["fixes"]);
    assert_eq!(verified.await.0.payload()["verified"], true);
    assert!(crew.model.requests().is_empty(), "a model that is out of reach is nothing to this lane");
    let empty =
        async || (std::fs::read_dir(crew.data.path().join("jobs")).unwrap().count() == 0).then_some(());
    crew.server.eventually("no job leaves a folder behind", empty).await;
}

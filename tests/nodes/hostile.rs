//! A machine that may have jobs and wants more: every method of the protocol, other workers' jobs, bundles that are none.

use crate::claims::{Odd, now_ms};
use crate::scene::{Scene, text};
use crate::wire::Wire;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

pub const PIECE: usize = 192 * 1024;
/// What the worker of a job calls in its life.
const LIFE: [&str; 12] = [
    "workers.heartbeat",
    "jobs.claim",
    "jobs.renew",
    "jobs.log",
    "jobs.allow",
    "jobs.network",
    "jobs.remember",
    "jobs.recall",
    "jobs.steered",
    "jobs.park",
    "jobs.complete",
    "jobs.fail",
];

pub async fn works(wire: &mut Wire, method: &str, params: Value) -> Result<Value, Value> {
    let call = json!({ "method": method, "params": params, "crew": true });
    wire.call("node.work", call).await.map(|done| done["result"].clone())
}

/// A machine that may have jobs, and its connection.
pub async fn let_work(scene: &Scene, name: &str) -> (Odd, Wire) {
    let odd = Odd::new(scene, name).await;
    drop(odd.registered_for(scene, now_ms(), "workers").await);
    scene.done("node.allow", json!({ "id": odd.id, "services": ["workers"] })).await;
    let wire = odd.registered_for(scene, now_ms(), "workers").await;
    (odd, wire)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_with_jobs_calls_nothing_else_and_none_of_others_jobs() {
    let scene = Scene::crew();
    let mut owner = crate::wire::knock(&scene.hub.url, &[]).await.unwrap();
    owner.frame().await.text();
    owner
        .say(json!({ "t": "connect", "versions": [1, 1], "client": { "name": "o" }, "token": scene.hub.token }))
        .await;
    let welcome = owner.frame().await.text();
    let methods: Vec<String> = welcome["methods"].as_array().unwrap().iter().map(text).collect();
    assert!(methods.len() > 100, "{}", methods.len());
    let (odd, mut wire) = let_work(&scene, "odd").await;
    let mut walked = 0;
    for method in methods.iter().filter(|method| !method.starts_with("node.")) {
        let refused = wire.call(method, json!({})).await.unwrap_err();
        assert_eq!(refused["code"], "forbidden", "{method}");
        for crew in [true, false] {
            let call = json!({ "method": method, "params": {}, "crew": crew });
            let refused = wire.call("node.work", call).await;
            if crew && LIFE.contains(&method.as_str()) {
                continue;
            }
            let refused = refused.unwrap_err();
            let code =
                if !crew && LIFE.contains(&method.as_str()) { "node.not_allowed" } else { "forbidden" };
            assert!(refused["code"] == code || refused["code"] == "forbidden", "{method}: {refused}");
            walked += 1;
        }
    }
    assert!(walked > 200, "{walked}");
    for method in ["node.list", "node.allow"] {
        assert_eq!(wire.call(method, json!({})).await.unwrap_err()["code"], "forbidden", "{method}");
    }

    // The job of another machine, whose claim token it even knows.
    let (fair, mut other) = let_work(&scene, "fair").await;
    let (job, _) = scene.job_for(&Scene::worker_of(&fair.id), "/replace quiet loud src/bird.txt").await;
    let claimed = works(&mut other, "jobs.claim", json!({ "workerId": "x" })).await.unwrap();
    assert_eq!((&claimed["job"]["id"], &claimed["jobToken"]), (&json!(job), &Value::Null));
    let token = text(&claimed["claimToken"]);
    for (method, more) in [
        ("jobs.renew", json!({})),
        ("jobs.log", json!({ "message": "x" })),
        ("jobs.allow", json!({ "what": { "do": "x" } })),
        ("jobs.network", json!({ "host": "example.com", "port": 443 })),
        ("jobs.remember", json!({})),
        ("jobs.recall", json!({})),
        ("jobs.steered", json!({ "upTo": 1 })),
        ("jobs.park", json!({})),
        ("jobs.complete", json!({})),
        ("jobs.fail", json!({ "message": "x" })),
    ] {
        let mut params = more;
        params["id"] = json!(job);
        params["claimToken"] = json!(token);
        let refused = works(&mut wire, method, params).await.unwrap_err();
        assert_eq!(refused["code"], "lease_lost", "{method}");
    }
    for errand in [
        json!({ "what": "base", "have": [] }),
        json!({ "what": "layer", "digest": "ab".repeat(32) }),
        json!({ "what": "result" }),
        json!({ "what": "model", "reviewer": false, "call": "responses", "head": {} }),
    ] {
        let begin = json!({ "id": job, "claimToken": token, "errand": errand });
        assert_eq!(wire.call("node.errand", begin).await.unwrap_err()["code"], "lease_lost");
    }
    // A job without set-up has no layer, whatever its name; a boundary is one of commits, and not of too many.
    for digest in ["ab".repeat(32), "../../../etc".to_owned(), String::new()] {
        let begin =
            json!({ "id": job, "claimToken": token, "errand": { "what": "layer", "digest": digest } });
        assert_eq!(other.call("node.errand", begin).await.unwrap_err()["code"], "forbidden", "{digest}");
    }
    for (shallow, code) in
        [(vec!["../x".to_owned()], "git.commit_not_found"), (vec!["ab".repeat(20); 5000], "bad_request")]
    {
        let errand = json!({ "what": "base", "have": [], "shallow": shallow });
        let begin = json!({ "id": job, "claimToken": token, "errand": errand });
        assert_eq!(other.call("node.errand", begin).await.unwrap_err()["code"], code);
    }
    let begin = json!({ "id": job, "claimToken": token, "errand": { "what": "base", "have": [] } });
    let begun = other.call("node.errand", begin).await.unwrap();
    let read = json!({ "errand": begun["errand"], "at": 0 });
    assert_eq!(wire.call("node.read", read.clone()).await.unwrap_err()["code"], "not_found");
    assert_eq!(
        wire.call("node.end", json!({ "errand": begun["errand"] })).await.unwrap_err()["code"],
        "not_found"
    );
    other.call("node.read", read).await.unwrap();
    // Nothing of the hub's folders is told.
    let ground = &claimed["ground"];
    assert_eq!((&ground["depot"], &ground["carried"]), (&json!(""), &json!(true)));
    assert!(!claimed.to_string().contains(&*scene.data.path().to_string_lossy()), "{claimed}");
    assert!(!claimed.to_string().contains(&*scene.repo.path().to_string_lossy()), "{claimed}");
    drop(odd);
}

fn git(dir: &Path, args: &[&str]) -> String {
    let mut command = Command::new("git");
    command.current_dir(dir).args(["-c", "user.name=x", "-c", "user.email=x@x.invalid"]).args(args);
    let out = command.env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", dir).output().unwrap();
    assert!(out.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).trim().to_owned()
}

/// Reads the base of a claimed job and clones it.
async fn clone(wire: &mut Wire, claimed: &Value, dir: &Path) {
    let (job, token) = (&claimed["job"]["id"], &claimed["claimToken"]);
    let errand = json!({ "what": "base", "have": [] });
    let begin = json!({ "id": job, "claimToken": token, "errand": errand });
    let begun = wire.call("node.errand", begin).await.unwrap();
    let (mut all, mut last) = (Vec::new(), false);
    while !last {
        let read = json!({ "errand": begun["errand"], "at": all.len() });
        let piece = wire.call("node.read", read.clone()).await.unwrap();
        assert_eq!(
            wire.call("node.read", read).await.unwrap(),
            piece,
            "it is read twice where an answer was lost"
        );
        all.extend(STANDARD.decode(piece["piece"].as_str().unwrap()).unwrap());
        last = piece["last"] == true;
    }
    assert_eq!(json!(all.len()), begun["size"]);
    wire.call("node.end", json!({ "errand": begun["errand"] })).await.unwrap();
    std::fs::create_dir_all(dir).unwrap();
    std::fs::write(dir.join("base.bundle"), all).unwrap();
    git(dir, &["init", "-q", "-b", "unborn"]);
    git(dir, &["fetch", "-q", "base.bundle", "refs/carried/0:refs/heads/base"]);
    assert_eq!(json!(git(dir, &["rev-parse", "base"])), claimed["ground"]["baseCommit"]);
    std::fs::remove_file(dir.join("base.bundle")).unwrap();
    git(dir, &["checkout", "-q", "-b", "work", "base"]);
}

async fn begin(wire: &mut Wire, claimed: &Value) -> Value {
    let (job, token) = (&claimed["job"]["id"], &claimed["claimToken"]);
    let begin = json!({ "id": job, "claimToken": token, "errand": { "what": "result" } });
    wire.call("node.errand", begin).await.unwrap()["errand"].clone()
}

fn piece(errand: &Value, at: usize, bytes: &[u8], last: bool) -> Value {
    json!({ "errand": errand, "at": at, "piece": STANDARD.encode(bytes), "last": last })
}

/// Looking at something large takes its time.
async fn renewed(wire: &mut Wire, claimed: &Value) {
    let renew = json!({ "id": claimed["job"]["id"], "claimToken": claimed["claimToken"] });
    works(wire, "jobs.renew", renew).await.unwrap();
}

/// Sends a bundle whole, and hears what intake says.
async fn sent(wire: &mut Wire, claimed: &Value, bundle: &[u8]) -> Result<Value, Value> {
    let errand = begin(wire, claimed).await;
    let pieces: Vec<&[u8]> = bundle.chunks(PIECE).collect();
    for (n, bytes) in pieces.iter().enumerate() {
        let one = piece(&errand, n * PIECE, bytes, n + 1 == pieces.len());
        wire.call("node.send", one).await?;
    }
    let read = loop {
        renewed(wire, claimed).await;
        let read = wire.call("node.read", json!({ "errand": errand, "at": 0 })).await?;
        if read["last"] == true {
            break read;
        }
        assert_eq!(read["piece"], "", "nothing is said before intake has spoken");
    };
    let said = STANDARD.decode(read["piece"].as_str().unwrap()).unwrap();
    Ok(serde_json::from_slice(&said).unwrap())
}

/// A bundle of these refs and ranges.
fn bundle(dir: &Path, what: &[&str]) -> Vec<u8> {
    let mut args = vec!["bundle", "create", "-q", "out.bundle"];
    args.extend(what);
    git(dir, &args);
    let bytes = std::fs::read(dir.join("out.bundle")).unwrap();
    std::fs::remove_file(dir.join("out.bundle")).unwrap();
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_that_is_not_the_jobs_own_work_is_refused() {
    let scene = Scene::crew();
    let (odd, mut wire) = let_work(&scene, "odd").await;
    let worker = Scene::worker_of(&odd.id);
    let (job, _) = scene.job_for(&worker, "/replace quiet loud src/bird.txt").await;
    let claimed = works(&mut wire, "jobs.claim", json!({ "workerId": "x" })).await.unwrap();
    assert_eq!((&claimed["job"]["id"], &claimed["job"]["workerId"]), (&json!(job), &json!(worker)));
    let ground = tempfile::tempdir().unwrap();
    let dir = ground.path().join("clone");
    clone(&mut wire, &claimed, &dir).await;
    let branch = format!("agent/{worker}/{job}");
    let commit = |file: &str, words: &[u8]| {
        git(&dir, &["checkout", "-q", "-B", &branch, "base"]);
        std::fs::create_dir_all(dir.join(file).parent().unwrap()).unwrap();
        std::fs::write(dir.join(file), words).unwrap();
        git(&dir, &["add", "-A"]);
        git(&dir, &["commit", "-q", "-m", "work"]);
        git(&dir, &["rev-parse", "HEAD"])
    };
    let code = |refused: Result<Value, Value>| text(&refused.unwrap_err()["code"]);
    let range = format!("base..{branch}");

    // Not a bundle; a bundle cut short; one with a second ref; one under another name.
    assert_eq!(code(sent(&mut wire, &claimed, b"garbage").await), "git.bundle_invalid");
    let good = commit("src/bird.txt", b"a loud bird\n");
    let whole = bundle(&dir, &[&range]);
    assert_eq!(code(sent(&mut wire, &claimed, &whole[..whole.len() - 20]).await), "git.bundle_invalid");
    git(&dir, &["branch", "-f", "extra", &branch]);
    let extra = bundle(&dir, &[&range, "base..extra"]);
    assert_eq!(code(sent(&mut wire, &claimed, &extra).await), "git.bundle_invalid");
    let named = bundle(&dir, &["base..extra"]);
    assert_eq!(code(sent(&mut wire, &claimed, &named).await), "git.bundle_invalid");
    // Another base than the job's: a history of its own.
    git(&dir, &["checkout", "-q", "--orphan", "alone"]);
    git(&dir, &["commit", "-q", "-m", "alone"]);
    git(&dir, &["branch", "-f", &branch, "alone"]);
    let alone = bundle(&dir, &[&branch]);
    let refused = sent(&mut wire, &claimed, &alone).await.unwrap_err();
    assert!(
        ["git.bundle_invalid", "git.out_of_scope"].contains(&refused["code"].as_str().unwrap()),
        "{refused}"
    );
    // Outside of the job's scope.
    commit("elsewhere.txt", b"x\n");
    let beyond = bundle(&dir, &[&range]);
    assert_eq!(code(sent(&mut wire, &claimed, &beyond).await), "git.out_of_scope");
    // Small to send and large to have.
    git(&dir, &["checkout", "-q", "-B", &branch, "base"]);
    std::fs::File::create(dir.join("src/bird.txt")).unwrap().set_len(513 << 20).unwrap();
    git(&dir, &["commit", "-q", "-a", "-m", "work"]);
    let bomb = bundle(&dir, &[&range]);
    assert!(bomb.len() < 4 << 20, "{}", bomb.len());
    let refused = sent(&mut wire, &claimed, &bomb).await.unwrap_err();
    assert!(
        ["too_large", "git.bundle_invalid", "git.out_of_scope"].contains(&refused["code"].as_str().unwrap()),
        "{refused}"
    );

    // Pieces out of order, too small, too large, past the end, of an errand that is over.
    let errand = begin(&mut wire, &claimed).await;
    let refused =
        async |wire: &mut Wire, piece: Value| text(&wire.call("node.send", piece).await.unwrap_err()["code"]);
    let full = vec![0; PIECE];
    assert_eq!(refused(&mut wire, piece(&errand, PIECE, &full, false)).await, "conflict");
    assert_eq!(refused(&mut wire, piece(&errand, 0, b"x", false)).await, "bad_request");
    assert_eq!(refused(&mut wire, piece(&errand, 0, &vec![0; PIECE + 1], true)).await, "bad_request");
    assert_eq!(refused(&mut wire, piece(&errand, 256 << 20, &full, false)).await, "too_large");
    assert_eq!(refused(&mut wire, piece(&errand, 0, &full, false)).await, "not_found", "too large ended it");
    let errand = begin(&mut wire, &claimed).await;
    wire.call("node.send", piece(&errand, 0, &full, false)).await.unwrap();
    assert_eq!(wire.call("node.send", piece(&errand, 0, &full, false)).await.unwrap()["taken"], json!(PIECE));
    let unread = wire.call("node.read", json!({ "errand": errand, "at": 0 })).await.unwrap_err();
    assert_eq!(unread["code"], "conflict", "it has not come whole");
    let again = begin(&mut wire, &claimed).await;
    assert_eq!(
        refused(&mut wire, piece(&errand, PIECE, b"", true)).await,
        "not_found",
        "begun anew it is another"
    );
    wire.call("node.end", json!({ "errand": again })).await.unwrap();

    // A commit that it did not send is not looked for anywhere else on its word.
    let tip = scene.repo.git(&["rev-parse", "HEAD"]);
    for sha in [good.clone(), tip] {
        let hand_over = json!({ "commitSha": sha, "branch": branch, "message": "x" });
        let complete = json!({ "id": job, "claimToken": claimed["claimToken"], "handOver": hand_over });
        let refused = works(&mut wire, "jobs.complete", complete).await.unwrap_err();
        assert_eq!(refused["code"], "git.commit_not_found");
    }
    // None of it left anything, and the real work is taken.
    let parts = std::fs::read_dir(scene.data.path().join("bundles")).unwrap().count();
    assert_eq!(parts, 0, "nothing that was refused stays");
    let intake = sent(&mut wire, &claimed, &whole).await.unwrap();
    assert_eq!(intake["commit"], json!(good), "{intake}");
    let hand_over = json!({ "commitSha": good, "branch": branch, "message": "x" });
    let complete =
        json!({ "id": job, "claimToken": claimed["claimToken"], "handOver": hand_over, "verified": true });
    works(&mut wire, "jobs.complete", complete).await.unwrap();
    scene.job_is(&job, "completed").await;
}

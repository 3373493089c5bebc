//! Numbers out of every proportion, and texts longer than anything is.

use crate::scene::Scene;
use crate::surface;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn an_absurd_limit_or_filter_is_refused_by_every_list() {
    let scene = Scene::quiet();
    let (routes, document) = surface::read(&scene).await;
    let known = |route: &surface::Route, name: &str| {
        let rpc = format!("/v1/rpc/{}", route.method.map(|m| m.operation().name).unwrap_or_default());
        let schema =
            document["paths"][rpc]["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
        !document["components"]["schemas"][schema.rsplit('/').next().unwrap()]["properties"][name].is_null()
    };
    let mut lists = 0;
    for route in routes.iter().filter(|r| r.verb == "GET" && r.method.is_some()) {
        let address = route.with("no-such");
        if known(route, "limit") && !route.has_parameter() {
            lists += 1;
            for limit in [
                "0",
                "501",
                "-1",
                "1e3",
                "abc",
                "",
                "1.5",
                "18446744073709551616",
                "9223372036854775807",
                "0x10",
            ] {
                let what = format!("{address}?limit={limit}");
                scene.get(&what).await.assert_refused(&what);
            }
            for good in ["1", "500"] {
                assert_eq!(scene.get(&format!("{address}?limit={good}")).await.status, 200);
            }
        }
        if known(route, "status") {
            for word in ["nonsense", "", "PENDING", "pending'--", "*"] {
                let what = format!("{address}?status={word}");
                scene.get(&what).await.assert_refused(&what);
            }
        }
    }
    assert!(lists >= 4, "{lists} lists");
    for query in ["after=abc", "after=1.5", "after=99999999999999999999", "after="] {
        scene.get(&format!("/sessions/dev/events?{query}")).await.assert_refused(query);
    }
    for ttl in ["-1", "x", "99999999999999999999"] {
        scene.get(&format!("/workers?ttlMs={ttl}")).await.assert_refused(ttl);
    }
    assert_eq!(
        scene.get("/workers?ttlMs=9223372036854775807").await.status,
        200,
        "a long time is a long time"
    );
    for (limit, ok) in [(0, false), (1001, false), (1, true), (1000, true)] {
        let page = scene.post("/v1/rpc/session.events", json!({ "sessionId": "dev", "limit": limit })).await;
        assert_eq!(page.status == 200, ok, "{limit}");
    }
    for at in [i64::MIN, -1, i64::MAX] {
        for side in ["after", "before"] {
            let page = scene.post("/v1/rpc/session.events", json!({ "sessionId": "dev", side: at })).await;
            assert_eq!(page.status, 200, "{side} {at}: a page, empty or not");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_or_wait_outside_its_bounds_is_refused() {
    let scene = Scene::quiet();
    let job = json!({ "taskId": "t", "kind": "k" });
    assert_eq!(scene.post("/jobs/enqueue", job).await.status, 201);
    for (field, value) in [
        ("leaseMs", json!(999)),
        ("leaseMs", json!(600_001)),
        ("leaseMs", json!(u64::MAX)),
        ("leaseMs", json!(0)),
        ("waitMs", json!(30_001)),
        ("waitMs", json!(u64::MAX)),
    ] {
        for (path, who) in
            [("/jobs/claim", "workerId"), ("/requests/claim", "agentId"), ("/completions/claim", "pusherId")]
        {
            if field == "leaseMs" && path != "/jobs/claim" {
                // Nothing waits there, so a lease is never given out.
                continue;
            }
            let mut body = json!({ who: "w" });
            body[field] = value.clone();
            let answer = scene.post(path, body).await;
            assert_eq!((answer.status, answer.code()), (400, "bad_request".into()), "{path} {field} {value}");
        }
    }
    let claim = scene.post("/jobs/claim", json!({ "workerId": "w", "leaseMs": 600_000 })).await.json();
    let renew = format!("/jobs/{}/lease/renew", claim["job"]["id"].as_str().unwrap());
    for lease in [json!(999), json!(u64::MAX)] {
        let answer = scene.post(&renew, json!({ "claimToken": claim["claimToken"], "leaseMs": lease })).await;
        assert_eq!(answer.code(), "bad_request", "{lease}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_have_a_longest_length_and_budgets_an_upper_bound() {
    let scene = Scene::quiet();
    let long = |n: usize| "x".repeat(n);
    let cases: Vec<(&str, Value, u16)> = vec![
        ("/sessions/dev/message", json!({ "text": long(256 * 1024 + 1) }), 413),
        ("/sessions/dev/message", json!({ "text": " \n\t" }), 400),
        ("/message", json!({ "text": long(256 * 1024 + 1) }), 413),
        ("/message", json!({ "text": "" }), 400),
        ("/requests/enqueue", json!({ "sessionId": "dev", "prompt": long(256 * 1024 + 1) }), 413),
        ("/requests/enqueue", json!({ "sessionId": "dev", "prompt": "" }), 400),
        ("/jobs/enqueue", json!({ "taskId": long(201), "kind": "k" }), 400),
        ("/jobs/enqueue", json!({ "taskId": "t", "kind": "" }), 400),
        ("/jobs/enqueue", json!({ "taskId": "t", "kind": "task.execute", "params": {} }), 400),
        ("/jobs/claim", json!({ "workerId": "" }), 400),
        ("/jobs/claim", json!({ "workerId": long(201) }), 400),
        ("/jobs/claim", json!({ "workerId": "w", "kinds": vec!["k"; 33] }), 400),
        ("/workers/heartbeat", json!({ "workerId": long(201) }), 400),
        ("/workers/heartbeat", json!({ "workerId": "w", "status": "dancing" }), 400),
        ("/workers/heartbeat", json!({ "workerId": "w", "details": long(17 * 1024) }), 413),
        ("/sessions", json!({ "sessionId": "s", "label": long(201) }), 400),
        ("/v1/rpc/session.rename", json!({ "sessionId": "dev", "label": " " }), 400),
        ("/v1/rpc/workspace.add", json!({ "path": "relative" }), 400),
        ("/v1/rpc/workspace.add", json!({ "path": "/no\u{0}such" }), 400),
        ("/v1/rpc/workspace.add", json!({ "path": "/no/such/folder" }), 422),
    ];
    for (path, body, status) in cases {
        let answer = scene.post(path, body).await;
        answer.assert_refused(path);
        assert_eq!(answer.status, status, "{path}: {}", answer.json());
    }
    for id in ["", ".", "..", "a/b", "a b", "ä", "a\u{0}", "../../etc", &long(65), "a\nb"] {
        let answer = scene.post("/sessions", json!({ "sessionId": id })).await;
        assert_eq!((answer.status, answer.code()), (400, "bad_request".into()), "{id:?}");
    }
    for key in [long(201), String::new(), "\u{e4}".into()] {
        let call = scene
            .server
            .owner("POST", "/sessions")
            .header("idempotency-key", &key)
            .json(&json!({ "sessionId": "k" }));
        assert_eq!(call.send().await.status, 400, "{key:?}");
    }
    // Budgets are brought into their bounds, and everything that adds them up still works.
    let most = json!({ "taskId": "t", "kind": "k", "queueWaitBudgetMs": u64::MAX, "executionBudgetMs": u64::MAX, "finalizationBudgetMs": 0 });
    let id = scene.post("/jobs/enqueue", most).await.json()["jobId"].as_str().unwrap().to_owned();
    let job = scene.get(&format!("/jobs/{id}")).await.json();
    assert_eq!(job["job"]["executionBudgetMs"], 24 * 3_600_000);
    assert_eq!(job["job"]["finalizationBudgetMs"], 1);
    let odd = json!({ "sessionId": "dev", "prompt": "/status", "queueWaitBudgetMs": u64::MAX });
    assert_eq!(scene.post("/requests/enqueue", odd).await.status, 201);
    for path in ["/jobs", "/requests", "/system/status"] {
        assert_eq!(scene.get(path).await.status, 200, "{path}");
    }
}

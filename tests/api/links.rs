//! The one-time link: one browser, once.

use crate::scene::Scene;
use serde_json::json;
use testkit::world::{RunningServer, Start, TestRepo};

fn code(url: &str) -> String {
    url.split("#code=").nth(1).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_gives_one_cookie_once() {
    let scene = Scene::quiet();
    let opening = code(&scene.server.open_url);
    let joined = scene.server.bare("POST", "/auth/exchange").json(&json!({ "code": opening })).send().await;
    assert_eq!(joined.status, 200);
    let cookie = joined.header("set-cookie").unwrap().to_owned();
    for word in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    let port = scene.server.url.rsplit(':').next().unwrap();
    assert!(cookie.starts_with(&format!("pilothouse_{port}=")), "{cookie}");
    assert!(
        !String::from_utf8_lossy(&joined.body).contains(cookie.split(['=', ';']).nth(1).unwrap()),
        "scripts of the page never see it"
    );
    let pair = cookie.split(';').next().unwrap();
    assert_eq!(scene.server.bare("GET", "/sessions").header("cookie", pair).send().await.status, 200);
    // A page of another origin has the cookie sent by nobody, and is refused even if it were.
    let foreign = scene
        .server
        .bare("GET", "/sessions")
        .header("cookie", pair)
        .header("origin", "http://127.0.0.1:1")
        .send()
        .await;
    assert_eq!(foreign.status, 403);

    for again in [opening.as_str(), "", "guess"] {
        let refused =
            scene.server.bare("POST", "/auth/exchange").json(&json!({ "code": again })).send().await;
        assert_eq!((refused.status, refused.code()), (401, "unauthenticated".into()));
        assert_eq!(refused.header("set-cookie"), None);
    }
    let fresh = scene.post("/auth/link", json!({})).await.json();
    let another = json!({ "code": code(fresh["openUrl"].as_str().unwrap()) });
    assert_eq!(scene.server.bare("POST", "/auth/exchange").json(&another).send().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_outlives_a_restart_and_the_link_and_token_do_not() {
    let (repo, data) = (TestRepo::with(&[("README.md", "# Tern\n")]), tempfile::tempdir().unwrap());
    let free = testkit::ports::free_port("127.0.0.1");
    let start = Start::on(data.path(), repo.path()).workers(0).port(free);
    let first = RunningServer::start(&start);
    let (old_token, old_code) = (first.token.clone(), code(&first.post_link().await));
    let joined =
        first.bare("POST", "/auth/exchange").json(&json!({ "code": code(&first.open_url) })).send().await;
    let pair = joined.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    assert_eq!(first.terminate(), Some(0));
    let second = RunningServer::start(&start);
    assert_eq!(second.bare("GET", "/sessions").header("cookie", &pair).send().await.status, 200);
    assert_eq!(second.bare("GET", "/sessions").bearer(&old_token).send().await.status, 401);
    let stale = second.bare("POST", "/auth/exchange").json(&json!({ "code": old_code })).send().await;
    assert_eq!(stale.status, 401);
}

trait Link {
    async fn post_link(&self) -> String;
}

impl Link for RunningServer {
    async fn post_link(&self) -> String {
        let answer = self.owner("POST", "/auth/link").json(&json!({})).send().await;
        answer.json()["openUrl"].as_str().unwrap().to_owned()
    }
}

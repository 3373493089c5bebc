//! What somebody sees who opens an address in a browser and is refused.

use crate::daemon::{ANN, BOB, Daemon, STRANGER};
use crate::scene::{Scene, ask, from};
use reqwest::{Client, RequestBuilder};

/// Status and code of a page that says no; asserts that it is one, and that it gives nothing away.
pub async fn refused(request: RequestBuilder) -> (u16, String) {
    let (status, text, _) = page(request).await;
    let code = text.split("<code>").last().unwrap().split("</code>").next().unwrap();
    (status, code.to_owned())
}

/// Status, text and language.
async fn page(request: RequestBuilder) -> (u16, String, String) {
    let answer = request.send().await.unwrap();
    let header = |name: &str| answer.headers().get(name).map(|v| v.to_str().unwrap().to_owned());
    assert_eq!(header("content-type").as_deref(), Some("text/html; charset=utf-8"), "{answer:?}");
    let policy = header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
    assert_eq!(header("cache-control").as_deref(), Some("no-store"));
    assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"));
    assert!(header("set-cookie").is_none());
    let language = header("content-language").unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    for hidden in ["<script", "http://", "127.0.0.", "ann@example.com", "bob@example.com", ".sock", "evil"] {
        assert!(!text.contains(hidden), "{hidden}: {text}");
    }
    (status, text, language)
}

fn opened(request: RequestBuilder, languages: &str) -> RequestBuilder {
    request
        .header("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
        .header("accept-language", languages)
        .header("sec-fetch-dest", "document")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_name_is_told_to_a_person_in_their_language_and_to_a_program_in_json() {
    let scene = Scene::with(|start| start);
    let client = Client::builder().no_proxy().build().unwrap();
    let at = |path: &str| client.get(format!("{}{path}", scene.server.url)).header("host", "evil.example");
    for path in ["/", "/pair", "/healthz", "/assets/none.js"] {
        assert_eq!(refused(opened(at(path), "en")).await, (403, "wrong_host".into()), "{path}");
    }
    let (_, english, tag) = page(opened(at("/"), "en-GB,en;q=0.9,de;q=0.1")).await;
    assert!(tag == "en" && english.contains("Wrong address") && english.contains("pilothouse open"));
    let (_, german, tag) = page(opened(at("/"), "de-DE,de;q=0.9,en;q=0.5")).await;
    assert!(tag == "de" && german.contains("Falsche Adresse") && german.contains("lang=\"de\""));
    // Programs, scripts of pages, and whoever posts.
    assert_eq!(ask(at("/")).await, (403, "wrong_host".into()));
    assert_eq!(ask(at("/").header("accept", "*/*")).await, (403, "wrong_host".into()));
    let fetched = at("/").header("accept", "text/html").header("sec-fetch-dest", "empty");
    assert_eq!(ask(fetched).await, (403, "wrong_host".into()));
    let posted = client.post(format!("{}/v1/rpc/x", scene.server.url)).header("host", "evil.example");
    assert_eq!(ask(posted.header("accept", "text/html")).await, (403, "wrong_host".into()));
    // Under its own name the interface itself says who is not signed in.
    let own = client.get(format!("{}/", scene.server.url));
    assert_eq!(opened(own, "en").send().await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_the_tailnet_listener_refuses_reads_why() {
    let mut daemon = Daemon::start();
    let socket = daemon.socket();
    let scene = Scene::with(|start| start.env("PILOTHOUSE_LISTEN_TAILSCALED", socket.to_str().unwrap()));
    scene.command(&["tailnet", "on"]).await;
    let at = scene.listener("tailnet", "open").await["bound"].as_str().unwrap().to_owned();
    let home = format!("http://{at}/");
    let (_, text, _) = page(opened(from(BOB).get(&home), "en")).await;
    assert!(text.contains("not on this server's list") && text.contains("listen.allow"), "{text}");
    let (_, text, _) = page(opened(from(STRANGER).get(&home), "de")).await;
    assert!(text.contains("Unbekannter Rechner"), "{text}");
    let funnel = opened(from(ANN).get(&home), "en").header("tailscale-funnel-request", "?1");
    assert_eq!(refused(funnel).await, (403, "tailnet.funnel".into()));
    // What only the server's machine may use, from elsewhere.
    let link = opened(from(ANN).get(format!("http://{at}/auth/link")), "en");
    assert_eq!(refused(link).await, (403, "listen.local_only".into()));
    daemon.down();
    let (status, text, _) = page(opened(from("127.0.0.11").get(&home), "en")).await;
    assert!(status == 503 && text.contains("cannot ask Tailscale"), "{status} {text}");
}

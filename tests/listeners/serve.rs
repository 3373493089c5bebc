//! Tailscale Serve: its headers count on its own port, and only as far as the daemon confirms them.

use crate::daemon::{ANN, BOB, Daemon, NAME, STRANGER, TAGGED};
use crate::scene::{Scene, ask, from};
use reqwest::{Client, RequestBuilder};
use serde_json::json;
use testkit::world::RunningServer;

/// As Serve forwards what `ip` asked.
fn forwarded(client: &Client, url: &str, ip: &str, login: Option<&str>) -> RequestBuilder {
    let request = client
        .get(url)
        .header("host", NAME)
        .header("x-forwarded-host", NAME)
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-for", ip);
    match login {
        Some(login) => request.header("tailscale-user-login", login),
        None => request,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_serve_forwards_is_believed_on_its_port_and_only_with_the_daemons_word() {
    let daemon = Daemon::start();
    let socket = daemon.socket();
    let with = |start: testkit::world::Start| {
        start
            .env("PILOTHOUSE_LISTEN_TAILSCALED", socket.to_str().unwrap())
            .env("PILOTHOUSE_LISTEN_ALLOW", "tag:ci")
            .env("PATH", &daemon.path())
    };
    // What somebody else serves there is left alone.
    let other = json!({ "Web": { format!("{NAME}:443"): { "Handlers": { "/": { "Proxy": "http://127.0.0.1:8080" } } } } });
    daemon.serve_other(&other);
    let scene = Scene::with(with);
    let (code, _) = scene.command(&["tailnet", "serve", "on"]).await;
    let taken = scene.listener("serve", "waiting").await;
    assert_eq!((code, &taken["code"]), (1, &json!("tailnet.serve_taken")), "{taken}");
    assert_eq!(daemon.served(), other);
    let mut public = other;
    public["AllowFunnel"] = json!({ format!("{NAME}:443"): true });
    daemon.serve_other(&public);
    scene.rpc("listen.set", json!({})).await;
    assert_eq!(scene.listener("serve", "waiting").await["code"], "tailnet.funnel");

    daemon.serve_other(&json!({}));
    scene.rpc("listen.set", json!({})).await;
    let shown = scene.listener("serve", "open").await;
    let at = shown["bound"].as_str().unwrap().to_owned();
    assert_eq!((&shown["urls"], &shown["tier"]), (&json!([format!("https://{NAME}")]), &json!("secure")));
    let done = shown["done"][0].as_str().unwrap();
    assert!(done.ends_with(&format!("serve --bg --https=443 http://{at}")), "{done}");
    assert_eq!(
        daemon.served()["Web"][format!("{NAME}:443")]["Handlers"]["/"]["Proxy"],
        format!("http://{at}")
    );

    let local = from("127.0.0.1");
    let (health, status) = (format!("http://{at}/healthz"), format!("http://{at}/system/status"));
    let ann = |url: &str| forwarded(&local, url, ANN, Some("ann@example.com"));
    assert_eq!(ask(ann(&health)).await.0, 200);
    assert_eq!(ask(local.get(&health)).await, (403, "listen.not_serve".into()), "no program of this machine");
    let own = local.get(&status).bearer_auth(&scene.server.token);
    assert_eq!(ask(own).await, (403, "listen.not_serve".into()));
    assert_eq!(ask(ann(&status).bearer_auth(&scene.server.token)).await, (403, "listen.local_only".into()));
    for (ip, login, code) in [
        (ANN, None, "listen.not_serve"),
        (ANN, Some("bob@example.com"), "listen.not_serve"),
        (BOB, Some("ann@example.com"), "tailnet.not_allowed"),
        (BOB, Some("bob@example.com"), "tailnet.not_allowed"),
        (STRANGER, Some("ann@example.com"), "tailnet.unknown"),
        (TAGGED, Some("ann@example.com"), "listen.not_serve"),
        ("127.0.0.1", Some("ann@example.com"), "tailnet.unknown"),
        ("100.64.0.1, 127.0.0.6", Some("ann@example.com"), "listen.not_serve"),
    ] {
        let told = ask(forwarded(&local, &health, ip, login)).await;
        assert_eq!(told, (403, code.into()), "{ip} {login:?}");
    }
    assert_eq!(ask(forwarded(&local, &health, TAGGED, None)).await.0, 200, "a tag that is let in");
    let funnel = ann(&health).header("tailscale-funnel-request", "?1");
    assert_eq!(ask(funnel).await, (403, "tailnet.funnel".into()));
    let page = |origin: &str| ann(&health).header("origin", origin.to_owned());
    assert_eq!(ask(page(&format!("https://{NAME}"))).await.0, 200);
    assert_eq!(ask(page("https://evil.tail1.ts.net")).await, (403, "foreign_origin".into()));
    let renamed = local
        .get(&health)
        .header("host", "evil.tail1.ts.net")
        .header("x-forwarded-host", "evil.tail1.ts.net")
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-for", ANN)
        .header("tailscale-user-login", "ann@example.com");
    assert_eq!(ask(renamed).await, (403, "wrong_host".into()));

    let serve = [
        ("host", NAME),
        ("x-forwarded-host", NAME),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-for", ANN),
        ("tailscale-user-login", "ann@example.com"),
    ];
    let device = scene.pair(&local, &format!("http://{at}"), &serve).await;
    assert_eq!((&device.shown["login"], &device.shown["from"]), (&json!("ann@example.com"), &json!(ANN)));
    assert!(device.secure && device.cookie.ends_with("; Secure"), "{}", device.cookie);
    assert!(device.link.starts_with(&format!("https://{NAME}/pair#")), "the best address: {}", device.link);
    assert_eq!(ask(ann(&status).bearer_auth(&device.token)).await.0, 200);

    // After an end without warning the same port is taken, and nothing has to be set up again.
    let changes = daemon.changes().len();
    let Scene { server, start, data, _repo } = scene;
    server.kill();
    let scene = Scene { server: RunningServer::start(&start), start, data, _repo };
    assert_eq!(scene.listener("serve", "open").await["bound"], at);
    assert_eq!(daemon.changes().len(), changes);

    let (code, _) = scene.command(&["tailnet", "serve", "off"]).await;
    assert_eq!((code, daemon.served()), (0, serde_json::Value::Null));
    let closed = async || local.get(&health).send().await.is_err().then_some(());
    scene.server.eventually("nobody listens there", closed).await;
}

//! Tailscale Serve: its headers count on its own port, and only as far as the daemon confirms them.

use crate::daemon::{ANN, BOB, Daemon, NAME, STRANGER, TAGGED};
use crate::key::Key;
use crate::scene::{Scene, ask, from, staying};
use crate::walked::{Attempt, Of, revoke, walk, without_right};
use crate::wire::{Wire, connect, knock};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
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

/// A server with Serve before it, and where Serve forwards to.
async fn served(daemon: &Daemon) -> (Scene, String) {
    let socket = daemon.socket();
    // The first port of those that are usual is left to the test that loses it for a moment and takes it again.
    let scene = Scene::with(|start| {
        start
            .env("PILOTHOUSE_LISTEN_TAILSCALED", socket.to_str().unwrap())
            .env("PILOTHOUSE_LISTEN_SERVE_PORT", "0")
            .env("PATH", &daemon.path())
    });
    let (code, _) = scene.command(&["tailnet", "serve", "on"]).await;
    assert_eq!(code, 0);
    let at = scene.listener("serve", "open").await["bound"].as_str().unwrap().to_owned();
    (scene, format!("http://{at}"))
}

/// What Serve writes on what it forwards for this machine, under the name it was asked by.
fn written<'a>(name: &'a str, ip: &'a str, login: Option<&'a str>) -> Vec<(&'static str, &'a str)> {
    let headers = vec![
        ("host", name),
        ("x-forwarded-host", name),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-for", ip),
    ];
    headers.into_iter().chain(login.map(|login| ("tailscale-user-login", login))).collect()
}

const ANNS: &str = "ann@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn no_method_and_no_route_opens_through_serve_to_whoever_may_not() {
    let daemon = Daemon::start();
    let (scene, url) = served(&daemon).await;
    let (local, good) = (staying("127.0.0.1"), written(NAME, ANN, Some(ANNS)));
    let device = scene.pair(&local, &url, &good).await;
    let gone = scene.pair(&local, &url, &good).await;
    let owned = |headers: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
        headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
    };
    revoke(&scene, &url, &local, &owned(&good), &gone.token).await;

    let mut attempts = without_right(&scene, &local, &owned(&good), (&device.token, &gone.token));
    let and = |name: &'static str, value: &'static str| {
        let mut all = good.clone();
        all.push((name, value));
        all
    };
    let evil = "evil.tail1.ts.net";
    for (what, headers, code) in [
        ("by a program of this machine", Vec::new(), "listen.not_serve"),
        ("for nobody's login", written(NAME, ANN, None), "listen.not_serve"),
        (
            "for a login that is not that machine's",
            written(NAME, ANN, Some("bob@example.com")),
            "listen.not_serve",
        ),
        (
            "for somebody else's machine by the owner's login",
            written(NAME, BOB, Some(ANNS)),
            "tailnet.not_allowed",
        ),
        ("for somebody else", written(NAME, BOB, Some("bob@example.com")), "tailnet.not_allowed"),
        ("for a machine with tags", written(NAME, TAGGED, None), "tailnet.tagged"),
        ("for a machine with tags by the owner's login", written(NAME, TAGGED, Some(ANNS)), "tailnet.tagged"),
        ("for a machine of no tailnet", written(NAME, STRANGER, Some(ANNS)), "tailnet.unknown"),
        ("for this machine", written(NAME, "127.0.0.1", Some(ANNS)), "tailnet.unknown"),
        ("for two machines", written(NAME, "100.64.0.1, 127.0.0.6", Some(ANNS)), "listen.not_serve"),
        ("through Funnel", and("tailscale-funnel-request", "?1"), "tailnet.funnel"),
        ("by a name that is made to point here", written(evil, ANN, Some(ANNS)), "wrong_host"),
        ("from another page", and("origin", "https://evil.tail1.ts.net"), "foreign_origin"),
        ("from a page of nowhere", and("origin", "null"), "foreign_origin"),
    ] {
        let (headers, token, refused) = (owned(&headers), Some(device.token.as_str()), (403, code));
        attempts.push(Attempt { what, client: &local, headers, token, refused, of: Of::Everything });
    }
    let walked = walk(&scene, &url, &attempts).await;
    assert!(walked > 2_500, "only {walked} were walked");
    let status = forwarded(&local, &format!("{url}/system/status"), ANN, Some(ANNS));
    assert_eq!(ask(status.bearer_auth(&device.token)).await.0, 200, "it was let in all the time");
}

/// A WebSocket through Serve, for the owner's machine, up to the hello.
async fn greeted(url: &str) -> (Wire, Value) {
    let mut wire = knock(url, &written(NAME, ANN, Some(ANNS))).await.unwrap();
    let hello = wire.frame().await.text();
    assert_eq!(hello["t"], "hello");
    (wire, hello)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_through_serve_is_for_a_paired_device_that_proves_itself() {
    let daemon = Daemon::start();
    let (scene, url) = served(&daemon).await;
    // A device with a key, paired through Serve.
    let (key, local) = (Key::p256(), from("127.0.0.1"));
    let link = scene.rpc("pairing.start", json!({})).await;
    let nonce = link["url"].as_str().unwrap().split("&n=").nth(1).unwrap().split('&').next().unwrap();
    let claim = json!({ "nonce": nonce, "name": "Phone", "kind": "phone", "publicKey": key.public() });
    let call = written(NAME, ANN, Some(ANNS))
        .into_iter()
        .fold(local.post(format!("{url}/pair/claim")), |call, (name, value)| call.header(name, value));
    assert_eq!(ask(call.json(&claim)).await.0, 200);
    let device = scene.rpc("pairing.approve", json!({ "id": link["id"] })).await;
    let id = device["id"].as_str().unwrap();
    let proof = |key: &Key, hello: &Value| {
        let (server, challenge) = (hello["serverId"].as_str().unwrap(), hello["challenge"].as_str().unwrap());
        json!({
            "t": "connect", "versions": [1, 1], "client": { "name": "phone" },
            "device": { "id": id, "signature": key.connects(server, challenge, id) },
        })
    };

    // With no proof, with the owner's token, with another key, and with a proof that was made for another hello.
    let (_, other) = greeted(&url).await;
    let nobody = json!({ "t": "connect", "versions": [1, 1], "client": { "name": "phone" } });
    for (what, first) in [
        ("nobody", nobody),
        ("the owner's token", connect(&scene.server.token)),
        ("another key", proof(&Key::p256(), &other)),
        ("the proof of another hello", proof(&key, &other)),
    ] {
        let (mut wire, _) = greeted(&url).await;
        wire.say(first).await;
        assert_eq!(wire.frame().await.text()["t"], "reject", "{what}");
        assert_eq!(wire.closed().await, 4401, "{what}");
    }
    // Whoever Serve does not forward, or not for the owner's machine, does not even hear hello.
    let page = |origin: &'static str| {
        let mut headers = written(NAME, ANN, Some(ANNS));
        headers.push(("origin", origin));
        headers
    };
    let evil = "evil.tail1.ts.net";
    for headers in [
        Vec::new(),
        written(NAME, ANN, None),
        written(NAME, BOB, Some("bob@example.com")),
        written(NAME, BOB, Some(ANNS)),
        written(NAME, TAGGED, None),
        written(NAME, STRANGER, Some(ANNS)),
        written(evil, ANN, Some(ANNS)),
        page("https://evil.tail1.ts.net"),
        page("null"),
    ] {
        assert!(knock(&url, &headers).await.is_err(), "{headers:?}");
    }

    let (mut wire, hello) = greeted(&url).await;
    wire.say(proof(&key, &hello)).await;
    let welcome = wire.frame().await.text();
    assert_eq!((&welcome["t"], &welcome["deviceId"]), (&json!("welcome"), &json!(id)), "{welcome}");
    assert!(wire.call("session.list", json!({})).await.unwrap()["sessions"].is_array());
    assert_eq!(wire.call("listen.show", json!({})).await.unwrap_err()["code"], "forbidden");
    scene.rpc("device.revoke", json!({ "id": id })).await;
    assert_eq!(wire.closed().await, 4401, "what it has open is closed");
    let (mut wire, hello) = greeted(&url).await;
    wire.say(proof(&key, &hello)).await;
    let reject = wire.frame().await.text();
    assert_eq!((&reject["t"], &reject["next"]), (&json!("reject"), &json!("pair")), "{reject}");
}

//! An address with TLS of one's own.

use crate::scene::{Scene, ask, from, trusting};
use crate::walked::{Attempt, Of, revoke, walk, without_right};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};

const IP: &str = "127.0.0.2";

fn free_port() -> u16 {
    testkit::ports::free_port(IP)
}

/// A server that listens on an address, and which.
async fn listening() -> (Scene, String) {
    let scene = Scene::with(|start| start);
    let at = format!("{IP}:{}", free_port());
    scene.command(&["listen", &at]).await;
    scene.listener("address", "open").await;
    (scene, at)
}

/// A connection on which TLS was begun, if the other end does so.
async fn encrypted(stream: TcpStream, pem: &Path) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(pem).unwrap()).unwrap();
    let provider = Arc::new(crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(IP).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// A WebSocket over TLS, or why there is none.
async fn socket(
    at: &str,
    pem: &Path,
    headers: &[(&'static str, &str)],
) -> Result<WebSocketStream<TlsStream<TcpStream>>, Box<Error>> {
    let stream = encrypted(TcpStream::connect(at).await.unwrap(), pem).await.unwrap();
    let mut request = format!("wss://{at}/v1/ws").into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    Ok(tokio_tungstenite::client_async(request, stream).await?.0)
}

async fn text(socket: &mut WebSocketStream<TlsStream<TcpStream>>) -> Value {
    let message = tokio::time::timeout(std::time::Duration::from_secs(60), socket.next());
    let Message::Text(text) = message.await.unwrap().unwrap().unwrap() else { panic!("no text") };
    serde_json::from_str(&text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paired_device_is_served_over_tls_and_nothing_else_gets_in() {
    let scene = Scene::with(|start| start);
    let at = format!("{IP}:{}", free_port());
    let (code, shown) = scene.command(&["listen", &at]).await;
    assert_eq!(code, 0, "{shown}");
    let shown = scene.listener("address", "open").await;
    let url = format!("https://{at}");
    assert_eq!((&shown["urls"], &shown["reachers"]), (&json!([url]), &json!("network")));
    assert_eq!((&shown["tier"], &shown["selfSigned"]), (&json!("secure"), &json!(true)));
    let pem = std::fs::read(scene.made()).unwrap();
    let phone = trusting(&pem);

    // What only this machine may use.
    let status = format!("{url}/system/status");
    let owner = phone.get(&status).bearer_auth(&scene.server.token);
    assert_eq!(ask(owner).await, (403, "listen.local_only".into()));
    let code = scene.server.open_url.split("code=").nth(1).unwrap();
    let link = phone.post(format!("{url}/auth/exchange")).json(&json!({ "code": code }));
    assert_eq!(ask(link).await, (403, "listen.local_only".into()));
    assert_eq!(ask(phone.get(&status)).await, (401, "unauthenticated".into()));

    // Names and origins that are none of this listener's.
    let health = format!("{url}/healthz");
    for host in ["evil.example", "127.0.0.1", "localhost", IP] {
        assert_eq!(ask(phone.get(&health).header("host", host)).await, (403, "wrong_host".into()), "{host}");
    }
    for origin in ["https://evil.example", &format!("http://{at}"), &scene.server.url, "null"] {
        let foreign = phone.get(&health).header("origin", origin);
        assert_eq!(ask(foreign).await, (403, "foreign_origin".into()), "{origin}");
    }
    assert_eq!(ask(phone.get(&health).header("origin", &url)).await.0, 200);
    let funnel = phone.get(&health).header("tailscale-funnel-request", "?1");
    assert_eq!(ask(funnel).await, (403, "tailnet.funnel".into()));
    assert!(from(IP).get(format!("http://{at}/healthz")).send().await.is_err(), "no plain http");

    // A device that was let in, who makes up what Serve would say of it.
    let serve = [("tailscale-user-login", "ann@example.com"), ("x-forwarded-for", "100.64.0.9")];
    let device = scene.pair(&phone, &url, &serve).await;
    assert!(device.secure && device.link.starts_with(&format!("{url}/pair#")), "{}", device.link);
    assert!(device.link.contains(&format!("&f={}", shown["fingerprint"].as_str().unwrap())));
    assert_eq!(device.shown["login"], Value::Null, "headers count behind Serve alone");
    assert_eq!(device.shown["from"], "127.0.0.1");
    assert!(device.cookie.ends_with("; Secure") && device.cookie.contains("SameSite=Strict"));
    assert_eq!(ask(phone.get(&status).bearer_auth(&device.token)).await.0, 200);

    // Its sockets: the cookie counts together with our own origin.
    let cookie = device.cookie.split(';').next().unwrap();
    let foreign = socket(&at, &scene.made(), &[("cookie", cookie), ("origin", "https://evil.example")]).await;
    assert!(foreign.is_err());
    let mut open = socket(&at, &scene.made(), &[("cookie", cookie), ("origin", &url)]).await.unwrap();
    assert_eq!(text(&mut open).await["t"], "hello");
    let connect = json!({ "t": "connect", "versions": [1, 1], "client": { "name": "page" } });
    open.send(Message::text(connect.to_string())).await.unwrap();
    assert_eq!(text(&mut open).await["t"], "welcome");
    let mut stolen = socket(&at, &scene.made(), &[]).await.unwrap();
    text(&mut stolen).await;
    let mut connect = connect;
    connect["token"] = json!(scene.server.token);
    stolen.send(Message::text(connect.to_string())).await.unwrap();
    assert_eq!(text(&mut stolen).await["t"], "reject", "the owner's token is taken on loopback only");

    // A stream and a socket end with the listener.
    let mut stream = phone.get(format!("{url}/v1/events")).bearer_auth(&device.token).send().await.unwrap();
    assert!(stream.chunk().await.unwrap().is_some());
    let (code, _) = scene.command(&["listen", "off"]).await;
    assert_eq!(code, 0);
    scene.listener("address", "off").await;
    let ended = async {
        while let Some(Ok(message)) = open.next().await {
            assert!(!matches!(message, Message::Binary(_)));
        }
        while let Ok(Some(_)) = stream.chunk().await {}
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), ended).await.expect("both end");
    scene
        .server
        .eventually("nobody listens there", || async { TcpStream::connect(&at).await.is_err().then_some(()) })
        .await;
    assert_eq!(scene.server.terminate(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_certificate_is_used_renewed_and_missed_when_it_is_gone() {
    // Another server makes certificates.
    let made = Scene::with(|start| start);
    made.rpc("listen.set", json!({ "address": format!("{IP}:{}", free_port()) })).await;
    made.listener("address", "open").await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (certificate, key) = (path("own.pem"), path("own.key"));
    let scene = Scene::with(|start| {
        start
            .env("PILOTHOUSE_LISTEN_ADDRESS", &format!("{IP}:0"))
            .env("PILOTHOUSE_LISTEN_CERTIFICATE", &certificate)
            .env("PILOTHOUSE_LISTEN_CERTIFICATE_KEY", &key)
            .env("PILOTHOUSE_LISTEN_NAMES", "pilot.example.org")
    });
    let missing = scene.listener("address", "waiting").await;
    assert_eq!(missing["code"], "listen.certificate", "{missing}");
    let doctor = scene.rpc("doctor.run", json!({})).await;
    let line = doctor["lines"].as_array().unwrap().iter().find(|line| line["id"] == "listen.address");
    assert_eq!(line.unwrap()["finding"], "warning");

    // It is there now; looking again is what a change of the settings does, too.
    let take = |from: &Scene| {
        std::fs::copy(from.data.path().join("listen/key.pem"), &key).unwrap();
        std::fs::copy(from.made(), &certificate).unwrap();
    };
    take(&made);
    scene.rpc("listen.set", json!({})).await;
    let open = scene.listener("address", "open").await;
    assert_eq!(open["selfSigned"], false);
    let at = open["bound"].as_str().unwrap().to_owned();
    let names = open["urls"].as_array().unwrap();
    assert!(names.iter().any(|url| url.as_str().unwrap().starts_with("https://pilot.example.org:")));
    let client = trusting(&std::fs::read(&certificate).unwrap());
    let health = format!("https://{at}/healthz");
    assert_eq!(ask(client.get(&health)).await.0, 200);
    let port = at.rsplit(':').next().unwrap();
    assert_eq!(ask(client.get(&health).header("host", format!("pilot.example.org:{port}"))).await.0, 200);

    // A renewed one is taken up at the same port, without a restart.
    made.rpc("listen.set", json!({ "address": "" })).await;
    made.listener("address", "off").await;
    std::fs::remove_dir_all(made.data.path().join("listen")).unwrap();
    made.rpc("listen.set", json!({ "address": format!("{IP}:{}", free_port()) })).await;
    made.listener("address", "open").await;
    take(&made);
    scene.rpc("listen.set", json!({})).await;
    let renewed = scene.listener("address", "open").await;
    assert_eq!(renewed["bound"], at);
    assert_ne!(renewed["fingerprint"], open["fingerprint"]);
    let client = trusting(&std::fs::read(&certificate).unwrap());
    assert_eq!(ask(client.get(&health)).await.0, 200);
}

/// Connections of one address on which nobody is known, as docs/TAILNET.md says.
const SHARE: usize = 16;

/// Open connections from this address, idle but for their handshake.
async fn idle(at: &str, from: [u8; 4], count: usize) -> Vec<TcpStream> {
    let mut all = Vec::new();
    for _ in 0..count {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        all.push(socket.connect(at.parse().unwrap()).await.unwrap());
    }
    all
}

/// Whether the other end hangs up on it within so many seconds. After ten it does so on whoever says nothing.
async fn hung_up(socket: &mut TcpStream, seconds: u64) -> bool {
    use tokio::io::AsyncReadExt;
    let (soon, mut byte) = (std::time::Duration::from_secs(seconds), [0; 1]);
    let read = tokio::time::timeout(soon, socket.read(&mut byte));
    matches!(read.await, Ok(Ok(0) | Err(_)))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_machine_with_idle_connections_keeps_no_paired_device_off() {
    let (scene, at) = listening().await;
    let (url, pem) = (format!("https://{at}"), std::fs::read(scene.made()).unwrap());
    let other = trusting(&pem);
    let device = scene.pair(&other, &url, &[]).await;
    let status = format!("{url}/system/status");

    // More than all the places there are; all but a share of them are hung up on.
    let mut crowd = idle(&at, [127, 0, 0, 9], 300).await;
    assert!(hung_up(crowd.last_mut().unwrap(), 8).await, "the last of a crowd");
    assert_eq!(ask(other.get(&status).bearer_auth(&device.token)).await.0, 200, "it comes from elsewhere");
    drop(crowd);

    // A device that is known keeps its connections beside the share of its address.
    let kept = phone(&pem);
    let streams =
        (0..SHARE + 4).map(|_| kept.get(format!("{url}/v1/events")).bearer_auth(&device.token).send());
    let mut open = Vec::new();
    for stream in streams {
        open.push(stream.await.unwrap());
    }
    assert!(open.iter().all(|answer| answer.status() == 200));
    let mut crowd = idle(&at, [127, 0, 0, 1], SHARE + 1).await;
    let first = encrypted(crowd.remove(0), &scene.made()).await;
    assert!(first.is_ok(), "the share itself is served: {first:?}");
    assert!(hung_up(crowd.last_mut().unwrap(), 8).await, "one more than a share");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_method_and_no_route_opens_elsewhere_to_whoever_may_not() {
    let (scene, at) = listening().await;
    let (url, pem) = (format!("https://{at}"), std::fs::read(scene.made()).unwrap());
    let device = scene.pair(&trusting(&pem), &url, &[]).await;
    let gone = scene.pair(&trusting(&pem), &url, &[]).await;
    let client = phone(&pem);
    revoke(&scene, &url, &client, &[], &gone.token).await;
    let mut attempts = without_right(&scene, &client, &[], (&device.token, &gone.token));
    // Whoever is let in is so under this listener's own names and from its own pages.
    for (what, name, value, code) in [
        ("under another name", "host", "evil.example", "wrong_host"),
        ("under the name of loopback", "host", "localhost", "wrong_host"),
        ("from another page", "origin", "https://evil.example", "foreign_origin"),
        ("from a page of nowhere", "origin", "null", "foreign_origin"),
    ] {
        let (headers, token) = (vec![(name, value.to_owned())], Some(device.token.as_str()));
        let refused = (403, code);
        attempts.push(Attempt { what, client: &client, headers, token, refused, of: Of::Everything });
    }
    let walked = walk(&scene, &url, &attempts).await;
    assert!(walked > 1_000, "only {walked} were walked");
    let status = client.get(format!("{url}/system/status")).bearer_auth(&device.token);
    assert_eq!(ask(status).await.0, 200, "it was let in all the time");
}

/// A client that keeps its connections.
fn phone(pem: &[u8]) -> reqwest::Client {
    let trusted = reqwest::Certificate::from_pem(pem).unwrap();
    reqwest::Client::builder().no_proxy().tls_certs_only([trusted]).build().unwrap()
}

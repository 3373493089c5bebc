//! The command line at a server that made its certificate itself: known by its fingerprint, and no other is told
//! anything.

use crate::scene::{Scene, trusting};
use client::Client;
use protocol::ErrorCode;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use testkit::world::program;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto};

const IP: &str = "127.0.0.2";

/// A server at an address with a certificate of its own making, and a device that may read.
struct Paired {
    scene: Scene,
    at: String,
    token: String,
}

impl Paired {
    async fn new() -> Self {
        let scene = Scene::with(|start| start);
        let at = format!("{IP}:{}", testkit::ports::free_port(IP));
        let paired = Self { scene, at, token: String::new() };
        paired.open().await;
        let phone = trusting(&std::fs::read(paired.scene.made()).unwrap());
        let device = paired.scene.pair(&phone, &paired.url(), &[]).await;
        assert!(device.link.ends_with(&format!("&f={}", paired.fingerprint().await)), "{}", device.link);
        let file = paired.token_file();
        std::fs::write(&file, &device.token).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        Self { token: device.token, ..paired }
    }

    fn url(&self) -> String {
        format!("https://{}", self.at)
    }

    fn token_file(&self) -> std::path::PathBuf {
        self.scene.data.path().join("device.token")
    }

    async fn open(&self) {
        let (code, shown) = self.scene.command(&["listen", &self.at]).await;
        assert_eq!(code, 0, "{shown}");
    }

    async fn fingerprint(&self) -> String {
        let shown = self.scene.listener("address", "open").await;
        shown["fingerprint"].as_str().unwrap().to_owned()
    }

    /// Closes the address, and opens it again with another certificate.
    async fn take_another(&self) {
        let (code, shown) = self.scene.command(&["listen", "off"]).await;
        assert_eq!(code, 0, "{shown}");
        std::fs::remove_dir_all(self.scene.data.path().join("listen")).unwrap();
        self.open().await;
    }

    /// `pilothouse status` at an address, by the fingerprint that is named for it.
    async fn status(&self, url: &str, fingerprint: Option<&str>) -> Said {
        let mut command = Command::new(program("pilothouse"));
        command
            .args(["status", "--json"])
            .env("PILOTHOUSE_SERVER_URL", url)
            .env("PILOTHOUSE_TOKEN_FILE", self.token_file())
            .env("PILOTHOUSE_CONFIG_DIR", self.scene.data.path().join("no-settings"))
            .stdin(Stdio::null());
        if let Some(fingerprint) = fingerprint {
            command.env("PILOTHOUSE_SERVER_FINGERPRINT", fingerprint);
        }
        Said::of(tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap())
    }
}

/// What the command line program answered.
struct Said {
    exit: Option<i32>,
    answer: Value,
    all: String,
}

impl Said {
    fn of(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let all = text(&output.stdout) + &text(&output.stderr);
        let answer = serde_json::from_slice(&output.stdout).unwrap_or_default();
        Self { exit: output.status.code(), answer, all }
    }

    fn code(&self) -> &str {
        self.answer["code"].as_str().unwrap_or_default()
    }
}

/// The fingerprint of another certificate.
fn wrong(fingerprint: &str) -> String {
    fingerprint.chars().map(|c| if c == '0' { '1' } else { '0' }).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_talks_to_the_pinned_certificate_and_to_no_other() {
    let paired = Paired::new().await;
    let (url, known) = (paired.url(), paired.fingerprint().await);
    let said = paired.status(&url, Some(&known)).await;
    assert_eq!(said.exit, Some(0), "{}", said.all);
    let pairs: Vec<&str> = (0..32).map(|i| &known[2 * i..2 * i + 2]).collect();
    let said = paired.status(&url, Some(&pairs.join(":").to_uppercase())).await;
    assert_eq!(said.exit, Some(0), "as other programs write it: {}", said.all);

    let said = paired.status(&url, None).await;
    assert_eq!((said.exit, said.code()), (Some(1), "unavailable"), "{}", said.all);
    assert!(said.all.contains("server.fingerprint"), "{}", said.all);
    let said = paired.status(&url, Some(&wrong(&known))).await;
    assert_eq!((said.exit, said.code()), (Some(1), "server.certificate"), "{}", said.all);
    assert!(said.all.contains("nothing was sent") && said.all.contains("pilothouse tailnet"), "{}", said.all);
    assert_eq!(said.answer["retryable"], false);
    let said = paired.status(&paired.scene.server.url, Some(&known)).await;
    assert_eq!((said.exit, said.code()), (Some(1), "bad_request"), "{}", said.all);
    let said = paired.status(&url, Some("ab:cd")).await;
    assert_eq!((said.exit, said.code()), (Some(1), "config.invalid"), "{}", said.all);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_changed_is_refused_until_the_new_one_is_named() {
    let paired = Paired::new().await;
    let (url, known) = (paired.url(), paired.fingerprint().await);
    assert_eq!(paired.status(&url, Some(&known)).await.exit, Some(0));
    paired.take_another().await;
    let new = paired.fingerprint().await;
    assert_ne!(new, known);
    let said = paired.status(&url, Some(&known)).await;
    assert_eq!((said.exit, said.code()), (Some(1), "server.certificate"), "{}", said.all);
    let said = paired.status(&url, Some(&new)).await;
    assert_eq!(said.exit, Some(0), "{}", said.all);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_events_and_the_gateway_are_all_pinned() {
    let paired = Paired::new().await;
    let (url, known) = (paired.url(), paired.fingerprint().await);
    let client = Client::pinned(&url, &paired.token, &known).unwrap();
    assert!(client.events(None, 0).await.is_ok());
    assert!(client.gateway("test").await.is_ok());
    let other = Client::pinned(&url, &paired.token, &wrong(&known)).unwrap();
    assert_eq!(other.events(None, 0).await.err().map(|e| e.code), Some(ErrorCode::ServerCertificate));
    assert_eq!(other.gateway("test").await.err().map(|e| e.code), Some(ErrorCode::ServerCertificate));
}

/// What somebody in between learned.
#[derive(Default)]
struct Overheard {
    /// Who came to the door.
    met: usize,
    /// What they said once the connection was encrypted.
    said: Vec<u8>,
}

/// Listens with the certificate and key of a server; its address.
async fn in_between(scene: &Scene) -> (String, Arc<Mutex<Overheard>>) {
    let chain = vec![CertificateDer::from_pem_file(scene.made()).unwrap()];
    let key = PrivateKeyDer::from_pem_file(scene.data.path().join("listen/key.pem")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let (acceptor, listener) =
        (TlsAcceptor::from(Arc::new(config)), TcpListener::bind(("127.0.0.1", 0)).await.unwrap());
    let url = format!("https://{}", listener.local_addr().unwrap());
    let heard = Arc::new(Mutex::new(Overheard::default()));
    let hears = heard.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            hears.lock().unwrap().met += 1;
            tokio::spawn(listen_to(acceptor.clone(), stream, hears.clone()));
        }
    });
    (url, heard)
}

async fn listen_to(acceptor: TlsAcceptor, stream: TcpStream, hears: Arc<Mutex<Overheard>>) {
    let Ok(mut stream) = acceptor.accept(stream).await else { return };
    let mut bytes = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut bytes).await {
        let over = {
            let mut heard = hears.lock().unwrap();
            heard.said.extend_from_slice(&bytes[..read]);
            heard.said.windows(4).any(|end| end == b"\r\n\r\n")
        };
        if over {
            let no = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            let _ = stream.write_all(no).await;
            let _ = stream.shutdown().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_shows_another_certificate_hears_no_token() {
    let paired = Paired::new().await;
    let known = paired.fingerprint().await;
    // The same server's next certificate is another one, and this one is in other hands.
    let (url, heard) = in_between(&paired.scene).await;
    paired.take_another().await;
    let expected = paired.fingerprint().await;

    let said = paired.status(&url, Some(&expected)).await;
    assert_eq!((said.exit, said.code()), (Some(1), "server.certificate"), "{}", said.all);
    assert!(!said.all.contains(&paired.token));
    let client = Client::pinned(&url, &paired.token, &expected).unwrap();
    assert_eq!(client.gateway("test").await.err().map(|e| e.code), Some(ErrorCode::ServerCertificate));
    {
        let heard = heard.lock().unwrap();
        assert_eq!((heard.met, heard.said.len()), (2, 0), "{}", String::from_utf8_lossy(&heard.said));
    }

    // It would have heard one from somebody who takes that certificate.
    let said = paired.status(&url, Some(&known)).await;
    assert_eq!(said.exit, Some(1), "{}", said.all);
    assert!(String::from_utf8_lossy(&heard.lock().unwrap().said).contains(&paired.token));
}

//! Git over HTTPS with a password: TLS and the password are ours, what is behind is `git http-backend`, and for large
//! files a scripted stand-in.

use super::lfs::{Lfs, LfsFault, SENDS};
use super::line::Line;
use super::run;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Largest request body, in bytes.
const BODY: usize = 64 << 20;

struct Shared {
    root: PathBuf,
    /// `user:password` in base64, as it stands in the header.
    accepted: String,
    cut: AtomicBool,
    log: Mutex<Vec<String>>,
    lfs: Arc<Lfs>,
    /// Where it listens.
    base: String,
}

/// A running server; gone when dropped.
pub struct HttpsGit {
    dir: tempfile::TempDir,
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl HttpsGit {
    /// Serves the repositories below `root`; `accepted` is `user:password` in base64.
    pub fn start(root: &Path, accepted: &str) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let (chain, key) = certificate(dir.path());
        let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions of TLS")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("a certificate");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a listener");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            root: root.to_owned(),
            accepted: accepted.to_owned(),
            cut: AtomicBool::new(false),
            log: Mutex::default(),
            lfs: Arc::default(),
            base: format!("https://{address}"),
        });
        let router = Router::new().fallback(serve).with_state(Arc::clone(&shared));
        let (stop, stopped) = oneshot::channel::<()>();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let lfs = Arc::clone(&shared.lfs);
        let thread = std::thread::spawn(move || {
            runtime.block_on(async move {
                let Ok(listener) = TcpListener::from_std(listener) else { return };
                tokio::select! {
                    _ = stopped => {}
                    _ = axum::serve(Tls { listener, acceptor, lfs }, router) => {}
                }
            });
            runtime.shutdown_timeout(std::time::Duration::from_secs(1));
        });
        Self { dir, address, shared, stop: Some(stop), thread: Some(thread) }
    }

    /// Host and port.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// The address of a repository below the root.
    pub fn address(&self, name: &str) -> String {
        format!("https://{}/{name}", self.address)
    }

    /// The authority that made its certificate, for `http.sslCAInfo`.
    pub fn authority(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// Whether pushes are cut from now on.
    pub fn cut(&self, on: bool) {
        self.shared.cut.store(on, Ordering::Release);
    }

    /// How large files fail from now on; none: they do not.
    pub fn fail_large_files(&self, fault: Option<LfsFault>) {
        self.shared.lfs.fail(fault);
    }

    /// The content of a large file that arrived whole.
    pub fn large_file(&self, oid: &str) -> Option<Bytes> {
        self.shared.lfs.content(oid)
    }

    /// Requests, one a line: status, verb and path with query.
    pub fn log(&self) -> Vec<String> {
        self.shared.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Requests that brought a push and were let in.
    pub fn pushes(&self) -> usize {
        self.log()
            .iter()
            .filter(|line| line.starts_with("200 POST") && line.ends_with("/git-receive-pack"))
            .count()
    }
}

impl Drop for HttpsGit {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A throwaway authority and a certificate for loopback made by it.
fn certificate(dir: &Path) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let [ca_key, ca, leaf_key, leaf] = ["ca.key", "ca.pem", "leaf.key", "leaf.pem"]
        .map(|name| dir.join(name).to_string_lossy().into_owned());
    let new =
        ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    let authority = ["-subj", "/CN=Throwaway authority", "-keyout", &ca_key, "-out", &ca];
    run("openssl", &[&new[..], &authority[..]].concat());
    let names = [
        "-addext",
        "subjectAltName=IP:127.0.0.1,DNS:localhost",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
    ];
    let made = ["-subj", "/CN=127.0.0.1", "-CA", &ca, "-CAkey", &ca_key, "-keyout", &leaf_key, "-out", &leaf];
    run("openssl", &[&new[..], &names[..], &made[..]].concat());
    let chain =
        CertificateDer::pem_file_iter(&leaf).expect("a certificate").map(|one| one.expect("a certificate"));
    (chain.collect(), PrivateKeyDer::from_pem_file(&leaf_key).expect("its key"))
}

struct Tls {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    lfs: Arc<Lfs>,
}

impl axum::serve::Listener for Tls {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, from)) = self.listener.accept().await else { continue };
            // A client that does not trust the certificate hangs up here.
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (Line { stream, lfs: Arc::clone(&self.lfs) }, from);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

async fn serve(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let verb = parts.method.to_string();
    let response = answer(&shared, &parts.headers, &verb, &target, body).await;
    let line = format!("{} {verb} {target}", response.status().as_u16());
    shared.log.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    response
}

async fn answer(shared: &Shared, headers: &HeaderMap, verb: &str, target: &str, body: Body) -> Response {
    let given = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    let sends = target.contains("/info/lfs/storage/") && given == Some(SENDS);
    if !sends && given.and_then(|v| v.strip_prefix("Basic ")) != Some(&shared.accepted) {
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Basic realm=\"git\"")])
            .into_response();
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if path.contains("/info/lfs/") {
        let answer = shared.lfs.answer(&shared.base, verb, path, body).await;
        return answer.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response());
    }
    let Ok(body) = axum::body::to_bytes(body, BODY).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    if verb == "POST" && path.ends_with("/git-receive-pack") && shared.cut.load(Ordering::Acquire) {
        let kind = [(header::CONTENT_TYPE, "application/x-git-receive-pack-result")];
        let cut = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("cut")) });
        return (kind, Body::from_stream(cut)).into_response();
    }
    let header = |name: header::HeaderName| {
        headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
    };
    let mut child = tokio::process::Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", &shared.root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REMOTE_USER", "ada")
        .env("REQUEST_METHOD", verb)
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("CONTENT_TYPE", header(header::CONTENT_TYPE))
        .env("CONTENT_LENGTH", body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", header(header::CONTENT_ENCODING))
        .env(
            "HTTP_GIT_PROTOCOL",
            headers.get("git-protocol").and_then(|v| v.to_str().ok()).unwrap_or_default(),
        )
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("git http-backend starts");
    let mut input = child.stdin.take().expect("its input");
    let writing = tokio::spawn(async move {
        let _ = input.write_all(&body).await;
    });
    let output = child.wait_with_output().await.expect("it ends").stdout;
    let _ = writing.await;
    dressed(&output)
}

/// What a CGI program printed, as a response.
fn dressed(output: &[u8]) -> Response {
    let end = output.windows(4).position(|w| w == b"\r\n\r\n").map_or(output.len(), |at| at);
    let mut response = Response::builder();
    for line in String::from_utf8_lossy(&output[..end]).lines() {
        match line.split_once(": ") {
            Some(("Status", status)) => response = response.status(status.split(' ').next().unwrap_or("500")),
            Some((name, value)) => response = response.header(name, value),
            None => {}
        }
    }
    let body = output.get(end + 4..).unwrap_or_default().to_vec();
    response.body(Body::from(body)).expect("a response")
}

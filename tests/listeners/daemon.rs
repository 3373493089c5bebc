//! A stand-in for tailscaled's local API, and one for the `tailscale` tool with Serve.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Address of this machine in the tailnet.
pub const OWN: &str = "127.0.0.5";
pub const NAME: &str = "laptop.tail1.ts.net";
/// Machines of the owner, of somebody else, of nobody, and of no tailnet.
pub const ANN: &str = "127.0.0.6";
pub const BOB: &str = "127.0.0.7";
pub const TAGGED: &str = "127.0.0.8";
pub const STRANGER: &str = "127.0.0.9";
/// A second machine of the owner.
pub const ANN_TOO: &str = "127.0.0.10";

pub struct Daemon {
    folder: tempfile::TempDir,
    asked: Arc<Mutex<Vec<String>>>,
    running: Option<tokio::task::JoinHandle<()>>,
}

impl Daemon {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut daemon = Self { folder, asked: Arc::default(), running: None };
        daemon.up();
        daemon.tool();
        daemon
    }

    pub fn up(&mut self) {
        let listener = tokio::net::UnixListener::bind(self.socket()).unwrap();
        let routes = Router::new()
            .route("/localapi/v0/status", get(status))
            .route("/localapi/v0/whois", get(whois))
            .with_state(Arc::clone(&self.asked));
        self.running = Some(tokio::spawn(async move {
            axum::serve(listener, routes).await.unwrap();
        }));
    }

    /// Ends as a daemon does that is stopped: its socket is gone.
    pub fn down(&mut self) {
        self.running.take().unwrap().abort();
        std::fs::remove_file(self.socket()).unwrap();
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("tailscaled.sock")
    }

    /// A `PATH` on which the tool is found first.
    pub fn path(&self) -> String {
        format!("{}:{}", self.folder.path().display(), std::env::var("PATH").unwrap())
    }

    /// How often somebody asked whose machine an address is.
    pub fn asked(&self, ip: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|one| one.starts_with(&format!("{ip}:"))).count()
    }

    /// What Serve is set up to do.
    pub fn served(&self) -> Value {
        let text = std::fs::read_to_string(self.folder.path().join("serve.json")).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// As somebody else would set it up.
    pub fn serve_other(&self, config: &Value) {
        std::fs::write(self.folder.path().join("serve.json"), config.to_string()).unwrap();
    }

    /// How often the tool was asked whose machine an address is.
    pub fn asked_by_tool(&self, ip: &str) -> usize {
        let log = std::fs::read_to_string(self.folder.path().join("tool.log")).unwrap_or_default();
        log.lines().filter(|line| line.starts_with(&format!("whois --json {ip}:"))).count()
    }

    /// Every change that was made with the tool.
    pub fn changes(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.folder.path().join("tool.log")).unwrap_or_default();
        log.lines()
            .filter(|line| line.starts_with("serve") && !line.contains("status"))
            .map(str::to_owned)
            .collect()
    }

    fn tool(&self) {
        let folder = self.folder.path();
        write_program(
            &folder.join("tailscale"),
            &format!(
                r#"#!/bin/sh
cd '{folder}' || exit 1
case "$1" in --socket=*) shift;; esac
echo "$*" >> tool.log
case "$*" in
  "serve status --json") if [ -f serve.json ]; then cat serve.json; else echo '{{}}'; fi;;
  "serve --bg --https="*)
    port=${{3#--https=}}
    echo "{{\"TCP\":{{\"$port\":{{\"HTTPS\":true}}}},\"Web\":{{\"{NAME}:$port\":{{\"Handlers\":{{\"/\":{{\"Proxy\":\"$4\"}}}}}}}}}}" > serve.json;;
  "serve --https="*" off") rm -f serve.json;;
  "whois --json {ANN}:"*) echo '{{"Node":{{"StableID":"nAnn"}},"UserProfile":{{"LoginName":"Ann@example.com"}}}}';;
  "whois --json {BOB}:"*) echo '{{"Node":{{"StableID":"nBob"}},"UserProfile":{{"LoginName":"bob@example.com"}}}}';;
  "whois --json "*) echo "peer not found" >&2; exit 1;;
  *) echo "unknown: $*" >&2; exit 1;;
esac
"#,
                folder = folder.display()
            ),
        );
    }
}

fn write_program(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// The daemon answers to one name alone, and to no page.
fn is_local(headers: &HeaderMap) -> bool {
    headers.get("host").is_some_and(|host| host == "local-tailscaled.sock")
        && !headers.contains_key("origin")
        && !headers.contains_key("referer")
}

async fn status(headers: HeaderMap) -> Response {
    if !is_local(&headers) {
        return (StatusCode::FORBIDDEN, "invalid localapi request").into_response();
    }
    axum::Json(json!({
        "Version": "1.80.0-tdouble", "BackendState": "Running", "MagicDNSSuffix": "tail1.ts.net",
        "Self": { "ID": "n1", "DNSName": format!("{NAME}."), "UserID": 11, "TailscaleIPs": [OWN] },
        "User": { "11": { "ID": 11, "LoginName": "ann@example.com" } },
        "CertDomains": [NAME],
    }))
    .into_response()
}

async fn whois(
    State(asked): State<Arc<Mutex<Vec<String>>>>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if !is_local(&headers) {
        return (StatusCode::FORBIDDEN, "invalid localapi request").into_response();
    }
    let addr = query.get("addr").cloned().unwrap_or_default();
    asked.lock().unwrap().push(addr.clone());
    let Ok(peer) = addr.parse::<SocketAddr>() else {
        return (StatusCode::BAD_REQUEST, "invalid 'addr' parameter").into_response();
    };
    let machine = |id: &str, tags: Value, login: &str| {
        axum::Json(json!({
            "Node": { "ID": 5, "StableID": id, "Name": "x.tail1.ts.net.", "Tags": tags },
            "UserProfile": { "ID": 1, "LoginName": login }, "CapMap": null,
        }))
        .into_response()
    };
    match peer.ip().to_string().as_str() {
        ANN => machine("nAnn", Value::Null, "Ann@example.com"),
        ANN_TOO => machine("nAnnToo", Value::Null, "Ann@example.com"),
        BOB => machine("nBob", Value::Null, "bob@example.com"),
        TAGGED => machine("nTag", json!(["tag:ci"]), "tagged-devices"),
        _ => (StatusCode::NOT_FOUND, "no match for IP:port").into_response(),
    }
}

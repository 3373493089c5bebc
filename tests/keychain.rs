//! Saved keys against a real Secret Service: a session bus and a keyring daemon of this test alone, in a home
//! of its own. What is asked: where a key goes, where it does not, and what is said when it cannot be kept.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use std::io::Write as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use testkit::model_server::{Fault, ModelServer, Script, Step, Task, When};
use testkit::world::{RunningServer, Start, TestRepo, program};
use zbus::zvariant::OwnedObjectPath;

const VALUE: &str = "pk-Zq7-the-value-of-the-saved-key";
const PATIENCE: Duration = Duration::from_secs(60);

/// A session bus in a home of its own; both are gone with it.
struct Session {
    home: tempfile::TempDir,
    bus: Child,
    keyring: Option<Child>,
}

impl Session {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let address = format!("--address=unix:path={}", home.path().join("bus").display());
        let bus = Command::new("dbus-daemon")
            .args(["--session", "--nofork", &address])
            .env("HOME", home.path())
            .env("XDG_RUNTIME_DIR", home.path())
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .stdout(Stdio::null())
            .spawn()
            .expect("dbus-daemon runs (apt: dbus)");
        let session = Self { home, bus, keyring: None };
        session.until("the bus listens", || UnixStream::connect(session.home.path().join("bus")).is_ok());
        session
    }

    /// With a keyring that is open, as after signing in to a desktop.
    async fn unlocked() -> Self {
        let mut session = Self::new();
        session.start_keyring(true).await;
        session
    }

    fn until(&self, what: &str, mut look: impl FnMut() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !look() {
            assert!(Instant::now() < deadline, "never: {what}");
            std::thread::park_timeout(Duration::from_millis(10));
        }
    }

    fn environment(&self) -> Vec<(String, String)> {
        let home = self.home.path().display().to_string();
        vec![
            ("DBUS_SESSION_BUS_ADDRESS".into(), format!("unix:path={home}/bus")),
            ("XDG_RUNTIME_DIR".into(), home),
        ]
    }

    async fn start_keyring(&mut self, unlock: bool) {
        let mut command = Command::new("gnome-keyring-daemon");
        command.args(["--foreground", "--components=secrets"]).args(unlock.then_some("--unlock"));
        let mut keyring = command
            .env("HOME", self.home.path())
            .env_remove("XDG_DATA_HOME")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .envs(self.environment())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon runs (apt: gnome-keyring)");
        keyring.stdin.take().unwrap().write_all(b"a password\n").unwrap();
        self.keyring = Some(keyring);
        let deadline = Instant::now() + PATIENCE;
        while self.locked().await != Some(!unlock) {
            assert!(Instant::now() < deadline, "the keyring never came up");
            tokio::task::yield_now().await;
        }
    }

    fn end_keyring(&mut self) {
        if let Some(mut keyring) = self.keyring.take() {
            let _ = keyring.kill();
            let _ = keyring.wait();
        }
    }

    async fn bus(&self) -> zbus::Connection {
        let address = format!("unix:path={}", self.home.path().join("bus").display());
        zbus::connection::Builder::address(address.as_str()).unwrap().build().await.unwrap()
    }

    /// Whether the default keyring is locked; none while there is no keyring to ask.
    async fn locked(&self) -> Option<bool> {
        let bus = self.bus().await;
        let names = zbus::fdo::DBusProxy::new(&bus).await.ok()?;
        if !names.name_has_owner("org.freedesktop.secrets".try_into().unwrap()).await.ok()? {
            return None;
        }
        let keyring: OwnedObjectPath = service(&bus).await.call("ReadAlias", &("default",)).await.ok()?;
        let keyring =
            zbus::Proxy::new(&bus, "org.freedesktop.secrets", keyring, "org.freedesktop.Secret.Collection");
        keyring.await.ok()?.get_property("Locked").await.ok()
    }

    /// Accounts of ours that the keyring itself says it holds.
    async fn held(&self) -> Vec<String> {
        let bus = self.bus().await;
        let wanted = std::collections::HashMap::from([("service", "dev.pilothouse")]);
        let (open, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
            service(&bus).await.call("SearchItems", &(wanted,)).await.unwrap();
        let mut accounts = Vec::new();
        for path in open.into_iter().chain(locked) {
            let item =
                zbus::Proxy::new(&bus, "org.freedesktop.secrets", path, "org.freedesktop.Secret.Item").await;
            let about: std::collections::HashMap<String, String> =
                item.unwrap().get_property("Attributes").await.unwrap();
            accounts.push(about["username"].clone());
        }
        accounts.sort();
        accounts
    }
}

async fn service(bus: &zbus::Connection) -> zbus::Proxy<'static> {
    zbus::Proxy::new(
        bus,
        "org.freedesktop.secrets",
        "/org/freedesktop/secrets",
        "org.freedesktop.Secret.Service",
    )
    .await
    .unwrap()
}

impl Drop for Session {
    fn drop(&mut self) {
        self.end_keyring();
        let _ = self.bus.kill();
        let _ = self.bus.wait();
    }
}

/// A data folder, a repository, a scripted model, and the environment servers on it are started with.
struct Scene {
    data: tempfile::TempDir,
    repo: TestRepo,
    model: ModelServer,
    environment: Vec<(String, String)>,
}

impl Scene {
    fn new(environment: Vec<(String, String)>) -> Self {
        let config = "[[check]]\nname = \"tests\"\nrun = [\"true\"]\n";
        Self {
            data: tempfile::tempdir().unwrap(),
            repo: TestRepo::with(&[("README.md", "# Tern\n"), (".pilothouse/config.toml", config)]),
            model: model(),
            environment,
        }
    }

    /// Where no bus is, whatever this machine has.
    fn without_bus() -> Self {
        let nowhere = "/nonexistent".to_owned();
        Self::new(vec![
            ("DBUS_SESSION_BUS_ADDRESS".into(), format!("unix:path={nowhere}/bus")),
            ("XDG_RUNTIME_DIR".into(), nowhere),
        ])
    }

    fn folder(&self) -> PathBuf {
        self.data.path().join("data")
    }

    /// What every server of this scene logged, at its most talkative.
    fn log(&self) -> PathBuf {
        self.data.path().join("log")
    }

    fn start(&self) -> RunningServer {
        self.start_with(&[])
    }

    fn start_with(&self, more: &[(&str, &str)]) -> RunningServer {
        self.start_workers(0, more)
    }

    fn start_workers(&self, workers: usize, more: &[(&str, &str)]) -> RunningServer {
        let to_log = format!("exec \"$0\" \"$@\" 2>>{}", self.log().display());
        let mut start = Start::on(&self.folder(), self.repo.path()).workers(workers).flag("--trust");
        start = start.under(&["sh", "-c", &to_log]).env("PILOTHOUSE_LOG", "trace");
        for (name, value) in &self.environment {
            start = start.env(name, value);
        }
        for (name, value) in more {
            start = start.env(name, value);
        }
        RunningServer::start(&start)
    }

    async fn choose_model(&self, server: &RunningServer, model: &ModelServer) {
        let setting = json!({ "role": "localbuddy", "dialect": "openai_chat", "endpoint": model.base_url(), "model": "scripted" });
        rpc(server, "config.set_model", &setting).await.unwrap();
    }

    /// `pilothouse key …`, the key on standard input.
    async fn key(&self, args: &[&str], input: &str) -> Output {
        let mut command = Command::new(program("pilothouse"));
        command.arg("key").args(args).arg("--data").arg(self.folder());
        command.env("PILOTHOUSE_CONFIG_DIR", self.data.path().join("no-settings"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let input = format!("{input}\n");
        tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().unwrap();
            // A command that needs none may be gone already.
            let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
            child.wait_with_output().unwrap()
        })
        .await
        .unwrap()
    }

    /// Asks something the model answers; the `Authorization` it was asked with.
    async fn asked_with(&self, server: &RunningServer, model: &ModelServer) -> Option<String> {
        let before = model.requests().len();
        let sent = server.say("dev", "how are the tests run here?").await;
        server.until("dev", sent.cursor, |e| e.kind() == "assistant_message").await;
        let requests = model.requests();
        assert!(requests.len() > before, "the model was asked");
        requests.last().unwrap().header("authorization").map(str::to_owned)
    }

    /// That the key stands in no file of the data folder and in no line of a log.
    #[track_caller]
    fn assert_nowhere(&self, value: &str) {
        assert!(std::fs::metadata(self.log()).unwrap().len() > 1000, "there is a log to look through");
        assert_eq!(
            found_below(self.data.path(), value.as_bytes()),
            Vec::<PathBuf>::new(),
            "the key is there"
        );
    }
}

fn model() -> ModelServer {
    let answering = When { any: Some("The message:".into()), ..When::system("You are LocalBuddy") };
    ModelServer::start(Script::new([Step::text("With `true`.").when(answering).always()])).unwrap()
}

async fn rpc(server: &RunningServer, method: &str, params: &Value) -> Result<Value, protocol::ApiError> {
    server.client.send("POST", &format!("/v1/rpc/{method}"), Some(params.clone())).await
}

fn found_below(folder: &Path, value: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    // What has just ended may still be removed.
    for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(found_below(&path, value));
        } else if std::fs::read(&path).is_ok_and(|b| b.windows(value.len()).any(|part| part == value)) {
            found.push(path);
        }
    }
    found
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn keys_line(doctor: &Value) -> Value {
    doctor["lines"].as_array().unwrap().iter().find(|line| line["id"] == "keys").unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_key_is_in_the_keyring_goes_with_calls_and_outlives_the_server_and_is_nowhere_else() {
    let session = Session::unlocked().await;
    let scene = Scene::new(session.environment());
    let server = scene.start();
    scene.choose_model(&server, &scene.model).await;
    assert_eq!(scene.asked_with(&server, &scene.model).await, None, "without a key none is sent");
    let saved = scene.key(&["set", "--role", "localbuddy"], VALUE).await;
    assert_eq!(saved.status.code(), Some(0), "{}", text(&saved));
    assert!(
        text(&saved).contains("Kept in the keychain") && !text(&saved).contains(VALUE),
        "{}",
        text(&saved)
    );
    let held = session.held().await;
    assert_eq!(held.len(), 1, "the keyring itself says so: {held:?}");
    assert!(held[0].starts_with("model/localbuddy@"), "{held:?}");
    let bearer = format!("Bearer {VALUE}");
    assert_eq!(scene.asked_with(&server, &scene.model).await.as_ref(), Some(&bearer));
    assert_eq!(server.terminate(), Some(0));

    let server = scene.start();
    assert_eq!(scene.asked_with(&server, &scene.model).await, Some(bearer), "after a restart too");
    let mut told = String::new();
    for method in ["config.keys", "config.models", "config.show", "doctor.run", "system.status"] {
        told += &rpc(&server, method, &json!({})).await.unwrap().to_string();
    }
    told += &rpc(&server, "session.events", &json!({ "sessionId": "dev" })).await.unwrap().to_string();
    told += &text(&scene.key(&["status"], "").await);
    assert!(told.contains("With `true`.") && told.contains("Keys are kept in the Secret Service"), "{told}");
    assert!(!told.contains(VALUE), "no answer and no event has it");
    let line = keys_line(&rpc(&server, "doctor.run", &json!({})).await.unwrap());
    assert_eq!(
        (line["finding"].as_str(), line["detail"].as_str().unwrap().contains("1 key")),
        (Some("ok"), true)
    );

    let forgotten = scene.key(&["forget"], "").await;
    assert_eq!(forgotten.status.code(), Some(0), "{}", text(&forgotten));
    assert!(session.held().await.is_empty(), "it is gone from the keyring");
    assert_eq!(scene.asked_with(&server, &scene.model).await, None);
    assert_eq!(server.terminate(), Some(0));
    scene.assert_nowhere(VALUE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_out_of_a_file_is_stored_like_any_other_and_nothing_else_of_the_file_is_shown_or_kept() {
    const OTHER: &str = "postgres://me:pw-Xk2@db/app";
    let session = Session::unlocked().await;
    let scene = Scene::new(session.environment());
    let server = scene.start();
    scene.choose_model(&server, &scene.model).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".env");
    let base = scene.model.base_url();
    let written = format!(
        "# mine\nexport OPENAI_API_KEY=\"{VALUE}\" # a key\nOPENAI_BASE_URL={base}\nDATABASE_URL={OTHER}\nGROQ_API_KEY=gk-{VALUE}\n"
    );
    std::fs::write(&file, &written).unwrap();
    let file = file.to_str().unwrap();

    let unasked = scene.key(&["import", file], "y").await;
    assert_eq!(unasked.status.code(), Some(1), "{}", text(&unasked));
    assert!(text(&unasked).contains("--yes"), "{}", text(&unasked));
    assert!(session.held().await.is_empty(), "nobody agreed, so nothing is stored");

    let stored = scene.key(&["import", file, "--yes"], "").await;
    let said = text(&stored);
    assert_eq!(stored.status.code(), Some(0), "{said}");
    assert!(said.contains("localbuddy   gets the key OPENAI_API_KEY"), "{said}");
    assert!(said.contains("left: GROQ_API_KEY") && said.contains("not ours: DATABASE_URL"), "{said}");
    assert!(!said.contains(VALUE) && !said.contains("pw-Xk2"), "{said}");
    let held = session.held().await;
    assert!(held.len() == 1 && held[0].starts_with("model/localbuddy@"), "{held:?}");
    assert_eq!(scene.asked_with(&server, &scene.model).await, Some(format!("Bearer {VALUE}")));
    assert_eq!(std::fs::read_to_string(file).unwrap(), written, "the file stays as it is");
    assert_eq!(server.terminate(), Some(0));
    scene.assert_nowhere(VALUE);
    scene.assert_nowhere("pw-Xk2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_goes_to_no_other_endpoint_and_no_other_data_folder_has_it() {
    let session = Session::unlocked().await;
    let scene = Scene::new(session.environment());
    let server = scene.start();
    let none_yet = scene.key(&["set", "--role", "localbuddy"], VALUE).await;
    assert!(text(&none_yet).contains("has no model yet"), "{}", text(&none_yet));
    scene.choose_model(&server, &scene.model).await;
    let elsewhere = json!({ "role": "localbuddy", "endpoint": "http://127.0.0.1:9/v1", "key": VALUE });
    let refused = rpc(&server, "config.set_key", &elsewhere).await.unwrap_err();
    assert_eq!(refused.code, protocol::ErrorCode::Conflict, "{refused}");
    assert!(!refused.message.contains(VALUE), "{refused}");
    let key = json!({ "role": "localbuddy", "endpoint": scene.model.base_url(), "key": VALUE });
    rpc(&server, "config.set_key", &key).await.unwrap();

    // Whoever changes the model's address does not get the key with it.
    let other = model();
    scene.choose_model(&server, &other).await;
    assert_eq!(scene.asked_with(&server, &other).await, None);
    let keys = rpc(&server, "config.keys", &json!({})).await.unwrap();
    assert_eq!(keys["keys"][0]["state"], "elsewhere", "{keys}");
    let probe = json!({ "setting": { "role": "localbuddy", "dialect": "openai_chat", "endpoint": other.base_url(), "model": "scripted" } });
    let _ = rpc(&server, "config.probe", &probe).await;
    assert!(other.requests().iter().all(|r| r.header("authorization").is_none()), "a probe neither");
    assert_eq!(server.terminate(), Some(0));
    let server = scene
        .start_with(&[("LOCALBUDDY_LLM_ENDPOINT", &other.base_url()), ("LOCALBUDDY_LLM_MODEL", "scripted")]);
    assert_eq!(scene.asked_with(&server, &other).await, None, "nor does a variable");
    assert_eq!(server.terminate(), Some(0));

    let second = Scene::new(session.environment());
    let server = second.start();
    second.choose_model(&server, &scene.model).await;
    assert_eq!(rpc(&server, "config.keys", &json!({})).await.unwrap()["keys"], json!([]));
    assert_eq!(second.asked_with(&server, &scene.model).await, None);
    let its_own = second.key(&["set"], "pk-of-the-second-folder").await;
    assert_eq!(its_own.status.code(), Some(0), "{}", text(&its_own));
    assert_eq!(session.held().await.len(), 2, "each has its own");
    assert_eq!(server.terminate(), Some(0));
    let server = scene.start();
    scene.choose_model(&server, &scene.model).await;
    let sent = scene.asked_with(&server, &scene.model).await;
    assert_eq!(sent, Some(format!("Bearer {VALUE}")), "the first is as it was");
    assert_eq!(server.terminate(), Some(0));
    scene.assert_nowhere(VALUE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_keyring_is_a_clear_error_and_the_server_goes_on() {
    let mut session = Session::unlocked().await;
    let scene = Scene::new(session.environment());
    let server = scene.start();
    scene.choose_model(&server, &scene.model).await;
    assert_eq!(scene.key(&["set"], VALUE).await.status.code(), Some(0));
    assert_eq!(server.terminate(), Some(0));
    session.end_keyring();
    session.start_keyring(false).await;

    let server = scene.start();
    let keys = rpc(&server, "config.keys", &json!({})).await.unwrap();
    assert_eq!(
        (&keys["keychain"]["system"], &keys["keys"][0]["state"]),
        (&json!("locked"), &json!("locked")),
        "{keys}"
    );
    let line = keys_line(&rpc(&server, "doctor.run", &json!({})).await.unwrap());
    assert!(line["finding"] == "problem" && line["fix"].as_str().unwrap().contains("Unlock it"), "{line}");
    let refused = scene.key(&["set"], "pk-another-value").await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        text(&refused).contains("locked") && text(&refused).contains("keychain.closed"),
        "{}",
        text(&refused)
    );
    let kept = scene.key(&["forget"], "").await;
    assert_eq!(kept.status.code(), Some(1), "what cannot be removed is not said to be: {}", text(&kept));
    // A message is answered all the same, without the model's help and without its key.
    let sent = server.say("dev", "how are the tests run here?").await;
    server.until("dev", sent.cursor, |e| matches!(e.kind(), "assistant_message" | "request.changed")).await;
    assert!(scene.model.requests().is_empty(), "a model whose key cannot be read is not called without it");
    assert_eq!(server.terminate(), Some(0));

    session.end_keyring();
    session.start_keyring(true).await;
    let server = scene.start();
    let sent = scene.asked_with(&server, &scene.model).await;
    assert_eq!(sent, Some(format!("Bearer {VALUE}")), "once it is open the key is there, the first one");
    assert_eq!(server.terminate(), Some(0));
    scene.assert_nowhere(VALUE);
    scene.assert_nowhere("pk-another-value");
}

/// A plan with one change, the change, and its end; before it the service complains and repeats the key.
fn working_model() -> ModelServer {
    let planner = || When::system("RemoteBuddy");
    let worker = || When::tool("bash");
    let complaint = Fault::Status {
        status: 429,
        retry_after: Some("0".into()),
        code: None,
        message: Some(format!("Too many requests for the key {VALUE}.")),
        headers: Default::default(),
    };
    let task = Task {
        says: "I will rename it.",
        title: "Rename",
        instruction: "Rename Tern to Gull in README.md.",
        write_globs: &["README.md"],
        most_files: 1,
        accepted: "It is Gull",
        proven_by: &[&["true"]],
    };
    let edit = json!({ "path": "README.md", "old": "# Tern", "new": "# Gull" });
    let print = json!({ "command": format!("echo the key is {VALUE}") });
    let end = json!({ "summary": "renamed", "confidence": "high" });
    ModelServer::start(Script::new([
        Step::json(task.plan()).when(planner()),
        Step::fault(complaint).when(worker()),
        Step::call("bash", print).when(worker()),
        Step::call("edit", edit).when(worker()),
        Step::call("finish", end).when(worker()),
    ]))
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jobs_calls_carry_the_saved_key_and_neither_the_job_nor_its_log_has_it() {
    let session = Session::unlocked().await;
    let scene = Scene::new(session.environment());
    let model = working_model();
    let server = scene.start_workers(1, &[]);
    for role in ["remotebuddy", "workers"] {
        let setting = json!({ "role": role, "dialect": "openai_chat", "endpoint": model.base_url(), "model": "scripted" });
        rpc(&server, "config.set_model", &setting).await.unwrap();
        let key = json!({ "role": role, "endpoint": model.base_url(), "key": VALUE });
        rpc(&server, "config.set_key", &key).await.unwrap();
    }
    let sent = server.say("dev", "call it Gull, please").await;
    server.approve_next("dev", sent.cursor, "land").await;
    server.first("dev", sent.cursor, "merge.entry.landed").await;
    assert!(scene.repo.git(&["show", "main_agents:README.md"]).contains("# Gull"));
    let requests = model.requests();
    assert!(requests.len() >= 5 && model.unused().is_empty(), "{:?}", model.unused());
    for seen in &requests {
        assert_eq!(seen.header("authorization"), Some(format!("Bearer {VALUE}").as_str()));
    }
    let events = rpc(&server, "session.events", &json!({ "sessionId": "dev", "limit": 1000 })).await.unwrap();
    assert!(
        events.to_string().contains("the key is [redacted]"),
        "what a command printed is kept without it"
    );
    assert!(!events.to_string().contains(VALUE));
    assert_eq!(server.terminate(), Some(0));
    scene.assert_nowhere(VALUE);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_bus_a_key_lasts_for_this_run_and_that_is_said_before_and_after() {
    let scene = Scene::without_bus();
    let server = scene.start();
    scene.choose_model(&server, &scene.model).await;
    let saved = scene.key(&["set"], VALUE).await;
    assert_eq!(saved.status.code(), Some(0), "{}", text(&saved));
    assert!(text(&saved).contains("Lasts only until the server stops"), "{}", text(&saved));
    assert!(text(&saved).contains("PILOTHOUSE_SECRETS_KEY"), "the next step: {}", text(&saved));
    assert_eq!(scene.asked_with(&server, &scene.model).await, Some(format!("Bearer {VALUE}")));
    let line = keys_line(&rpc(&server, "doctor.run", &json!({})).await.unwrap());
    assert!(
        line["finding"] == "warning" && line["detail"].as_str().unwrap().contains("no session bus"),
        "{line}"
    );
    assert_eq!(server.terminate(), Some(0));
    scene.assert_nowhere(VALUE);

    let server = scene.start();
    let keys = rpc(&server, "config.keys", &json!({})).await.unwrap();
    assert_eq!(keys["keys"][0]["state"], "gone", "{keys}");
    let status = text(&scene.key(&["status"], "").await);
    assert!(status.contains("lasted only for the run in which it was saved"), "{status}");
    assert_eq!(scene.key(&["forget"], "").await.status.code(), Some(0));
    assert_eq!(scene.asked_with(&server, &scene.model).await, None, "forgotten, it is called without one");
    assert_eq!(server.terminate(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_bus_a_supplied_key_keeps_them_in_an_encrypted_file() {
    let scene = Scene::without_bus();
    let key_file = scene.data.path().join("key-file");
    let passphrase = "a passphrase of this test";
    std::fs::write(&key_file, passphrase).unwrap();
    Command::new("chmod").arg("600").arg(&key_file).status().unwrap();
    let with_file = [("PILOTHOUSE_SECRETS_KEY_FILE", key_file.to_str().unwrap())];
    let server = scene.start_with(&with_file);
    scene.choose_model(&server, &scene.model).await;
    let saved = scene.key(&["set"], VALUE).await;
    assert!(text(&saved).contains("Kept in an encrypted file"), "{}", text(&saved));
    assert_eq!(server.terminate(), Some(0));
    use std::os::unix::fs::PermissionsExt as _;
    let sealed = scene.folder().join("secrets/keys.sealed");
    assert_eq!(std::fs::metadata(&sealed).unwrap().permissions().mode() & 0o777, 0o600);
    scene.assert_nowhere(VALUE);

    // The same key from a variable, in another run.
    let server = scene.start_with(&[("PILOTHOUSE_SECRETS_KEY", passphrase)]);
    assert_eq!(scene.asked_with(&server, &scene.model).await, Some(format!("Bearer {VALUE}")));
    assert_eq!(server.terminate(), Some(0));

    let before = std::fs::read(&sealed).unwrap();
    for more in [vec![("PILOTHOUSE_SECRETS_KEY", "quite another passphrase")], vec![]] {
        let server = scene.start_with(&more);
        let keys = rpc(&server, "config.keys", &json!({})).await.unwrap();
        assert_eq!(keys["keys"][0]["state"], "locked", "{keys}");
        assert!(keys["keys"][0]["detail"].as_str().unwrap().contains("keys.sealed"), "{keys}");
        assert_eq!(scene.key(&["forget"], "").await.status.code(), Some(1));
        assert_eq!(server.terminate(), Some(0));
    }
    assert_eq!(std::fs::read(&sealed).unwrap(), before, "what does not open is left as it is");
    scene.assert_nowhere(VALUE);
    assert_eq!(found_below(&scene.folder(), passphrase.as_bytes()), Vec::<PathBuf>::new());
}

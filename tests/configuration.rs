//! What is configured, from the user's file to the flags: who wins, what a mistake says, and what is shown of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use client::Client;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use testkit::world::{RefusedStart, RunningServer, Start, TestRepo, program};

const README: (&str, &str) = ("README.md", "# Tern\n");

/// The user's folder with its `config.toml`.
fn settings(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), text).unwrap();
    folder
}

fn start(data: &Path, repo: &TestRepo, settings: &tempfile::TempDir) -> Start {
    Start::on(data, repo.path()).workers(0).env("PILOTHOUSE_CONFIG_DIR", &settings.path().to_string_lossy())
}

/// The command line with no more flags and variables than are given.
fn pilothouse(settings: &tempfile::TempDir, args: &[&str], env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program("pilothouse"));
    // What a test run may be told itself; the program would name it as unknown.
    command.env_remove("PILOTHOUSE_REQUIRE_DOCKER");
    command.args(args).env("PILOTHOUSE_CONFIG_DIR", settings.path()).envs(env.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A server started by such a command line; killed when dropped.
struct Serving {
    child: Child,
    ready: Value,
}

impl Serving {
    fn start(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::inherit()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|_| panic!("not ready: {line:?}"));
        Self { child, ready }
    }

    fn text(&self, key: &str) -> &str {
        self.ready[key].as_str().unwrap()
    }

    fn client(&self) -> Client {
        let token = std::fs::read_to_string(self.text("tokenFile")).unwrap();
        Client::new(self.text("url").to_owned(), token.trim().to_owned()).unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn rpc(client: &Client, method: &str, params: Value) -> Value {
    client.send("POST", &format!("/v1/rpc/{method}"), Some(params)).await.unwrap()
}

/// Value and origin of a key.
fn shown(config: &Value, key: &str) -> (Value, String) {
    let values = config["values"].as_array().unwrap();
    let found = values.iter().find(|v| v["key"] == key).unwrap_or_else(|| panic!("no {key} in {config:#}"));
    (found["value"].clone(), found["origin"].as_str().unwrap().to_owned())
}

fn answer(output: Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn free_port() -> u16 {
    testkit::ports::free_port("127.0.0.1")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_users_file_and_profile_decide_what_no_variable_or_flag_says() {
    let (repo, place) = (TestRepo::with(&[README]), tempfile::tempdir().unwrap());
    let data = place.path().join("mine");
    let port = free_port();
    let settings = settings(&format!(
        "[server]\nport = {port}\n[data]\ndir = {data:?}\n[workers]\ncount = 0\n[merge]\nenabled = false\nstrategy = \"squash\"\n"
    ));
    std::fs::create_dir(settings.path().join("profiles")).unwrap();
    let profile = "[policy]\nprofile = \"balanced\"\n[sandbox]\nbackend = \"host\"\n";
    std::fs::write(settings.path().join("profiles/night.toml"), profile).unwrap();
    let night = [("PILOTHOUSE_PROFILE", "night")];
    let root = repo.path().to_string_lossy().into_owned();
    let server = Serving::start(pilothouse(&settings, &["serve", "--json", "--repo", &root], &night));
    assert_eq!(server.text("url"), format!("http://127.0.0.1:{port}"));
    assert_eq!(Path::new(server.text("data")), data.canonicalize().unwrap());
    let client = server.client();
    let workspace = rpc(&client, "workspace.list", json!({})).await["workspaces"][0].clone();
    assert_eq!((&workspace["strategy"], &workspace["mergeEnabled"]), (&json!("squash"), &json!(false)));
    assert_eq!(workspace["profile"], "balanced");
    let status = rpc(&client, "system.status", json!({})).await;
    assert_eq!((&status["isolation"]["backend"], &status["workers"]["total"]), (&json!("host"), &json!(0)));

    // Another command finds the same folder by the same file.
    let config = answer(pilothouse(&settings, &["config", "show", "--json"], &night).output().unwrap());
    let file = settings.path().join("config.toml").display().to_string();
    assert_eq!(shown(&config, "server.port"), (json!(port), format!("user {file}:2")));
    assert_eq!(shown(&config, "workers.count"), (json!(0), format!("user {file}:6")));
    let night = settings.path().join("profiles/night.toml").display().to_string();
    assert_eq!(shown(&config, "policy.profile"), (json!("balanced"), format!("profile {night}:2")));
    assert_eq!(shown(&config, "server.host"), (json!("127.0.0.1"), "built-in".to_owned()));
    let id = workspace["id"].as_str().unwrap();
    assert_eq!(shown(&config, &format!("workspace.{id}.strategy")), (json!("squash"), "workspace".into()));
}

#[test]
fn a_variable_wins_over_the_file_and_a_flag_over_both() {
    let place = tempfile::tempdir().unwrap();
    let (filed, set) = (free_port(), free_port());
    let settings = settings(&format!("[server]\nport = {filed}\n[workers]\ncount = 0\n"));
    let data = place.path().join("data").to_string_lossy().into_owned();
    let set_text = set.to_string();
    let env = [("PILOTHOUSE_PORT", set_text.as_str()), ("PILOTHOUSE_DATA_DIR", data.as_str())];
    let server = Serving::start(pilothouse(&settings, &["serve", "--json"], &env));
    assert_eq!(server.text("url"), format!("http://127.0.0.1:{set}"));
    let plain = pilothouse(&settings, &["config", "show", "--origin"], &env).output().unwrap();
    let plain = String::from_utf8(plain.stdout).unwrap();
    assert!(plain.contains(&format!("server.port = {set}  (environment PILOTHOUSE_PORT)\n")), "{plain}");
    assert!(plain.contains("(environment PILOTHOUSE_DATA_DIR)\n"), "{plain}");
    drop(server);
    let flagged = free_port();
    let args = ["serve", "--json", "--port", &flagged.to_string()];
    let server = Serving::start(pilothouse(&settings, &args, &env));
    assert_eq!(server.text("url"), format!("http://127.0.0.1:{flagged}"));
}

#[test]
fn a_mistake_stops_the_start_with_file_line_cause_and_next_step() {
    let (repo, data) = (TestRepo::with(&[README]), tempfile::tempdir().unwrap());
    for (text, parts) in [
        ("[server]\nport = = 1\n", ["config.toml:2: ", "Correct that file"]),
        (
            "[server]\nhost = \"localhost\"\n",
            ["config.toml:2: server.host: must be 127.0.0.1 or ::1", "Correct that file"],
        ),
        (
            "[server]\nhost = \"192.168.1.5\"\n",
            ["config.toml:2: server.host: must be 127.0.0.1 or ::1", "only the machine itself is served"],
        ),
        (
            "[server]\nhost = \"0.0.0.0\"\n",
            ["config.toml:2: server.host: must be 127.0.0.1 or ::1", "Correct that file"],
        ),
        (
            "\n[merge]\nstrategy = \"rebase\"\n",
            ["config.toml:3: merge.strategy: must be one of", "move it away"],
        ),
        (
            "[sandbox]\nrequire = \"bwrap\"\nbackend = \"host\"\n",
            ["config.toml:2: sandbox.require: asks for bwrap, but", "start again"],
        ),
    ] {
        let settings = settings(text);
        RefusedStart::of(&start(data.path(), &repo, &settings)).assert_says(3, &parts);
    }
    let settings = settings("");
    for (name, value, part) in [
        (
            "PILOTHOUSE_POLICY_PROFILE",
            "reckless",
            "policy.profile: must be one of careful, balanced, autopilot",
        ),
        ("PILOTHOUSE_PROFILE", "nowhere", "nowhere.toml"),
        ("PILOTHOUSE_HOST", "192.168.1.5", "server.host: must be 127.0.0.1 or ::1"),
        ("WORKERS_LLM_KEY", "sk-abcdefabcdefabcdef", "never the key itself"),
    ] {
        let refused = RefusedStart::of(&start(data.path(), &repo, &settings).env(name, value));
        refused.assert_says(2, &[name, part, "Correct or remove it"]);
        assert!(!refused.said.contains("sk-abc"), "{}", refused.said);
    }
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 0, "nothing was touched");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_is_not_touched_by_what_its_files_become() {
    let (repo, data) = (TestRepo::with(&[README]), tempfile::tempdir().unwrap());
    let settings = settings("[merge]\nflakyRetries = 2\n");
    let server = RunningServer::start(&start(data.path(), &repo, &settings));
    std::fs::write(settings.path().join("config.toml"), "this is = = no TOML").unwrap();
    let config = rpc(&server.client, "config.show", json!({})).await;
    assert_eq!(shown(&config, "merge.flakyRetries").0, 2);
    server.say("dev", "/status").await;
    // A command that is told the folder reaches the server too.
    let folder = data.path().to_string_lossy().into_owned();
    let args = ["status", "--json", "--data", &folder];
    assert!(pilothouse(&settings, &args, &[]).output().unwrap().status.success());

    // A mistake in a workspace's own file is shown on it, until it is gone.
    std::fs::create_dir_all(repo.file(".pilothouse")).unwrap();
    std::fs::write(repo.file(".pilothouse/local.toml"), "[merge]\nstrategy = 7\n").unwrap();
    let listed = rpc(&server.client, "workspace.list", json!({})).await.to_string();
    assert!(listed.contains(".pilothouse/local.toml:2: merge.strategy: must be one of"), "{listed}");
    let config = rpc(&server.client, "config.show", json!({})).await;
    assert!(config["warnings"].to_string().contains("local.toml:2"), "{config:#}");
    std::fs::write(repo.file(".pilothouse/local.toml"), "[merge]\nflakyRetries = 4\n").unwrap();
    let config = rpc(&server.client, "config.show", json!({})).await;
    let id = rpc(&server.client, "workspace.list", json!({})).await["workspaces"][0]["id"].clone();
    let retries = shown(&config, &format!("workspace.{}.flakyRetries", id.as_str().unwrap()));
    assert_eq!(retries, (json!(4), "local .pilothouse/local.toml:2".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_makes_the_profile_stricter_at_any_time_and_never_looser() {
    let repo =
        TestRepo::with(&[README, ("OTHER.md", "# Other\n"), (".pilothouse/config.toml", "checks = []\n")]);
    let (data, settings) = (tempfile::tempdir().unwrap(), settings(""));
    let server = RunningServer::start(
        &start(data.path(), &repo, &settings)
            .workers(1)
            .flag("--trust")
            .env("PILOTHOUSE_POLICY_PROFILE", "autopilot"),
    );
    let rule = async |text: &str| {
        let sent = server.say("dev", text).await;
        let decided = server.first("dev", sent.cursor, "policy.decided").await;
        decided.payload()["rule"].as_str().unwrap().to_owned()
    };
    assert!(rule("append a line \"one\" to README.md").await.starts_with("Autopilot: "));
    repo.write(".pilothouse/config.toml", "checks = []\n[policy]\nprofile = \"careful\"\n");
    repo.commit_all("ask first");
    assert!(rule("append a line \"two\" to OTHER.md").await.starts_with("Careful: "));
    let workspace = rpc(&server.client, "workspace.list", json!({})).await["workspaces"][0].clone();
    assert_eq!(workspace["profile"], "autopilot", "what was chosen stays chosen");
    assert!(workspace["warnings"].to_string().contains("autopilot counts as careful"), "{workspace:#}");
    let config = rpc(&server.client, "config.show", json!({})).await;
    let profile = shown(&config, &format!("workspace.{}.profile", workspace["id"].as_str().unwrap()));
    assert_eq!(profile, (json!("careful"), "repository .pilothouse/config.toml:3".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_a_repository_may_not_set_are_ignored_and_reported_by_config_show() {
    let text = "[llm.workers]\nendpoint = \"http://127.0.0.1:9/v1\"\n[merge]\nstrategy = \"no-ff\"\n[server]\nprot = 1\n";
    let repo = TestRepo::with(&[README, (".pilothouse/config.toml", text)]);
    let (data, settings) = (tempfile::tempdir().unwrap(), settings("[server]\nlocalbuddyPort = 4711\n"));
    let _server = RunningServer::start(&start(data.path(), &repo, &settings));
    let folder = data.path().to_string_lossy().into_owned();
    let args = ["config", "show", "--origin", "--data", &folder];
    let output = pilothouse(&settings, &args, &[]).output().unwrap();
    let (out, said) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(out.contains("llm.workers.endpoint = null  (built-in)\n"), "{out}");
    assert!(out.contains(".strategy = \"no_ff\"  (workspace)\n"), "{out}");
    let ignored =
        "llm.workers.endpoint (repository .pilothouse/config.toml:2): ignored: a repository may not set this";
    assert!(said.contains(ignored), "{said}");
    assert!(
        said.contains("server.prot (repository .pilothouse/config.toml:6)") && said.contains("server.port?"),
        "{said}"
    );
    assert!(said.contains("server.localbuddyPort (user ") && said.contains("without effect"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_local_file_is_the_users_until_git_tracks_it() {
    let (repo, settings) = (TestRepo::with(&[README]), settings(""));
    std::fs::create_dir_all(repo.file(".pilothouse")).unwrap();
    let local = "[[check]]\nrun = [\"true\"]\n[merge]\nenabled = false\n[workers]\ncount = 9\n[policy]\nprofile = \"autopilot\"\n";
    std::fs::write(repo.file(".pilothouse/local.toml"), local).unwrap();
    let first = tempfile::tempdir().unwrap();
    let server = RunningServer::start(&start(first.path(), &repo, &settings));
    let workspace = rpc(&server.client, "workspace.list", json!({})).await["workspaces"][0].clone();
    assert_eq!((&workspace["mergeEnabled"], &workspace["profile"]), (&json!(false), &json!("autopilot")));
    assert_eq!(
        (&workspace["checks"]["origin"], &workspace["checks"]["confirmed"]),
        (&json!("user"), &json!(false))
    );
    assert!(
        workspace["warnings"]
            .to_string()
            .contains("`workers.count` (local .pilothouse/local.toml:6) is ignored"),
        "{workspace:#}"
    );
    assert_eq!(server.terminate(), Some(0));

    repo.git(&["add", "--force", ".pilothouse/local.toml"]);
    let second = tempfile::tempdir().unwrap();
    let server = RunningServer::start(&start(second.path(), &repo, &settings));
    let workspace = rpc(&server.client, "workspace.list", json!({})).await["workspaces"][0].clone();
    assert_eq!((&workspace["mergeEnabled"], &workspace["profile"]), (&json!(true), &json!("careful")));
    assert!(workspace["warnings"].to_string().contains("git tracks this file"), "{workspace:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_of_settings_lies_between_the_file_and_the_environment_and_no_key_is_shown() {
    let (repo, data) = (TestRepo::with(&[README]), tempfile::tempdir().unwrap());
    let settings = settings(
        "[llm.workers]\nbackend = \"openai\"\nendpoint = \"http://127.0.0.1:7/v1\"\nmodel = \"filed\"\nkey = \"OPENAI_API_KEY\"\n",
    );
    let secret = "sk-0123456789abcdefghijklmnop";
    let begin = start(data.path(), &repo, &settings).env("OPENAI_API_KEY", secret);
    let workers = |models: &Value| {
        let found = models["models"].as_array().unwrap().iter().find(|m| m["role"] == "workers").cloned();
        found.unwrap_or(Value::Null)
    };
    let server = RunningServer::start(&begin);
    let model = workers(&rpc(&server.client, "config.models", json!({})).await);
    assert_eq!((&model["model"], &model["keyEnv"]), (&json!("filed"), &json!("OPENAI_API_KEY")));
    let chosen = json!({ "role": "workers", "dialect": "openai_chat", "endpoint": "http://127.0.0.1:8/v1", "model": "chosen" });
    rpc(&server.client, "config.set_model", chosen).await;
    let model = workers(&rpc(&server.client, "config.models", json!({})).await);
    assert_eq!((&model["model"], &model["origin"]), (&json!("chosen"), &json!("user, saved in Settings")));
    assert_eq!(model["keyEnv"], Value::Null, "the file's key does not go to another address");
    assert_eq!(server.terminate(), Some(0));

    let named = begin
        .env("WORKERS_LLM_ENDPOINT", "http://127.0.0.1:9/v1")
        .env("WORKERS_LLM_MODEL", "named")
        .env("WORKERS_LLM_API_KEY", secret);
    let server = RunningServer::start(&named);
    let model = workers(&rpc(&server.client, "config.models", json!({})).await);
    assert_eq!((&model["model"], &model["keyEnv"]), (&json!("named"), &json!("WORKERS_LLM_API_KEY")));
    let config = rpc(&server.client, "config.show", json!({})).await;
    let endpoint = shown(&config, "llm.workers.endpoint");
    assert_eq!(endpoint, (json!("http://127.0.0.1:9/v1"), "environment WORKERS_LLM_ENDPOINT".into()));
    let why = "not used: environment WORKERS_LLM_ENDPOINT names another model";
    assert!(config["warnings"].to_string().contains(why), "{config:#}");
    assert!(!config.to_string().contains(secret));
    rpc(&server.client, "config.forget_model", json!({ "role": "workers" })).await;
    let config = rpc(&server.client, "config.show", json!({})).await;
    assert!(!config["warnings"].to_string().contains(why), "{config:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_notified_of_is_chosen_while_the_server_runs_and_lasts() {
    let (repo, data) = (TestRepo::with(&[README]), tempfile::tempdir().unwrap());
    let settings = settings("[desktop.notify]\nfinished = false\nquietFrom = \"20:00\"\n");
    let begin = start(data.path(), &repo, &settings).env("PILOTHOUSE_DESKTOP_NOTIFY_FAILED", "true");
    let server = RunningServer::start(&begin);
    let late = json!({ "quiet": { "on": true, "from": "22:00", "until": "late" } });
    let refused = server.client.send("POST", "/v1/rpc/config.set_notify", Some(late)).await.unwrap_err();
    assert!(refused.message.contains("HH:MM"), "{refused:?}");
    let quiet = json!({ "on": true, "from": "22:00", "until": "07:00" });
    rpc(&server.client, "config.set_notify", json!({ "finished": true, "failed": false, "quiet": quiet }))
        .await;
    rpc(&server.client, "config.set_notify", json!({ "limit": false })).await;
    let page = rpc(&server.client, "session.events", json!({ "sessionId": "dev" }));
    let told: Vec<Value> = page.await["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["envelope"]["type"] == "config.changed")
        .map(|event| event["envelope"]["payload"]["keys"].clone())
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[1], json!(["desktop.notify.limit"]));
    assert_eq!(server.terminate(), Some(0));

    let server = RunningServer::start(&begin);
    let config = rpc(&server.client, "config.show", json!({})).await;
    let saved = || "user, saved in Settings".to_owned();
    let now = |key: &str| shown(&config, &format!("desktop.notify.{key}"));
    assert_eq!(now("finished"), (json!(true), saved()), "stronger than the file");
    let by_variable = "environment PILOTHOUSE_DESKTOP_NOTIFY_FAILED".to_owned();
    assert_eq!(now("failed"), (json!(true), by_variable), "weaker than a variable");
    assert_eq!((now("limit"), now("needsYou")), ((json!(false), saved()), (json!(true), "built-in".into())));
    assert_eq!(
        (now("quietHours").0, now("quietFrom"), now("quietUntil").0),
        (json!(true), (json!("22:00"), saved()), json!("07:00"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn retries_of_a_failing_check_are_as_many_as_configured() {
    let check = "[[check]]\nname = \"second time lucky\"\nrun = [\"sh\", \"-c\", \"test -e $HOME/ran || { touch $HOME/ran; exit 1; }\"]\n";
    for (retries, ends) in [("0", "merge.entry.returned"), ("1", "merge.entry.landed")] {
        let repo = TestRepo::with(&[README, (".pilothouse/config.toml", check)]);
        let (data, settings) = (tempfile::tempdir().unwrap(), settings(""));
        let begin = start(data.path(), &repo, &settings).workers(1).flag("--trust");
        let server = RunningServer::start(&begin.env("MERGE_FLAKY_RETRIES", retries));
        let sent = server.say("dev", "append a line \"x\" to README.md").await;
        server.approve_next("dev", sent.cursor, "land").await;
        let ended =
            |e: &client::StreamEvent| matches!(e.kind(), "merge.entry.returned" | "merge.entry.landed");
        let (event, _) = server.until("dev", sent.cursor, ended).await;
        assert_eq!(event.kind(), ends, "{retries} retries: {}", event.payload());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_required_sandbox_that_is_not_there_is_not_replaced_by_another() {
    let (repo, data) = (TestRepo::with(&[README]), tempfile::tempdir().unwrap());
    let settings = settings("");
    let begin = start(data.path(), &repo, &settings).env("WORKERS_REQUIRE_DOCKER", "1");
    let server = RunningServer::start(&begin);
    let status = rpc(&server.client, "system.status", json!({})).await;
    let problem = status["isolationProblem"].as_str().unwrap();
    assert!(
        problem.contains("sandbox.require asks for container") && !problem.contains("--sandbox"),
        "{problem}"
    );
    assert_eq!(server.terminate(), Some(0));
    let weaker = begin.flag("--sandbox").flag("host");
    RefusedStart::of(&weaker)
        .assert_says(2, &["WORKERS_REQUIRE_DOCKER", "asks for container", "flag --sandbox"]);
}

#[test]
fn without_a_server_config_show_tells_what_one_would_start_with() {
    let data = tempfile::tempdir().unwrap();
    let settings = settings("[workers]\ncount = 3\n");
    let folder = data.path().to_string_lossy().into_owned();
    let args = ["config", "show", "--json", "--data", &folder];
    let output = pilothouse(&settings, &args, &[]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("No server runs on"));
    let config = answer(output);
    assert_eq!(shown(&config, "workers.count").0, 3);
    assert_eq!(shown(&config, "data.dir").1, "flag --data");
}

#[test]
fn a_server_that_is_named_is_talked_to_with_the_token_that_is_given() {
    let (repo, data) = (TestRepo::with(&[README]), tempfile::tempdir().unwrap());
    let settings = settings("");
    let server = RunningServer::start(&start(data.path(), &repo, &settings));
    let url = ("PILOTHOUSE_SERVER_URL", server.url.as_str());
    let ask = |env: &[(&str, &str)]| pilothouse(&settings, &["status", "--json"], env).output().unwrap();
    let file = data.path().join("secrets/local.token").to_string_lossy().into_owned();
    assert!(ask(&[url, ("PILOTHOUSE_TOKEN_FILE", &file)]).status.success());
    assert!(ask(&[url, ("PILOTHOUSE_TOKEN", &server.token)]).status.success());
    let refused = ask(&[url]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("PILOTHOUSE_TOKEN_FILE"), "{refused:?}");
}

#[test]
fn a_reader_that_has_had_enough_of_config_show_ends_it_quietly() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().to_string_lossy().into_owned();
    let mut child = pilothouse(&settings(""), &["config", "show", "--data", &folder], &[]).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1, "{output:?}");
}

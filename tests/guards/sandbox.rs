//! Repository code that tries to read the token, the data folder or the user's home, and to approve itself.

use crate::scene::{Question, Scene};
use serde_json::json;
use testkit::world::{RunningServer, Start, TestRepo};

/// Folders outside `/tmp`, which a sandbox replaces whole: what is hidden here is hidden on purpose.
fn visible_folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// Says `reached: <what>` for everything that works. The script knows the token and the address, as if they had leaked.
fn script(scene: &Scene, home: &std::path::Path, question: &Question) -> String {
    let (data, token) = (scene.data.path().display(), &scene.server.token);
    let port = scene.server.url.rsplit(':').next().unwrap();
    let request = format!(
        "POST /approvals/{} HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\nAuthorization: Bearer {token}\\r\\nContent-Length: 22\\r\\nConnection: close\\r\\n\\r\\n{{\\\"decision\\\":\\\"approve\\\"}}",
        question.id
    );
    let home = home.display();
    let root = scene.repo.path().display();
    let worker = std::process::id();
    [
        format!("cat {data}/secrets/local.token && echo reached: token"),
        format!("cat {data}/secrets/w-1.token && echo reached: worker token"),
        format!("cat {data}/pilothouse.db >/dev/null && echo reached: database"),
        format!("ls {data}/secrets && echo reached: secrets folder"),
        format!("ls {data}/bundles && echo reached: data folder"),
        format!("cat {home}/.netrc && echo reached: home"),
        "cat ~/.netrc && echo reached: home by its short name".to_owned(),
        format!("touch {root}/planted && echo reached: the users repository"),
        format!("cat /proc/{worker}/environ && echo reached: a process outside"),
        format!("(exec 3<>/dev/tcp/127.0.0.1/{port}) && echo reached: server"),
        format!("(exec 3<>/dev/tcp/127.0.0.1/{port}; printf \"{request}\" >&3; grep -q 200 <&3) && echo reached: approval"),
"tail -n +3 /proc/net/dev | grep -v '^ *lo:' && echo reached: a network device".to_owned(),
        "env | grep -iE 'token|secret|_key' && echo reached: a secret in the environment".to_owned(),
        "true".to_owned(),
    ]
    .join("; ")
}

/// A server that asks whether something may land, and the attack that would like to answer.
async fn besieged(flags: &[&str]) -> (Scene, Question, tempfile::TempDir) {
    let (data, home) = (visible_folder(), visible_folder());
    std::fs::write(home.path().join(".netrc"), "machine example.invalid password hunter2\n").unwrap();
    let repo = TestRepo::with(&[("README.md", "# Tern\n"), ("NOTES.md", "# Notes\n")]);
    let start = Start::on(data.path(), repo.path())
        .flag("--trust")
        .env("HOME", &home.path().to_string_lossy())
        .env("DEPLOY_TOKEN", "hunter3");
    let start = flags.iter().fold(start, |start, flag| start.flag(flag));
    let server = RunningServer::start(&start);
    let scene = Scene { server, repo, data, start };
    let question = scene.question("append a line \"x\" to NOTES.md").await;
    let attack = script(&scene, home.path(), &question);
    let check = format!("out=$({attack}) 2>&1; echo \"$out\"; case \"$out\" in *reached:*) exit 1;; esac");
    let config = format!(
        "[recipes.attack]\nrun = {}\ntimeoutS = 60\n[[check]]\nname = \"attack\"\nrun = {}\ntimeoutS = 60\n",
        json!(["bash", "-c", attack]),
        json!(["bash", "-c", check])
    );
    scene.repo.write(".pilothouse/config.toml", &config);
    scene.repo.commit_all("attack");
    (scene, question, home)
}

/// Runs the recipe to its end; what it printed, without the command itself.
async fn run_attack(scene: &Scene) -> Vec<String> {
    let run = scene.server.say("dev", "/run attack").await;
    scene.server.approve_next("dev", run.cursor, "recipe.first_use").await;
    let ended = |e: &client::StreamEvent| e.kind() == "job_completed" || e.kind() == "job_failed";
    let (end, _) = scene.server.until("dev", run.cursor, ended).await;
    assert_eq!(end.kind(), "job_completed", "{}", end.payload());
    let path = format!("/jobs/{}/logs?limit=500", end.payload()["jobId"].as_str().unwrap());
    let log = scene.server.client.send("GET", &path, None).await.unwrap();
    let lines = log["logs"].as_array().unwrap().iter().filter_map(|l| l["message"].as_str());
    lines.filter(|l| !l.starts_with("$ ")).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_and_a_check_can_neither_read_the_token_nor_approve_themselves() {
    let (scene, question, _home) = besieged(&[]).await;
    let lines = run_attack(&scene).await;
    assert!(!lines.iter().any(|l| l.starts_with("reached:")), "{lines:#?}");
    assert!(lines.iter().any(|l| l.contains("local.token")), "it did try: {lines:#?}");
    let secrets = [scene.server.token.as_str(), "hunter2", "hunter3"];
    assert!(!lines.iter().any(|l| secrets.iter().any(|s| l.contains(s))), "{lines:#?}");
    assert_eq!(scene.state_of(&question.id).await, "pending", "nobody has answered");
    assert_eq!(scene.tip(), None);

    // The same attack as a check of the merge queue: it passes only when nothing was reached.
    scene.approve(&question).await;
    let landed = scene.entry_event(&question, "merge.entry.landed").await;
    assert_eq!(landed["entry"]["checks"][0]["state"], "passed");
    assert!(!scene.repo.file("planted").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_attack_succeeds_without_a_sandbox_which_is_why_that_is_an_opt_in() {
    let (scene, question, _home) = besieged(&["--sandbox", "host"]).await;
    let lines = run_attack(&scene).await;
    for what in ["token", "database", "home", "server", "approval"] {
        assert!(lines.iter().any(|l| *l == format!("reached: {what}")), "{what}: {lines:#?}");
    }
    assert_eq!(scene.state_of(&question.id).await, "approved");
}

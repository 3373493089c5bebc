//! The repository and the rules the rounds play on, and what must be true of every tree that lands.

use std::path::Path;
use std::process::Command;
use testkit::world::{Start, TestRepo};

const CONFIG: &str = r#"
[[check]]
name = "every line is one that was asked for"
run = ["sh", "check.sh"]
timeoutS = 120

[recipes.slow]
run = ["sh", "-c", "sleep 5"]
timeoutS = 30
"#;

/// The check the queue runs on each candidate, and the test on each commit afterwards. It can go red: the load
/// also asks for lines it refuses.
const CHECK: &str = r##"
sleep 0.05
fail() { echo "$1"; exit 1; }
test "$(cat README.md)" = "# Tern" || fail "README.md was touched"
grep -Eqx 'start(-[0-9]+)*' src/a.txt || fail "src/a.txt is not what the replacements make of it"
if grep -rhvE '^(# Notes|round [0-9]+ line [0-9]+)$' notes guarded; then fail "nobody asked for these lines"; fi
if grep -rhE '^round' notes guarded | sort | uniq -d | grep .; then fail "these lines are there twice"; fi
"##;

/// Landings go through by themselves, but for what is in `guarded`. Rules say so and not a profile: where verified work
/// lands by itself, an edit runs the check in its own clone, and what is red would never come to the queue.
const POLICY: &str = r#"
[[rule]]
id = "guarded"
effect = "ask"
kinds = ["land"]
paths = ["guarded/**"]

[[rule]]
id = "lands"
effect = "allow"
kinds = ["land", "recipe.first_use"]
"#;

/// Files the load appends to.
pub const NOTES: u64 = 40;

pub fn repo() -> TestRepo {
    let notes: Vec<String> = (0..NOTES).map(|n| format!("notes/{n}.md")).collect();
    let fixed = [
        ("README.md", "# Tern\n"),
        ("src/a.txt", "start\n"),
        ("guarded/yes.md", "# Notes\n"),
        ("guarded/no.md", "# Notes\n"),
        ("check.sh", CHECK),
        (".pilothouse/config.toml", CONFIG),
    ];
    let files: Vec<_> =
        fixed.into_iter().chain(notes.iter().map(|path| (path.as_str(), "# Notes\n"))).collect();
    TestRepo::with(&files)
}

/// Two workers, the user's rules in `home`.
pub fn start(data: &Path, repo: &TestRepo, home: &Path) -> Start {
    std::fs::write(home.join("policy.toml"), POLICY).unwrap();
    Start::on(data, repo.path())
        .flag("--trust")
        .workers(2)
        .env("PILOTHOUSE_CONFIG_DIR", &home.to_string_lossy())
}

/// Runs the check in a checkout; what it said when it went red.
fn check(checkout: &Path) -> Result<(), String> {
    let output = Command::new("sh").arg("check.sh").current_dir(checkout).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() { Ok(()) } else { Err(said) }
}

/// Every commit of the integration branch has a tree its check passes, and the check can tell.
pub fn assert_every_commit_is_green(repo: &TestRepo) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let clone = folder.path().join("clone");
    repo.git(&["clone", "--quiet", "--branch", "main_agents", ".", &clone.to_string_lossy()]);
    let at = |args: &[&str]| {
        let done = Command::new("git").arg("-C").arg(&clone).args(args).output().unwrap();
        assert!(done.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&done.stderr));
    };
    let log = repo.git(&["rev-list", "main..main_agents"]);
    for commit in log.lines() {
        at(&["checkout", "--quiet", commit]);
        if let Err(said) = check(&clone) {
            panic!("{commit} is red: {said}");
        }
    }
    std::fs::write(clone.join("notes/0.md"), "# Notes\nRED\n").unwrap();
    assert!(check(&clone).is_err(), "the check goes red on what must not land");
    log.lines().count()
}

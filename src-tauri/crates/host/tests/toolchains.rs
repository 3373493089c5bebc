//! Real projects build and test offline inside the sandbox.
#![allow(clippy::unwrap_used, clippy::panic)] // Functions shared by tests are tests too.
#![cfg(target_os = "linux")]

mod support;

use std::path::Path;
use std::time::Duration;

use host::sandbox::{HOME_INSIDE, Sandbox, SandboxSpec};
use host::spawn::Command;
use host::toolchains::{Machine, Toolchains};
use support::{Ground, sandbox};

fn equipped(sandbox: &Sandbox, ground: &Ground, machine: &Machine) -> SandboxSpec {
    let mut spec = ground.spec();
    Toolchains::detect(machine).equip(sandbox, &mut spec).unwrap();
    spec
}

async fn run(sandbox: &Sandbox, spec: &SandboxSpec, argv: &[&str]) -> String {
    let command = Command::new(argv.iter().copied()).timeout(Duration::from_secs(300));
    let outcome = sandbox.confine(spec, command).unwrap().run().await.unwrap();
    let text = outcome.stdout.text() + &outcome.stderr.text();
    assert!(outcome.success(), "{argv:?}: {}\n{text}", outcome.summary());
    text
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[tokio::test]
async fn a_cargo_project_with_a_cached_dependency_builds_and_tests_offline() {
    let Some(sandbox) = sandbox().await else { return };
    let ground = Ground::new();
    let spec = equipped(&sandbox, &ground, &Machine::current());
    write(
        &spec.work,
        "Cargo.toml",
        "[package]\nname = \"probe\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\nitoa = \"1\"\n",
    );
    let library = "pub fn f() -> String { itoa::Buffer::new().format(42).to_owned() }\n\
        #[test]\nfn formats() { assert_eq!(f(), \"42\"); }\n";
    write(&spec.work, "src/lib.rs", library);
    let said = run(&sandbox, &spec, &["cargo", "test"]).await;
    assert!(said.contains("test formats ... ok"), "{said}");
    assert!(spec.work.join("target").exists());
}

#[tokio::test]
async fn dependencies_that_one_job_compiled_are_fresh_in_the_next_one() {
    let Some(sandbox) = sandbox().await else { return };
    let job = || {
        let ground = Ground::new();
        let mut spec = ground.spec();
        spec.home_inside = Some(HOME_INSIDE.into());
        Toolchains::detect(&Machine::current()).equip(&sandbox, &mut spec).unwrap();
        let manifest = "[package]\nname = \"probe\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\nitoa = \"1\"\n";
        write(&spec.work, "Cargo.toml", manifest);
        (ground, spec)
    };
    let library = "pub fn f() -> String { itoa::Buffer::new().format(42).to_owned() }\n";
    let ((_first, one), (_second, two)) = (job(), job());
    write(&one.work, "src/lib.rs", library);
    assert_eq!(
        run(&sandbox, &one, &["sh", "-c", "echo $HOME; cat /etc/passwd"]).await.matches(HOME_INSIDE).count(),
        2
    );
    let said = run(&sandbox, &one, &["cargo", "build"]).await;
    assert!(said.contains("Compiling itoa"), "{said}");
    let copied =
        std::process::Command::new("cp").arg("-a").arg(one.work.join("target")).arg(&two.work).status();
    assert!(copied.unwrap().success());
    std::fs::copy(one.work.join("Cargo.lock"), two.work.join("Cargo.lock")).unwrap();
    write(&two.work, "src/lib.rs", library);
    let said = run(&sandbox, &two, &["cargo", "build"]).await;
    assert!(said.contains("Compiling probe") && !said.contains("Compiling itoa"), "{said}");
}

#[tokio::test]
async fn the_real_registry_cannot_be_changed_and_credentials_are_not_there() {
    let Some(sandbox) = sandbox().await else { return };
    let (ground, home) = (Ground::new(), tempfile::tempdir().unwrap());
    let real = Machine::current();
    write(home.path(), ".cargo/credentials.toml", "[registry]\ntoken = 'secret-token'\n");
    write(
        home.path(),
        ".cargo/config.toml",
        "[registries.x]\nindex = 'sparse+https://x/'\ntoken = 'secret-token'\n",
    );
    write(home.path(), ".cargo/registry/cache/i/a-1.crate", "x");
    write(home.path(), ".cargo/bin/cargo", "");
    write(home.path(), ".npmrc", "//registry/:_authToken=secret-token\n");
    let machine = Machine { home: home.path().into(), path: real.path, environment: Vec::new() };
    let spec = equipped(&sandbox, &ground, &machine);
    let said = run(
        &sandbox,
        &spec,
        &[
            "sh",
            "-c",
            "cat $CARGO_HOME/* $CARGO_HOME/.* ~/.npmrc 2>/dev/null; ls $CARGO_HOME/registry/cache/i; \
             echo y > $CARGO_HOME/registry/cache/i/a-1.crate || echo refused; grep -r secret-token ~ $PWD /root /home /etc /run 2>/dev/null; true",
        ],
    )
    .await;
    assert!(said.contains("a-1.crate") && said.contains("refused"), "{said}");
    assert!(said.contains("sparse+https://x/") && !said.contains("secret-token"), "{said}");
}

#[tokio::test]
async fn node_tests_run_and_a_cached_package_installs_offline() {
    let Some(sandbox) = sandbox().await else { return };
    let real = Machine::current();
    let (ground, home) = (Ground::new(), tempfile::tempdir().unwrap());
    // A package that only ever existed in this cache.
    let package = tempfile::tempdir().unwrap();
    write(
        package.path(),
        "package.json",
        "{\"name\":\"pilothouse-probe\",\"version\":\"1.0.0\",\"main\":\"i.js\"}",
    );
    write(package.path(), "i.js", "module.exports = 42;\n");
    let npm = |arguments: &[&str]| {
        let done = std::process::Command::new("npm")
            .args(arguments)
            .current_dir(package.path())
            .env("npm_config_cache", home.path().join(".npm"))
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    let packed: serde_json::Value = serde_json::from_str(&npm(&["pack", "--json"])).unwrap();
    let integrity = packed[0]["integrity"].as_str().unwrap();
    npm(&["cache", "add", "./pilothouse-probe-1.0.0.tgz"]);

    let machine = Machine { home: home.path().into(), path: real.path, environment: Vec::new() };
    let spec = equipped(&sandbox, &ground, &machine);
    let manifest = "{\"name\":\"app\",\"version\":\"1.0.0\",\"scripts\":{\"test\":\"node --test\"},\
        \"dependencies\":{\"pilothouse-probe\":\"1.0.0\"}}";
    write(&spec.work, "package.json", manifest);
    let lock = format!(
        "{{\"name\":\"app\",\"version\":\"1.0.0\",\"lockfileVersion\":3,\"packages\":{{\
         \"\":{{\"name\":\"app\",\"version\":\"1.0.0\",\"dependencies\":{{\"pilothouse-probe\":\"1.0.0\"}}}},\
         \"node_modules/pilothouse-probe\":{{\"version\":\"1.0.0\",\
         \"resolved\":\"https://registry.npmjs.org/pilothouse-probe/-/pilothouse-probe-1.0.0.tgz\",\
         \"integrity\":\"{integrity}\"}}}}}}"
    );
    write(&spec.work, "package-lock.json", &lock);
    let test = "const test = require('node:test'); const assert = require('node:assert');\n\
        test('the package answers', () => assert.equal(require('pilothouse-probe'), 42));\n";
    write(&spec.work, "a.test.js", test);
    run(&sandbox, &spec, &["npm", "ci"]).await;
    let said = run(&sandbox, &spec, &["npm", "test"]).await;
    assert!(said.contains("pass 1"), "{said}");
}

#[tokio::test]
async fn python_go_and_java_answer_where_they_are_installed() {
    let Some(sandbox) = sandbox().await else { return };
    let ground = Ground::new();
    let machine = Machine::current();
    let found = Toolchains::detect(&machine).found();
    let spec = equipped(&sandbox, &ground, &machine);
    for (name, argv) in [
        ("python", &["python3", "-c", "import sys; print(sys.version)"][..]),
        ("go", &["go", "version"]),
        ("jvm", &["java", "-version"]),
    ] {
        if found.iter().any(|toolchain| toolchain.name == name) {
            run(&sandbox, &spec, argv).await;
        }
    }
}

#[tokio::test]
async fn a_missing_package_is_said_at_once_and_not_after_a_timeout() {
    let Some(sandbox) = sandbox().await else { return };
    let ground = Ground::new();
    let spec = equipped(&sandbox, &ground, &Machine::current());
    write(
        &spec.work,
        "Cargo.toml",
        "[package]\nname = \"probe\"\nversion = \"0.1.0\"\n[dependencies]\nno-such-crate-pilothouse = \"9\"\n",
    );
    write(&spec.work, "src/lib.rs", "");
    let command = Command::new(["cargo", "build"]).timeout(Duration::from_secs(60));
    let outcome = sandbox.confine(&spec, command).unwrap().run().await.unwrap();
    assert_eq!(outcome.code, Some(101));
    assert!(outcome.stderr.text().contains("offline"), "{}", outcome.stderr.text());
}

#[tokio::test]
async fn without_a_sandbox_tools_are_found_where_they_really_are() {
    let ground = Ground::new();
    let spec = equipped(&Sandbox::Host, &ground, &Machine::current());
    assert!(spec.mounts.is_empty());
    let command = Command::new(["cargo", "--version"]);
    let outcome = Sandbox::Host.confine(&spec, command).unwrap().run().await.unwrap();
    assert!(outcome.success(), "{}", outcome.stderr.text());
}

use super::super::tests::clone;
use super::super::{CommandToRun, Edits, Purpose};
use protocol::intent::Intent;

fn bump(name: &str, version: Option<&str>) -> Intent {
    Intent::Bump { name: name.into(), version: version.map(str::to_owned) }
}

fn commands(edits: &Edits) -> Vec<String> {
    edits.commands.iter().map(|command: &CommandToRun| command.argv.join(" ")).collect()
}

const CARGO: &[u8] = b"[package]\nname = \"tern\"\n\n[dependencies]\nserde = { version = \"1.0\", features = [\"derive\"] } # keep\nitoa = \"1\"\nown = { path = \"own\" }\n\n\
    [target.'cfg(unix)'.dev-dependencies]\nhash = { package = \"hashbrown\", version = \"0.14\" }\n";
const LOCK: &[u8] = b"version = 4\n\n[[package]]\nname = \"serde\"\nversion = \"1.0.100\"\nsource = \"registry+x\"\n\n[[package]]\nname = \"hashbrown\"\nversion = \"0.14.5\"\nsource = \"registry+x\"\n\n\
    [[package]]\nname = \"tern\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"twice\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n\n[[package]]\nname = \"twice\"\nversion = \"2.0.0\"\nsource = \"registry+x\"\n";

#[test]
fn a_crate_within_its_requirement_moves_in_the_lock_alone() {
    let clone = clone(&[("Cargo.toml", CARGO), ("Cargo.lock", LOCK)]);
    let edits = clone.run(&bump("serde", Some("1.0.200"))).unwrap();
    assert!(edits.changed.is_empty());
    assert_eq!(commands(&edits), ["cargo update --package serde --precise 1.0.200"]);
    assert_eq!(edits.commands[0].purpose, Purpose::Lock);
    let newest = clone.run(&bump("serde", None)).unwrap();
    assert_eq!(commands(&newest), ["cargo update --package serde"]);
    assert!(clone.fails(&bump("serde", Some("1.0.100"))).contains("already"));
}

#[test]
fn a_crate_beyond_its_requirement_is_asked_for_anew_and_nothing_else_of_the_manifest_changes() {
    let clone = clone(&[("a/Cargo.toml", CARGO), ("a/Cargo.lock", LOCK)]);
    let edits = clone.run(&bump("hashbrown", Some("0.15.5"))).unwrap();
    let before = String::from_utf8(CARGO.to_vec()).unwrap();
    assert_eq!(clone.text("a/Cargo.toml"), before.replace("0.14", "0.15.5"));
    assert_eq!(
        commands(&edits),
        ["cargo update --package hashbrown --precise 0.15.5 --manifest-path a/Cargo.toml"]
    );
    clone.run(&bump("serde", Some("2.0.0"))).unwrap();
    assert!(
        clone
            .text("a/Cargo.toml")
            .contains("serde = { version = \"2.0.0\", features = [\"derive\"] } # keep")
    );
}

#[test]
fn what_is_not_declared_or_not_clear_is_refused_and_nothing_is_written() {
    let clone = clone(&[("Cargo.toml", CARGO), ("Cargo.lock", LOCK)]);
    assert!(clone.fails(&bump("tokio", Some("1.0.0"))).contains("nothing is added"));
    assert!(clone.fails(&bump("own", Some("1.0.0"))).contains("from a folder"));
    assert!(clone.fails(&bump("twice", None)).contains("more than once (1.0.0, 2.0.0)"));
    assert!(clone.fails(&bump("tern", None)).contains("nothing is added"), "the package itself");
    assert_eq!(clone.bytes("Cargo.toml"), CARGO);
}

#[test]
fn a_node_package_is_moved_by_the_package_manager_that_locked_it() {
    let manifest = br#"{"dependencies":{"left-pad":"^1.2.0"},"devDependencies":{"@types/node":"20.0.0","own":"file:../own"}}"#;
    let lock = br#"{"packages":{"node_modules/left-pad":{"version":"1.2.0"}}}"#;
    let npm = clone(&[("package.json", manifest), ("package-lock.json", lock)]);
    let quiet = "--ignore-scripts --no-audit --no-fund";
    assert_eq!(
        commands(&npm.run(&bump("left-pad", Some("1.3.0"))).unwrap()),
        [format!("npm install left-pad@1.3.0 {quiet}")]
    );
    assert_eq!(
        commands(&npm.run(&bump("@types/node", None)).unwrap()),
        [format!("npm update @types/node {quiet}")]
    );
    assert!(npm.fails(&bump("left-pad", Some("1.2.0"))).contains("already"));
    assert!(npm.fails(&bump("own", Some("1.0.0"))).contains("no version to move"));
    let pnpm = clone(&[("web/package.json", manifest), ("pnpm-lock.yaml", b"")]);
    assert_eq!(
        commands(&pnpm.run(&bump("left-pad", Some("1.3.0"))).unwrap()),
        ["pnpm --dir web update left-pad@1.3.0 --ignore-scripts"]
    );
    let yarn = clone(&[("package.json", manifest), ("yarn.lock", b"")]);
    assert_eq!(
        commands(&yarn.run(&bump("left-pad", None)).unwrap()),
        ["yarn upgrade left-pad --ignore-scripts"]
    );
}

#[test]
fn only_exact_python_pins_are_moved() {
    let text = b"# tools\nRequests[socks] == 2.31.0  ; python_version > '3'\nflask>=2\npytest-cov==4.0\n";
    let clone = clone(&[("requirements.txt", text)]);
    let edits = clone.run(&bump("requests", Some("2.32.0"))).unwrap();
    assert!(edits.commands.is_empty());
    assert_eq!(
        clone.text("requirements.txt"),
        String::from_utf8(text.to_vec()).unwrap().replace("2.31.0", "2.32.0")
    );
    clone.run(&bump("pytest_cov", Some("5.0"))).unwrap();
    assert!(clone.text("requirements.txt").contains("pytest-cov==5.0\n"));
    assert!(clone.fails(&bump("flask", Some("3.0"))).contains("only exact versions"));
    assert!(clone.fails(&bump("requests", None)).contains("name one"));
}

#[test]
fn a_go_module_is_moved_by_go() {
    let clone = clone(&[("go.mod", b"module x\n\ngo 1.22\n\nrequire example.org/a v1.2.3\nrequire (\n\texample.org/b v0.1.0 // indirect\n)\n")]);
    assert_eq!(
        commands(&clone.run(&bump("example.org/a", Some("1.3.0"))).unwrap()),
        ["go get example.org/a@v1.3.0"]
    );
    assert_eq!(commands(&clone.run(&bump("example.org/b", None)).unwrap()), ["go get example.org/b@upgrade"]);
    assert!(clone.fails(&bump("example.org/a", Some("v1.2.3"))).contains("already"));
}

#[test]
fn a_name_in_two_worlds_is_not_guessed() {
    let clone = clone(&[
        ("requirements.txt", b"six==1.0\n"),
        ("package.json", br#"{"dependencies":{"six":"1.0.0"}}"#),
    ]);
    assert!(clone.fails(&bump("six", Some("1.1"))).contains("more than one kind"));
}

#[test]
fn what_is_declared_and_locked_is_listed_and_the_package_managers_are_asked() {
    let clone = clone(&[
        ("Cargo.toml", CARGO),
        ("Cargo.lock", LOCK),
        ("web/package.json", br#"{"dependencies":{"left-pad":"^1.2.0"}}"#),
    ]);
    let edits = clone.run(&Intent::Outdated).unwrap();
    let report = edits.report.clone().unwrap();
    for row in [
        "| `serde` | 1.0 | 1.0.100 | Cargo.toml |",
        "| `itoa` | 1 | – | Cargo.toml |",
        "| `hashbrown` | 0.14 | 0.14.5 | Cargo.toml |",
        "| `left-pad` | ^1.2.0 | – | web/package.json |",
    ] {
        assert!(report.contains(row), "{row}\n{report}");
    }
    assert_eq!(commands(&edits), ["cargo update --dry-run --color never", "npm --prefix web outdated"]);
    assert!(super::super::tests::clone(&[]).fails(&Intent::Outdated).contains("no manifest here"));
}

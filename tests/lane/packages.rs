//! `/bump`, `/outdated`, `/lint` with real package managers, offline as a job is.

use crate::scene::{QUIET, Scene};
use std::process::Command;
use testkit::world::TestRepo;

/// Two versions of one crate that this machine's cache holds, since our own build needs both: the older one first.
fn two_versions(name: &str) -> [String; 2] {
    let lock = include_str!("../../Cargo.lock");
    let entry = format!("name = \"{name}\"\nversion = \"");
    let mut versions: Vec<String> =
        lock.split(&entry).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect();
    versions.sort_by_key(|v| v.split('.').map(|part| part.parse().unwrap_or(0)).collect::<Vec<u32>>());
    [versions[0].clone(), versions[1].clone()]
}

fn cargo(old: &str) -> TestRepo {
    let manifest = format!(
        "[package]\nname = \"tern\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\nhashbrown = {{ version = \"{old}\", default-features = false }} # kept\n"
    );
    let code = "#[test]\nfn a_map_is_empty() {\n    let map: hashbrown::HashMap<u8, u8, ()> = hashbrown::HashMap::with_hasher(());\n    assert!(map.is_empty());\n}\n";
    let repo = TestRepo::with(&[
        ("Cargo.toml", &manifest),
        ("src/lib.rs", code),
        (".gitignore", "target\n"),
        (".pilothouse/config.toml", QUIET),
    ]);
    let lock = Command::new("cargo")
        .args(["generate-lockfile", "--offline"])
        .current_dir(repo.path())
        .output()
        .unwrap();
    assert!(lock.status.success(), "{}", String::from_utf8_lossy(&lock.stderr));
    repo.commit_all("lock");
    repo
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crate_moves_with_its_lock_after_the_tests_passed_and_an_unreachable_one_changes_nothing() {
    let [old, new] = two_versions("hashbrown");
    let scene = Scene::on(cargo(&old));
    let told = scene.told("/bump hashbrown 99.0.0").await;
    assert!(
        told.contains("could not reach its package registry") && told.contains("Nothing was changed"),
        "{told}"
    );
    let told = scene.told("/bump tokio 1.0.0").await;
    assert!(told.contains("names `tokio`; nothing is added"), "{told}");
    let sent = scene.server.say("dev", &format!("bump hashbrown to {new}")).await;
    let verified = scene.server.first("dev", sent.cursor, "job.verified").await;
    assert_eq!(verified.payload()["verified"], true, "{:?}", verified.payload());
    scene.server.approve_next("dev", sent.cursor, "land").await;
    scene.server.first("dev", sent.cursor, "merge.entry.landed").await;
    let manifest = scene.landed_file("Cargo.toml");
    assert!(
        manifest.contains(&format!("version = \"{new}\", default-features = false }} # kept")),
        "{manifest}"
    );
    assert!(scene.landed_file("Cargo.lock").contains(&format!("name = \"hashbrown\"\nversion = \"{new}\"")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_declared_and_locked_is_listed_and_what_the_cache_knows_is_called_that() {
    let [old, _] = two_versions("hashbrown");
    let scene = Scene::on(cargo(&old));
    let told = scene.told("which dependencies are outdated?").await;
    assert!(told.contains(&format!("| `hashbrown` | {old} | {old} | Cargo.toml |")), "{told}");
    assert!(told.contains("cargo update --dry-run") && told.contains("package cache knows"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_python_pin_moves_and_npm_says_that_it_cannot_reach_its_registry() {
    let repo = TestRepo::with(&[
        ("requirements.txt", "requests==2.31.0  # why\n"),
        ("package.json", "{\"dependencies\":{\"left-pad\":\"^1.2.0\"}}\n"),
        (".pilothouse/config.toml", QUIET),
    ]);
    let scene = Scene::on(repo);
    let told = scene.told("/bump left-pad 1.3.0").await;
    assert!(told.contains("could not reach its package registry"), "{told}");
    scene.landed("/bump requests 2.32.0").await;
    assert_eq!(scene.landed_file("requirements.txt"), "requests==2.32.0  # why");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_linter_that_detection_found_reports_and_repairs_and_the_formatter_formats() {
    let repo = TestRepo::with(&[
        ("Cargo.toml", "[package]\nname = \"tern\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"),
        ("Cargo.lock", "version = 4\n\n[[package]]\nname = \"tern\"\nversion = \"0.1.0\"\n"),
        ("src/lib.rs", "pub fn five( ) -> u32 {\n    return 5;\n}\n"),
        (".gitignore", "target\n"),
        (".pilothouse/config.toml", QUIET),
    ]);
    let scene = Scene::on(repo);
    let told = scene.told("/lint").await;
    assert!(told.contains("cargo clippy"), "{told}");
    scene.landed("/lint fix").await;
    assert!(scene.landed_file("src/lib.rs").contains("    5\n"), "{}", scene.landed_file("src/lib.rs"));
    scene.landed("format the code").await;
    assert!(scene.landed_file("src/lib.rs").starts_with("pub fn five() -> u32"));
}

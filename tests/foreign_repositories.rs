//! The same programs on repositories nobody made for a test: published packages whose own tests are the checks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;
use testkit::world::{RunningServer, Start, TestRepo};

/// Packages without dependencies, unpacked by cargo when this workspace was built.
const PACKAGES: [&str; 2] = ["percent-encoding-", "scopeguard-"];

fn unpacked(name: &str) -> PathBuf {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cargo"));
    let registries = std::fs::read_dir(home.join("registry/src")).expect("unpacked packages");
    let found = registries
        .filter_map(Result::ok)
        .flat_map(|registry| std::fs::read_dir(registry.path()).into_iter().flatten().filter_map(Result::ok))
        .map(|package| package.path())
        .find(|path| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(name)));
    found.unwrap_or_else(|| panic!("{name}* is not unpacked"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_lands_on_published_packages_proven_by_their_own_tests() {
    for package in PACKAGES {
        let (repo, data) = (TestRepo::of_folder(&unpacked(package)), tempfile::tempdir().unwrap());
        let mut server = RunningServer::start(&Start::on(data.path(), repo.path()).flag("--trust"));
        // Its tests are compiled first.
        server.patience = std::time::Duration::from_secs(300);
        let before = repo.fingerprint();
        let sent = server.say("dev", "append a line \"// Seen by the crew.\" to src/lib.rs").await;
        let question = server.approve_next("dev", sent.cursor, "land").await;
        let checks = question.payload()["details"]["checks"].to_string();
        assert!(checks.contains("cargo test"), "{package}: its own tests were found: {checks}");
        let (end, _) = server
            .until("dev", sent.cursor, |e| {
                matches!(e.kind(), "merge.entry.landed" | "merge.entry.returned" | "merge.entry.failed")
            })
            .await;
        assert_eq!(end.kind(), "merge.entry.landed", "{package}: {}", end.payload());
        assert!(repo.git(&["show", "main_agents:src/lib.rs"]).ends_with("// Seen by the crew."));
        assert_eq!(repo.fingerprint(), before, "{package}");
    }
}

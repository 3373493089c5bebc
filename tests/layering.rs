//! Keeps the doors of ARCHITECTURE.md: which crate may use which, and who owns each tool.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Crate, what it may use of ours. Test-only dependencies are not looked at.
const DOORS: [(&str, &[&str]); 16] = [
    ("protocol", &[]),
    ("flow", &["protocol"]),
    ("store", &["protocol", "host"]),
    ("repo", &["protocol", "host"]),
    ("agent", &["protocol", "host"]),
    ("cell", &[]),
    ("terminal", &["protocol", "host"]),
    ("host", &["protocol", "cell"]),
    ("client", &["protocol", "host"]),
    ("engine", &["protocol", "flow", "store", "repo", "agent", "terminal", "host", "client"]),
    ("server", &["engine", "protocol", "host"]),
    ("pilothouse", &["server", "client", "node", "protocol", "host"]),
    ("worker", &["protocol", "repo", "host", "agent", "client"]),
    ("desktop", &["server", "client", "protocol", "host"]),
    ("testkit", &["protocol", "flow", "store", "repo", "agent", "host", "client", "engine", "server"]),
    ("node", &["protocol", "host", "client", "terminal"]),
];

/// Tool, the only crates that may depend on it.
const OWNERS: [(&str, &[&str]); 10] = [
    ("bollard", &["host", "testkit"]),
    ("rusqlite", &["store"]),
    ("git2", &["repo"]),
    ("portable-pty", &["terminal", "testkit"]),
    ("axum", &["server", "testkit"]),
    ("tauri", &["desktop"]),
    ("keyring", &["host"]),
    ("keyring-core", &["host"]),
    ("zbus-secret-service-keyring-store", &["host"]),
    ("notify", &["host"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").canonicalize().unwrap()
}

fn packages() -> BTreeMap<String, Vec<String>> {
    let output = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let short = |name: &str| name.strip_prefix("pilothouse-").unwrap_or(name).to_owned();
    let used = |package: &Value| {
        let all = package["dependencies"].as_array().unwrap().iter();
        all.filter(|d| d["kind"].as_str() != Some("dev"))
            .map(|d| d["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages.map(|p| (short(p["name"].as_str().unwrap()), used(p))).collect()
}

#[test]
fn each_crate_uses_only_the_rooms_it_has_a_door_to() {
    let doors: BTreeMap<_, _> = DOORS.into_iter().collect();
    for (name, uses) in packages() {
        let open = doors
            .get(name.as_str())
            .unwrap_or_else(|| panic!("{name} has no row in the table of ARCHITECTURE.md"));
        for used in uses.iter().filter_map(|u| u.strip_prefix("pilothouse-")) {
            assert!(
                open.contains(&used),
                "{name} uses {used}. ARCHITECTURE.md, rooms and doors: {name} may use {open:?} and nothing else of ours"
            );
        }
    }
}

#[test]
fn each_tool_has_one_owner() {
    for (name, uses) in packages() {
        for (tool, owners) in OWNERS {
            assert!(
                !uses.iter().any(|u| u == tool) || owners.contains(&name.as_str()),
                "{name} depends on {tool}. ARCHITECTURE.md: one owner each, {tool} belongs to {owners:?}"
            );
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().filter_map(Result::ok) {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() && !matches!(name.as_str(), "target" | "node_modules" | "dist" | ".git" | "gen") {
            sources(&path, found);
        } else if matches!(
            path.extension().and_then(|e| e.to_str()),
            Some("rs" | "ts" | "tsx" | "mjs" | "md" | "toml")
        ) {
            found.push(path);
        }
    }
}

#[test]
fn files_are_small_named_for_what_they_do_and_say_what_they_are_for() {
    let mut found = Vec::new();
    sources(&root(), &mut found);
    for path in found {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        for bag in ["utils", "util", "helpers", "helper", "common", "manager", "service", "misc"] {
            assert!(stem != bag, "{}: {bag} names nothing", path.display());
        }
        let text = std::fs::read_to_string(&path).unwrap();
        if path.extension().is_some_and(|e| e == "rs") {
            // Test modules are described by the room they test and by the names of their tests.
            let test = stem == "tests" || path.components().any(|c| c.as_os_str() == "tests");
            assert!(test || text.starts_with("//!"), "{} has no module doc", path.display());
            assert!(text.lines().count() <= 600, "{} is too long for one idea", path.display());
        }
        let trademark = ["Push", "Pals"].concat();
        let allowed = usize::from(path.ends_with("README.md") && path.parent() == Some(root().as_path()));
        let times = text.lines().filter(|l| l.contains(&trademark)).count();
        assert!(times <= allowed, "{} names somebody else's trademark", path.display());
    }
}

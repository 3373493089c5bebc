//! A data folder that cannot be written says so, and why.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic)] // Functions shared by tests are tests too.

use std::path::Path;

use host::paths::DataFolder;

/// Not a test by itself: opens the folder it is told, inside a mount made by the tests below.
#[test]
fn helper_open() {
    let Some(folder) = std::env::var_os("HELPER_DATA_FOLDER") else { return };
    match DataFolder::open(Path::new(&folder)) {
        Ok(_) => println!("said=fine"),
        Err(error) => println!("said={} {error}", error.code()),
    }
}

/// Opens a data folder at `place` with the given mount on it.
fn said(place: &Path, mount: &[&str]) -> Option<String> {
    let done = std::process::Command::new("bwrap")
        .args(["--dev-bind", "/", "/"])
        .args(mount)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "helper_open", "--nocapture"])
        .env("HELPER_DATA_FOLDER", place.join("data"))
        .output()
        .ok()
        .filter(|done| done.status.success());
    let text = done.map(|done| String::from_utf8_lossy(&done.stdout).into_owned());
    let line = text.as_deref().and_then(|text| text.split("said=").nth(1)?.lines().next().map(str::to_owned));
    assert!(line.is_some() || std::env::var_os("CI").is_none(), "no mount namespaces in CI");
    line
}

#[test]
fn a_full_disk_is_said_to_be_full() {
    let temp = tempfile::tempdir().unwrap();
    let place = temp.path().to_str().unwrap();
    let Some(said) = said(temp.path(), &["--size", "32768", "--tmpfs", place]) else { return };
    assert!(said.starts_with("host.data_full") && said.contains("is full"), "{said}");
}

#[test]
fn a_read_only_disk_is_said_to_be_unwritable() {
    let temp = tempfile::tempdir().unwrap();
    let place = temp.path().to_str().unwrap();
    let Some(said) = said(temp.path(), &["--ro-bind", place, place]) else { return };
    assert!(said.starts_with("host.data_unwritable") && said.contains("--data"), "{said}");
}

//! The data folder and the database in it.

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use testkit::world::{RefusedStart, RunningServer, Start, TestRepo};

/// `user_version` stands in the file's header, four bytes, most significant first.
const VERSION_AT: u64 = 60;

fn repo() -> TestRepo {
    TestRepo::with(&[("README.md", "# Tern\n")])
}

fn start(data: &Path, repo: &TestRepo) -> Start {
    Start::on(data, repo.path()).workers(0)
}

fn set_version(database: &Path, version: u32) -> u32 {
    let mut file = std::fs::OpenOptions::new().read(true).write(true).open(database).unwrap();
    let mut before = [0; 4];
    file.seek(SeekFrom::Start(VERSION_AT)).unwrap();
    file.read_exact(&mut before).unwrap();
    file.seek(SeekFrom::Start(VERSION_AT)).unwrap();
    file.write_all(&version.to_be_bytes()).unwrap();
    u32::from_be_bytes(before)
}

async fn messages(server: &RunningServer) -> usize {
    let page = server
        .client
        .send("POST", "/v1/rpc/session.events", Some(serde_json::json!({ "sessionId": "dev" })))
        .await
        .unwrap();
    page["events"].as_array().unwrap().iter().filter(|e| e["envelope"]["type"] == "message").count()
}

#[test]
fn a_data_folder_that_cannot_be_written_is_named_with_the_flag_that_chooses_another() {
    let (repo, folder) = (repo(), tempfile::tempdir().unwrap());
    let file = folder.path().join("file");
    std::fs::write(&file, "mine\n").unwrap();
    for data in [file.clone(), file.join("below"), "/proc/nowhere".into()] {
        let refused = RefusedStart::of(&start(&data, &repo));
        refused.assert_says(3, &[&data.to_string_lossy(), "cannot be written", "--data"]);
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine\n");
}

#[test]
#[cfg(target_os = "linux")]
fn a_read_only_data_folder_is_refused_before_anything_is_touched() {
    let (repo, folder) = (repo(), tempfile::tempdir().unwrap());
    assert_eq!(RunningServer::start(&start(folder.path(), &repo)).terminate(), Some(0));
    let root = folder.path().to_string_lossy().into_owned();
    let read_only = start(folder.path(), &repo).with_read_only(&root);
    RefusedStart::of(&read_only).assert_says(3, &[&root, "cannot be written", "--data"]);
    assert_eq!(RunningServer::start(&start(folder.path(), &repo)).terminate(), Some(0));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_called_full() {
    let repo = repo();
    let data = "/mnt/pilothouse-full";
    // A file system with room for nothing: every folder fits, the first written block does not.
    let tiny =
        ["bwrap", "--dev-bind", "/", "/", "--size", "4096", "--tmpfs", "/mnt", "--die-with-parent", "--"];
    let refused = RefusedStart::of(&start(Path::new(data), &repo).under(&tiny));
    refused.assert_says(3, &[data, "full", "free some space"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_held_by_another_server_names_its_process_and_the_holder_goes_on() {
    let (repo, data) = (repo(), tempfile::tempdir().unwrap());
    let holder = RunningServer::start(&start(data.path(), &repo));
    RefusedStart::of(&start(data.path(), &repo)).assert_says(3, &[&holder.pid().to_string(), "--data"]);
    holder.say("dev", "/status").await;
    assert_eq!(messages(&holder).await, 1);
    // Killed without a word, it holds nothing any more.
    holder.kill();
    let next = RunningServer::start(&start(data.path(), &repo));
    assert_eq!(messages(&next).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_version_is_refused_and_left_as_it_is() {
    let (repo, data) = (repo(), tempfile::tempdir().unwrap());
    let server = RunningServer::start(&start(data.path(), &repo));
    server.say("dev", "/status").await;
    assert_eq!(server.terminate(), Some(0));
    let database = data.path().join("pilothouse.db");
    let known = set_version(&database, 999);
    let before = std::fs::read(&database).unwrap();
    RefusedStart::of(&start(data.path(), &repo))
        .assert_says(3, &["newer", "999", "Update Pilothouse", "--data"]);
    assert_eq!(std::fs::read(&database).unwrap(), before, "not a byte was changed");
    set_version(&database, known);
    let server = RunningServer::start(&start(data.path(), &repo));
    assert_eq!(messages(&server).await, 1, "nothing was lost");
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let (repo, data) = (repo(), tempfile::tempdir().unwrap());
    let database = data.path().join("pilothouse.db");
    let text = "my shopping list\n".repeat(1_000);
    std::fs::write(&database, &text).unwrap();
    RefusedStart::of(&start(data.path(), &repo)).assert_says(3, &["not a database", "--data"]);
    assert_eq!(std::fs::read_to_string(&database).unwrap(), text);
}

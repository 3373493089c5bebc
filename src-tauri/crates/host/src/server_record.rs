//! How a client finds its server, and how a repository knows it.
//!
//! `server.json` in the data folder names the running server; `.git/pilothouse.json` in a repository's git
//! folder names the server that has it open. Both hold paths and addresses, never a secret. A record can
//! outlive its writer (a kill, a power cut), so readers ask `is_live` and then the server itself.

use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::HostError;
use crate::atomic_file;
use crate::paths::DataFolder;
use crate::spawn;

/// A workspace the server serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedWorkspace {
    pub id: String,
    pub repo_root: PathBuf,
}

/// The running server of a data folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerRecord {
    /// `http://127.0.0.1:PORT`
    pub url: String,
    pub token_file: PathBuf,
    pub pid: u32,
    pub workspaces: Vec<RecordedWorkspace>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_url: Option<String>,
}

/// The server that has a repository open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RepoEndpoint {
    pub url: String,
    pub workspace_id: String,
    pub data: PathBuf,
    pub pid: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_url: Option<String>,
}

/// What a record says about its writer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found<T> {
    Nothing,
    /// The writer's process is gone.
    Stale(T),
    Live(T),
}

fn server_path(data: &DataFolder) -> PathBuf {
    data.root().join("server.json")
}

fn repo_path(git_dir: &Path) -> PathBuf {
    git_dir.join("pilothouse.json")
}

/// Replaces `server.json`.
pub fn write_server(data: &DataFolder, record: &ServerRecord) -> Result<(), HostError> {
    write(&server_path(data), record)
}

/// Reads `server.json` of a data folder that may not exist.
pub fn read_server(data_root: &Path) -> Result<Found<ServerRecord>, HostError> {
    read(&data_root.join("server.json"), |record: &ServerRecord| record.pid)
}

/// Removes `server.json` if this process wrote it; a successor's record stays.
pub fn remove_server(data: &DataFolder) -> Result<(), HostError> {
    remove_own(&server_path(data), |record: &ServerRecord| record.pid)
}

/// Replaces `pilothouse.json` in a repository's git folder.
pub fn write_repo(git_dir: &Path, endpoint: &RepoEndpoint) -> Result<(), HostError> {
    write(&repo_path(git_dir), endpoint)
}

pub fn read_repo(git_dir: &Path) -> Result<Found<RepoEndpoint>, HostError> {
    read(&repo_path(git_dir), |endpoint: &RepoEndpoint| endpoint.pid)
}

pub fn remove_repo(git_dir: &Path) -> Result<(), HostError> {
    remove_own(&repo_path(git_dir), |endpoint: &RepoEndpoint| endpoint.pid)
}

fn write<T: Serialize>(path: &Path, record: &T) -> Result<(), HostError> {
    let text = serde_json::to_vec_pretty(record)
        .map_err(|error| HostError::Record { path: path.to_path_buf(), cause: error.to_string() })?;
    atomic_file::write(path, &text)
}

fn read<T: DeserializeOwned>(path: &Path, pid: impl Fn(&T) -> u32) -> Result<Found<T>, HostError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(HostError::file("read", path)(error)),
    };
    let record: T = serde_json::from_slice(&bytes)
        .map_err(|error| HostError::Record { path: path.to_path_buf(), cause: error.to_string() })?;
    let written = fs::metadata(path).and_then(|facts| facts.modified()).ok();
    let alive = spawn::process_is_alive(pid(&record)) && !started_after(pid(&record), written);
    Ok(if alive { Found::Live(record) } else { Found::Stale(record) })
}

fn remove_own<T: DeserializeOwned>(path: &Path, pid: impl Fn(&T) -> u32) -> Result<(), HostError> {
    let Ok(bytes) = fs::read(path) else { return Ok(()) };
    match serde_json::from_slice::<T>(&bytes) {
        Ok(record) if pid(&record) == std::process::id() => {
            fs::remove_file(path).map_err(HostError::file("remove", path))
        }
        _ => Ok(()),
    }
}

/// A process that started after the record was written only inherited the writer's number.
fn started_after(pid: u32, written: Option<std::time::SystemTime>) -> bool {
    let slack = std::time::Duration::from_secs(2);
    match (spawn::process_start(pid), written) {
        (Some(started), Some(written)) => started > written + slack,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(pid: u32) -> ServerRecord {
        ServerRecord {
            url: "http://127.0.0.1:3001".into(),
            token_file: "/d/secrets/local.token".into(),
            pid,
            workspaces: vec![RecordedWorkspace { id: "w1".into(), repo_root: "/r".into() }],
            open_url: None,
        }
    }

    #[test]
    fn a_record_has_the_documented_names_and_is_live_while_its_writer_is() {
        let temp = tempfile::tempdir().unwrap();
        let data = DataFolder::open(temp.path()).unwrap();
        assert_eq!(read_server(data.root()).unwrap(), Found::Nothing);
        let mine = record(std::process::id());
        write_server(&data, &mine).unwrap();
        assert_eq!(read_server(data.root()).unwrap(), Found::Live(mine));
        let text = fs::read_to_string(data.root().join("server.json")).unwrap();
        assert!(text.contains("\"tokenFile\"") && text.contains("\"repoRoot\"") && !text.contains("openUrl"));
        remove_server(&data).unwrap();
        assert_eq!(read_server(data.root()).unwrap(), Found::Nothing);
    }

    #[test]
    fn a_dead_writers_record_is_stale_and_not_ours_to_remove() {
        let temp = tempfile::tempdir().unwrap();
        let data = DataFolder::open(temp.path()).unwrap();
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        write_server(&data, &record(pid)).unwrap();
        assert_eq!(read_server(data.root()).unwrap(), Found::Stale(record(pid)));
        remove_server(&data).unwrap();
        assert_ne!(read_server(data.root()).unwrap(), Found::Nothing);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_that_only_has_the_same_number_does_not_make_a_record_live() {
        let temp = tempfile::tempdir().unwrap();
        let data = DataFolder::open(temp.path()).unwrap();
        write_server(&data, &record(std::process::id())).unwrap();
        let file = fs::File::options().write(true).open(data.root().join("server.json")).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000)).unwrap();
        assert!(matches!(read_server(data.root()).unwrap(), Found::Stale(_)));
    }

    #[test]
    fn half_a_record_is_an_error_that_names_the_file() {
        let temp = tempfile::tempdir().unwrap();
        fs::write(temp.path().join("pilothouse.json"), "{\"url\":").unwrap();
        let error = read_repo(temp.path()).unwrap_err();
        assert_eq!(error.code(), "host.record");
        assert!(error.to_string().contains("pilothouse.json"));
    }
}

//! The folder of a job that a person has taken over, opened from the job's page: the page goes to
//! `pilothouse://taken/<job>`, which leads nowhere and opens what the server of this machine calls that job's folder.
//!
//! A page names a job and never a path, so nothing else can be opened from it; the page of a server elsewhere opens
//! nothing, because its folders are not here. Links from outside of the program do not come here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tauri::{AppHandle, Manager as _, Url, async_runtime};

use crate::shell::Shell;
use crate::{deep_link, wish};

/// The job whose folder an address asks for; none for any other address.
pub fn asked(target: &Url) -> Option<String> {
    let id = target.as_str().strip_prefix("pilothouse://taken/")?;
    deep_link::is_id(id).then(|| id.to_owned())
}

/// Opens the folder of a job in the person's own program for folders, or says why not.
pub fn open(app: &AppHandle, job: String) {
    let app = app.clone();
    async_runtime::spawn_blocking(move || {
        if let Err(error) = find(&app, &job).and_then(|folder| Ok(open::that_detached(folder)?)) {
            tracing::warn!(%error, job, "the folder was not opened");
            wish::tell(&app, &format!("The folder was not opened: {error:#}"));
        }
    });
}

fn find(app: &AppHandle, job: &str) -> Result<PathBuf> {
    let shell = app.state::<Arc<Shell>>();
    ensure!(!shell.shows_hub(), "it is on another machine");
    let address = shell.address().context("the server does not run")?;
    let shown = address.door().call("jobs.get", &json!({ "id": job }))?;
    let folder = folder_of(&shown, job)?;
    // What is handed over must be a folder and nothing that is started: neither a link nor a program in folder's form.
    let kind = std::fs::symlink_metadata(&folder).context("it is not there")?;
    ensure!(kind.is_dir(), "it is no folder");
    Ok(folder)
}

/// What the server says of the job.
fn folder_of(job: &Value, id: &str) -> Result<PathBuf> {
    ensure!(job["id"] == id, "the server knows another job");
    let taken = &job["taken"];
    ensure!(
        matches!(taken["state"].as_str(), Some("yours" | "handed_back")),
        "nobody has taken this job over"
    );
    let path = Path::new(taken["path"].as_str().unwrap_or_default());
    let plain = path.is_absolute() && path.file_name().is_some() && path.extension().is_none();
    ensure!(plain, "the server names no folder");
    Ok(path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_job_can_be_asked_for_and_only_by_its_id() {
        let of = |address: &str| Url::parse(address).ok().and_then(|url| asked(&url));
        assert_eq!(of("pilothouse://taken/0199-ab_c").as_deref(), Some("0199-ab_c"));
        for odd in [
            "pilothouse://taken/",
            "pilothouse://taken",
            "pilothouse://taken/..",
            "pilothouse://taken/a/b",
            "pilothouse://taken/%2e%2e",
            "pilothouse://taken/a?path=/etc",
            "pilothouse://taken/a#b",
            "pilothouse://user@taken/a",
            "pilothouse://job/a",
            "file:///etc/passwd",
            "http://taken/a",
        ] {
            assert_eq!(of(odd), None, "{odd}");
        }
    }

    #[test]
    fn only_the_folder_of_a_job_that_was_taken_over_is_opened() {
        let root = if cfg!(windows) { "C:\\data\\taken\\j1" } else { "/data/taken/j1" };
        let job = |state: &str, path: &str| json!({ "id": "j1", "taken": { "state": state, "path": path } });
        assert_eq!(folder_of(&job("yours", root), "j1").unwrap(), Path::new(root));
        assert!(folder_of(&job("yours", root), "j2").is_err(), "another job's");
        assert!(folder_of(&job("coming", root), "j1").is_err(), "it is not there yet");
        assert!(folder_of(&json!({ "id": "j1" }), "j1").is_err(), "nobody took it over");
        for odd in ["", "taken/j1", "../j1", "/", &format!("{root}.app")] {
            assert!(folder_of(&job("yours", odd), "j1").is_err(), "{odd}");
        }
    }
}

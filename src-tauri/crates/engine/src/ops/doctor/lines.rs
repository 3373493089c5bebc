//! Lines that are the same whether a server runs or not.

use host::config::Workers;
use host::sandbox::container::{self, Looked};
use host::sandbox::{NoSandbox, Preference, SelectedSandbox};
use protocol::ApiError;
use protocol::doctor::{DoctorLine, Finding};
use protocol::keys::{KeyPlace, KeyState, KeychainShown, SavedKey};
use repo::Git;
use std::path::Path;

pub(super) fn line(id: &str, title: &str, finding: Finding, detail: String, fix: Option<&str>) -> DoctorLine {
    DoctorLine { id: id.into(), title: title.into(), finding, detail, fix: fix.map(str::to_owned) }
}

pub(super) fn git(found: Option<&Git>, problem: Option<&ApiError>) -> DoctorLine {
    match found {
        Some(git) => {
            let detail = format!("git {} at {}", git.version(), git.program().display());
            line("git", "Git", Finding::Ok, detail, None)
        }
        None => line(
            "git",
            "Git",
            Finding::Problem,
            problem.map(|p| p.message.clone()).unwrap_or_default(),
            Some("Install git 2.38 or newer, then start Pilothouse again."),
        ),
    }
}

pub(super) fn sandbox(found: &Result<SelectedSandbox, NoSandbox>) -> DoctorLine {
    match found {
        Ok(selected) if selected.sandbox.confines() => {
            let words = &selected.isolation;
            let detail = format!(
                "{}: files {}, network {}, limits {}, ended by {}",
                words.backend, words.fs, words.net, words.limits, words.kill
            );
            line("sandbox", "Sandbox", Finding::Ok, detail, None)
        }
        Ok(_) => line(
            "sandbox",
            "Sandbox",
            Finding::Warning,
            "Repository code runs as plain host processes in this run.".into(),
            Some("Start without --sandbox host to confine it."),
        ),
        Err(none) => line("sandbox", "Sandbox", Finding::Problem, none.reason.clone(), Some(&none.fix)),
    }
}

/// The container engine and its image. Nobody needs them where another sandbox works, so without them it says only
/// how things are.
pub(super) async fn containers(workers: &Workers) -> DoctorLine {
    let (id, title) = ("containers", "Containers");
    let asked = workers.sandbox == Preference::Container;
    let lacking = if asked { Finding::Problem } else { Finding::Ok };
    match container::look(&crate::confinement::wish(workers)).await {
        Looked::NoEngine(none) => line(id, title, lacking, none.reason, asked.then_some(none.fix.as_str())),
        Looked::NoImage { engine, image, fix } => {
            let detail = format!("{}; image {image} is not here", engine.facts.sentence());
            let finding = if asked { Finding::Problem } else { Finding::Warning };
            line(id, title, finding, detail, Some(&fix))
        }
        Looked::Broken { engine, cause } => {
            let detail = format!("{}: {cause}", engine.facts.sentence());
            line(id, title, Finding::Warning, detail, Some("Look at it with `docker info` and its log."))
        }
        Looked::Ready { engine, image } => {
            let limits = match engine.facts.limits_hold() {
                true => "limits hold",
                false => "its limits are not enforced here (a rootless engine needs cgroup v2)",
            };
            let detail = format!("{}; image {}; {limits}", engine.facts.sentence(), image.reference);
            match image.is_stale() {
                true => line(
                    id,
                    title,
                    Finding::Warning,
                    format!("{detail}; the image was built by another version"),
                    Some("Build it anew with `pilothouse doctor --fix`."),
                ),
                false => line(id, title, Finding::Ok, detail, None),
            }
        }
    }
}

pub(super) fn data(folder: &Path) -> DoctorLine {
    match host::paths::writable(folder) {
        Ok(()) => line("data", "Data folder", Finding::Ok, folder.display().to_string(), None),
        Err(error) => line(
            "data",
            "Data folder",
            Finding::Problem,
            error.to_string(),
            Some("Free some space or choose another folder with --data."),
        ),
    }
}

/// Where saved keys are, and whether they open.
pub(super) fn keys(chain: &KeychainShown, saved: &[SavedKey]) -> DoctorLine {
    let bad = |key: &&SavedKey| matches!(key.state, KeyState::Locked | KeyState::Gone);
    let (id, title) = ("keys", "Saved keys");
    if let Some(key) = saved.iter().find(bad) {
        return line(
            id,
            title,
            Finding::Problem,
            format!("The key of {} cannot be used. {}", key.role, key.detail),
            Some(chain.fix.as_deref().unwrap_or("Save it again in Settings, Models.")),
        );
    }
    let count = match saved.len() {
        0 => "None is saved.".to_owned(),
        n => format!("Saved: {}.", protocol::count(n, "key", "keys")),
    };
    let lasting = matches!(chain.place, Some(KeyPlace::System | KeyPlace::File));
    let finding = match lasting && chain.fix.is_none() {
        true => Finding::Ok,
        false => Finding::Warning,
    };
    line(id, title, finding, format!("{} {count}", chain.detail), chain.fix.as_deref())
}

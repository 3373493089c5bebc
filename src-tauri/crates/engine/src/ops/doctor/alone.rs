//! The doctor where no server answers: what can be seen from outside, and whether one could start.

use super::lines::{self, line};
use crate::Options;
use host::HostError;
use host::data_lock::DataLock;
use host::ids::{Ids, SystemIds};
use host::paths::DataFolder;
use host::sandbox::Preference;
use host::server_record::{self, Found};
use protocol::ApiError;
use protocol::doctor::{DoctorLine, DoctorReport, Finding};
use std::path::{Path, PathBuf};

/// Looks at this machine by itself. `silent` is what a recorded server answered instead of an answer.
pub async fn doctor_without_server(options: &Options, silent: Option<&ApiError>) -> DoctorReport {
    let own = options.own();
    let folder = options.data_folder();
    let mut all = vec![match &folder {
        Ok(folder) => server(folder, silent),
        Err(_) => line("server", "Server", Finding::Warning, "not running".into(), None),
    }];
    if let Err(error) = &own {
        all.push(line(
            "configuration",
            "Configuration",
            Finding::Problem,
            error.to_string(),
            Some("Correct it there; a server does not start with it."),
        ));
    }
    match Scratch::new() {
        Ok(scratch) => {
            let path = options.variable("PATH").unwrap_or("/usr/local/bin:/usr/bin:/bin").into();
            let git = repo::Git::on_path(path, &scratch.0.join("git-home")).map_err(crate::git::api);
            all.push(lines::git(git.as_ref().ok(), git.as_ref().err()));
            all.push(lines::sandbox(&match &own {
                Ok(own) => {
                    let workers = &own.config.workers;
                    let found = crate::confinement::find(workers, &scratch.0).await;
                    crate::confinement::worded(workers, found.known())
                }
                Err(_) => host::sandbox::detect(Preference::Auto, &scratch.0).await,
            }));
            if let Ok(own) = &own {
                all.push(lines::containers(&own.config.workers).await);
            }
        }
        Err(error) => all.push(line(
            "temporary",
            "Temporary folder",
            Finding::Problem,
            format!("{} cannot be written: {error}.", std::env::temp_dir().display()),
            Some("Make it writable, or name another with TMPDIR."),
        )),
    }
    all.push(match &folder {
        Ok(folder) => data(folder),
        Err(error) => line("data", "Data folder", Finding::Problem, error.to_string(), None),
    });
    if let (Ok(folder), Ok(own)) = (&folder, &own) {
        let shown =
            crate::keys::chain_of(options, &own.config, folder.join("secrets/keys.sealed")).look().await;
        all.push(lines::keys(&shown, &[]));
    }
    DoctorReport { ok: all.iter().all(|line| line.finding != Finding::Problem), lines: all }
}

fn server(folder: &Path, silent: Option<&ApiError>) -> DoctorLine {
    let problem = |detail: String, fix: &str| line("server", "Server", Finding::Problem, detail, Some(fix));
    let record = match server_record::read_server(folder) {
        Ok(record) => record,
        Err(error) => {
            return problem(
                format!("not found: {error}"),
                "Remove server.json there, then start Pilothouse.",
            );
        }
    };
    if let Found::Live(record) = &record {
        let why = silent.map(|error| format!(": {}", error.message)).unwrap_or_default();
        return problem(
            format!("process {} at {} does not answer{why}", record.pid, record.url),
            "End that process, then start Pilothouse again; nothing acknowledged is lost.",
        );
    }
    match held(folder) {
        Some(error) => problem(
            format!("not answering, and not gone: {error}"),
            "It may be starting or stopping. If that lasts, end that process.",
        ),
        None => {
            let before = match record {
                Found::Stale(record) => {
                    format!("; the last one, process {}, did not end by itself", record.pid)
                }
                Found::Nothing | Found::Live(_) => String::new(),
            };
            let detail = format!("not running{before}");
            line("server", "Server", Finding::Warning, detail, Some("Start one with `pilothouse serve`."))
        }
    }
}

/// Who holds an existing folder. The lock is taken and given back at once: nothing else tells for certain.
fn held(folder: &Path) -> Option<HostError> {
    if !folder.is_dir() {
        return None;
    }
    let tried = DataFolder::open(folder).and_then(|data| DataLock::acquire(&data));
    tried.err().filter(|error| matches!(error, HostError::DataFolderHeld { .. }))
}

fn data(folder: &Path) -> DoctorLine {
    if folder.is_dir() {
        return lines::data(folder);
    }
    // The nearest folder that is there decides whether the others can be made.
    let above = folder.ancestors().find(|above| above.is_dir()).unwrap_or(Path::new("/"));
    match host::paths::writable(above) {
        Ok(()) => {
            let detail = format!("{} is made at the first start", folder.display());
            line("data", "Data folder", Finding::Ok, detail, None)
        }
        Err(error) => line(
            "data",
            "Data folder",
            Finding::Problem,
            format!("{} cannot be made: {error}", folder.display()),
            Some("Choose another folder with --data."),
        ),
    }
}

/// A folder of ours that goes with this value.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> std::io::Result<Self> {
        let folder = std::env::temp_dir().join(format!("pilothouse-doctor-{}", SystemIds.uuid()));
        host::paths::private_folder(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind is an empty folder among temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

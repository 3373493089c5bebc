//! `pilothouse service install | uninstall | status`: the server kept running by the system, for this user.

use crate::flags::{Install, Sandbox, Serve, ServiceCommand};
use crate::output;
use clap::ValueEnum as _;
use host::background::{Background, BackgroundError, Environment, Removed, Status, System, Wanted};
use host::server_record::{self, Found, ServerRecord};
use serde_json::json;
use server::Options;
use std::path::{Path, PathBuf};

/// What the server reads beside its flags; a value set in this terminal would be lost at the next login.
const KEPT: &[&str] = &["PATH", "PILOTHOUSE_CONFIG_DIR", "PILOTHOUSE_PROFILE"];

pub(crate) async fn run(data: Option<PathBuf>, what: ServiceCommand, as_json: bool) -> u8 {
    let done = match what {
        ServiceCommand::Install(flags) => install(data, flags, as_json).await,
        ServiceCommand::Uninstall => uninstall(as_json).await,
        ServiceCommand::Status => status(data, as_json).await,
    };
    done.unwrap_or_else(|problem| {
        if as_json {
            output::json(&json!({ "code": problem.code, "message": problem.text }));
        }
        tell!("pilothouse: {} ({})", problem.text, problem.code);
        1
    })
}

struct Problem {
    code: &'static str,
    text: String,
}

impl From<BackgroundError> for Problem {
    fn from(error: BackgroundError) -> Self {
        Self { code: error.code(), text: format!("{error}.") }
    }
}

impl From<host::HostError> for Problem {
    fn from(error: host::HostError) -> Self {
        BackgroundError::from(error).into()
    }
}

async fn install(data: Option<PathBuf>, flags: Install, as_json: bool) -> Result<u8, Problem> {
    let background = ours()?;
    let data = Options { data, ..Options::default() }.data_folder()?;
    let wanted = wanted(&data, &flags.serve)?;
    let before = background.status().await?;
    // Two servers cannot share a data folder: a start would fail until the other one ends.
    let other = live(&data)?.filter(|record| Some(record.pid) != before.pid);
    let start = !flags.no_start && other.is_none();
    background.install(&wanted, start).await?;
    let running = if start { live(&data)? } else { other.clone() };
    if as_json {
        output::json(&json!({
            "installed": true, "started": start, "system": before.system, "file": background.file(),
            "data": data, "url": running.map(|record| record.url),
            "otherServer": other.map(|record| record.pid),
        }));
        return Ok(0);
    }
    say!("Installed for {}: {}", before.system, background.file().display());
    match (&other, start, running) {
        (Some(other), ..) => say!(
            "Not started: the server of process {} has {} open. The service takes over at the next login, or when you stop that one and run `pilothouse service install` again.",
            other.pid,
            data.display()
        ),
        (None, true, Some(record)) => {
            say!("It runs on {}. `pilothouse open` prints a link that signs a browser in.", record.url)
        }
        (None, true, None) => say!("It was started. `pilothouse service status` says how it is."),
        (None, false, _) => say!("It starts at the next login."),
    }
    if before.system == System::Systemd.name() {
        say!("It ends when you log out, unless you allow it to stay: loginctl enable-linger");
    }
    Ok(0)
}

async fn uninstall(as_json: bool) -> Result<u8, Problem> {
    let background = ours()?;
    let removed = background.uninstall().await?;
    if as_json {
        let untold = match &removed {
            Removed::FileOnly(cause) => Some(cause),
            Removed::NothingThere | Removed::Removed => None,
        };
        output::json(&json!({ "removed": removed != Removed::NothingThere, "notTold": untold }));
        return Ok(0);
    }
    match removed {
        Removed::NothingThere => say!("Nothing is installed."),
        Removed::Removed => say!("Stopped and removed. The data folder stays as it is."),
        Removed::FileOnly(cause) => say!(
            "{} is removed. The system could not be told ({cause}): a server that runs goes on until it ends.",
            background.file().display()
        ),
    }
    Ok(0)
}

/// Exit code 0 when it is installed and nothing says that it does not run, else 1.
async fn status(data: Option<PathBuf>, as_json: bool) -> Result<u8, Problem> {
    let status = ours()?.status().await?;
    let data = Options { data, ..Options::default() }.data_folder()?;
    let server = live(&data)?;
    let code = u8::from(!status.installed || status.running == Some(false));
    if as_json {
        output::json(&json!({
            "installed": status.installed, "enabled": status.enabled, "running": status.running,
            "pid": status.pid, "system": status.system, "file": status.file, "problem": status.problem,
            "data": data,
            "server": server.map(|record| json!({ "url": record.url, "pid": record.pid })),
        }));
        return Ok(code);
    }
    tell(&status, &data, server.as_ref());
    Ok(code)
}

fn tell(status: &Status, data: &Path, server: Option<&ServerRecord>) {
    if status.installed {
        say!("service   installed for {}: {}", status.system, status.file.display());
    } else {
        say!("service   not installed; `pilothouse service install` does that");
    }
    match (status.enabled, &status.problem) {
        (_, Some(problem)) => say!("login     unknown: {} cannot be reached ({problem})", status.system),
        (Some(true), None) => say!("login     starts at login"),
        (_, None) => say!("login     does not start at login"),
    }
    match (status.running, status.pid) {
        (Some(true), Some(pid)) => say!("running   yes, process {pid}"),
        (Some(true), None) => say!("running   yes"),
        (Some(false), _) => say!("running   no"),
        (None, _) => say!("running   not known to {}", status.system),
    }
    match server {
        Some(record) => say!("server    {} (process {})", record.url, record.pid),
        None => say!("server    none on {}", data.display()),
    }
}

fn ours() -> Result<Background, BackgroundError> {
    let system = System::here().ok_or(BackgroundError::UnknownSystem)?;
    Background::new(system, Environment::of_process())
}

fn live(data: &Path) -> Result<Option<ServerRecord>, host::HostError> {
    Ok(match server_record::read_server(data)? {
        Found::Live(record) => Some(record),
        Found::Nothing | Found::Stale(_) => None,
    })
}

/// `pilothouse serve` with these flags, by paths that mean the same from everywhere.
fn wanted(data: &Path, serve: &Serve) -> Result<Wanted, BackgroundError> {
    let program = std::env::current_exe().map_err(|source| host::HostError::File {
        action: "find",
        path: PathBuf::from("this program"),
        source,
    })?;
    let program = text(&program)?;
    if program.contains("/.mount_") {
        let cause =
            "it lies in an AppImage that is unpacked only while it runs; install a package or the archive";
        return Err(BackgroundError::Unwritable { text: program, cause });
    }
    let mut args = vec!["serve".to_owned(), "--data".to_owned(), text(data)?];
    let mut flag = |name: &str, value: String| args.extend([name.to_owned(), value]);
    for repo in &serve.repo {
        let path = std::path::absolute(repo).map_err(|source| host::HostError::File {
            action: "resolve",
            path: repo.clone(),
            source,
        })?;
        flag("--repo", text(&path)?);
    }
    if let Some(host) = serve.host {
        flag("--host", host.to_string());
    }
    if let Some(port) = serve.port {
        flag("--port", port.to_string());
    }
    if let Some(workers) = serve.workers {
        flag("--workers", workers.to_string());
    }
    if let Some(name) = serve.sandbox.as_ref().and_then(Sandbox::to_possible_value) {
        flag("--sandbox", name.get_name().to_owned());
    }
    if serve.trust {
        args.push("--trust".to_owned());
    }
    let mut environment = Vec::new();
    for name in KEPT {
        if let Some(value) = std::env::var_os(name).filter(|value| !value.is_empty()) {
            environment.push(((*name).to_owned(), text(Path::new(&value))?));
        }
    }
    let log = match host::paths::user_home() {
        Some(home) => text(&home.join("Library/Logs/pilothouse.log"))?,
        None => String::new(),
    };
    Ok(Wanted { program, args, environment, log })
}

fn text(path: &Path) -> Result<String, BackgroundError> {
    let cause = "it is not valid Unicode";
    let unwritable = || BackgroundError::Unwritable { text: path.to_string_lossy().into_owned(), cause };
    path.to_str().map(str::to_owned).ok_or_else(unwritable)
}

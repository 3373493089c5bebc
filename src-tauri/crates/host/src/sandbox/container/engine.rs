//! Finding the engine that answers, and learning what it is.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use bollard::{API_DEFAULT_VERSION, Docker};
use tokio::time::timeout;

use super::contexts;
use super::endpoint::{Candidate, Endpoint, Surroundings, candidates};
use super::facts::{EngineFacts, too_old};
use crate::sandbox::NoSandbox;

/// How long each place gets to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);
/// For requests that do work: making and removing containers on a loaded machine.
const REQUEST_SECONDS: u64 = 120;

/// An engine that answered, and what it said about itself.
#[derive(Debug, Clone)]
pub struct Engine {
    pub(super) docker: Docker,
    pub facts: EngineFacts,
}

/// Why a place is not an engine we can use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Silent {
    #[error("nothing is there")]
    Absent,
    #[error("its socket is there, and no engine listens")]
    NotRunning,
    #[error("permission denied")]
    Denied,
    #[error("no answer in time")]
    Slow,
    #[error("it speaks API {api}, and {} or newer is needed", super::facts::OLDEST_API)]
    TooOld { api: String },
    #[error("it runs {os} containers, and Linux ones are needed")]
    NotLinux { os: String },
    #[error("{0}")]
    Refused(super::endpoint::Refused),
    #[error("{0}")]
    Strange(String),
}

/// A place that was tried in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    pub candidate: Candidate,
    pub why: Silent,
}

/// What discovery knows, read from this process's environment.
pub fn surroundings(configured: Option<&str>) -> Surroundings {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let home = directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
    let folder =
        variable("DOCKER_CONFIG").map(Into::into).or_else(|| home.as_ref().map(|h| h.join(".docker")));
    let chosen = variable("DOCKER_CONTEXT");
    Surroundings {
        configured: configured.map(str::to_owned),
        docker_host: variable("DOCKER_HOST"),
        context: folder.and_then(|folder| contexts::address(&folder, chosen.as_deref())),
        home,
        runtime_dir: variable("XDG_RUNTIME_DIR").map(Into::into),
        windows: cfg!(windows),
    }
}

/// The first place that answers as an engine we can use. Places where nothing is cost no time.
pub async fn find(around: &Surroundings) -> Result<Engine, Vec<Tried>> {
    let mut tried = Vec::new();
    for candidate in candidates(around) {
        match answer(&candidate).await {
            Ok(engine) => return Ok(engine),
            Err(why) => tried.push(Tried { candidate, why }),
        }
    }
    Err(tried)
}

async fn answer(candidate: &Candidate) -> Result<Engine, Silent> {
    let endpoint = candidate.endpoint.as_ref().map_err(|refused| Silent::Refused(refused.clone()))?;
    reachable(endpoint).await?;
    let docker = connect(endpoint)?;
    // Somebody listens there by now; on a loaded machine the first answer takes its time.
    timeout(ANSWER_WITHIN * 4, docker.ping()).await.map_err(|_| Silent::Slow)?.map_err(strange)?;
    // Podman starts other programs to answer this.
    let asked = timeout(ANSWER_WITHIN * 10, docker.version()).await.map_err(|_| Silent::Slow)?;
    let version = asked.map_err(strange)?;
    if let Some(api) = too_old(&version) {
        return Err(Silent::TooOld { api });
    }
    let docker = docker.negotiate_version().await.map_err(strange)?;
    // Counts containers and images, which takes a moment on a busy engine.
    let info =
        timeout(ANSWER_WITHIN * 10, docker.info()).await.map_err(|_| Silent::Slow)?.map_err(strange)?;
    let facts = EngineFacts::read(candidate, &version, &info);
    if facts.os != "linux" {
        return Err(Silent::NotLinux { os: facts.os });
    }
    Ok(Engine { docker, facts })
}

fn connect(endpoint: &Endpoint) -> Result<Docker, Silent> {
    let made = match endpoint {
        Endpoint::Tcp(address) => {
            Docker::connect_with_http(&format!("tcp://{address}"), REQUEST_SECONDS, API_DEFAULT_VERSION)
        }
        Endpoint::Unix(path) => socket(path),
        Endpoint::Pipe(name) => pipe(name),
    };
    made.map_err(strange)
}

#[cfg(unix)]
fn socket(path: &Path) -> Result<Docker, bollard::errors::Error> {
    Docker::connect_with_unix(&format!("unix://{}", path.display()), REQUEST_SECONDS, API_DEFAULT_VERSION)
}

#[cfg(not(unix))]
fn socket(path: &Path) -> Result<Docker, bollard::errors::Error> {
    Err(bollard::errors::Error::SocketNotFoundError(path.display().to_string()))
}

#[cfg(windows)]
fn pipe(name: &str) -> Result<Docker, bollard::errors::Error> {
    Docker::connect_with_named_pipe(&format!("npipe://{name}"), REQUEST_SECONDS, API_DEFAULT_VERSION)
}

#[cfg(not(windows))]
fn pipe(name: &str) -> Result<Docker, bollard::errors::Error> {
    Err(bollard::errors::Error::SocketNotFoundError(name.to_owned()))
}

/// The client hides why a connection failed; the system's own word for it decides the next step.
async fn reachable(endpoint: &Endpoint) -> Result<(), Silent> {
    use std::io::ErrorKind;
    let opened: std::io::Result<()> = match endpoint {
        #[cfg(unix)]
        Endpoint::Unix(path) => timeout(ANSWER_WITHIN, tokio::net::UnixStream::connect(path))
            .await
            .map_err(|_| Silent::Slow)?
            .map(drop),
        Endpoint::Tcp(address) => timeout(ANSWER_WITHIN, tokio::net::TcpStream::connect(address.as_str()))
            .await
            .map_err(|_| Silent::Slow)?
            .map(drop),
        #[cfg(windows)]
        Endpoint::Pipe(name) => std::fs::metadata(name.replace('/', "\\")).map(drop),
        _ => Err(ErrorKind::NotFound.into()),
    };
    opened.map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Silent::Absent,
        ErrorKind::ConnectionRefused if matches!(endpoint, Endpoint::Tcp(_)) => Silent::Absent,
        ErrorKind::ConnectionRefused => Silent::NotRunning,
        ErrorKind::PermissionDenied => Silent::Denied,
        _ => Silent::Strange(error.to_string()),
    })
}

fn strange(error: bollard::errors::Error) -> Silent {
    Silent::Strange(format!("it does not answer as an engine: {error}"))
}

/// The most telling of the reasons, in words, with the one next step and everything that was tried.
pub fn explain(tried: &[Tried]) -> NoSandbox {
    let rank = |tried: &&Tried| match tried.why {
        Silent::Denied => 0,
        Silent::TooOld { .. } | Silent::NotLinux { .. } => 1,
        Silent::Slow | Silent::Strange(_) => 2,
        Silent::NotRunning => 3,
        Silent::Refused(_) => 4,
        Silent::Absent => 5,
    };
    let Some(telling) = tried.iter().min_by_key(rank) else {
        return NoSandbox { reason: "no container engine was looked for".to_owned(), fix: next_install() };
    };
    let named = matches!(telling.candidate.from, "sandbox.engine" | "DOCKER_HOST");
    let mut reason = match (&telling.why, named) {
        (Silent::Absent, false) => "no container engine answers".to_owned(),
        (why, _) => {
            let Candidate { address, from, .. } = &telling.candidate;
            format!("the container engine at {address} ({from}) cannot be used: {why}")
        }
    };
    let others: Vec<_> =
        tried.iter().filter(|other| *other != telling || !reason.contains("cannot")).collect();
    if !others.is_empty() {
        reason.push_str("; tried");
        for (at, other) in others.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let _ = write!(reason, "{comma} {}", other.candidate.address);
            if other.why != Silent::Absent {
                let _ = write!(reason, " ({})", other.why);
            }
        }
    }
    NoSandbox { reason, fix: next(telling) }
}

fn next(tried: &Tried) -> String {
    let podman = tried.candidate.address.contains("podman");
    match &tried.why {
        Silent::Denied if podman => {
            "Start your own engine instead: systemctl --user enable --now podman.socket".to_owned()
        }
        Silent::Denied => {
            "Run: sudo usermod -aG docker $USER, then log in again (members of that group rule the \
                           machine), or start rootless Docker: dockerd-rootless-setuptool.sh install"
                .to_owned()
        }
        Silent::NotRunning if podman => "Start it: systemctl --user start podman.socket".to_owned(),
        Silent::NotRunning if cfg!(target_os = "linux") => {
            "The engine is not running; start it: sudo systemctl start docker".to_owned()
        }
        Silent::NotRunning => {
            "The engine is not running; start Docker Desktop, Colima, OrbStack or Podman".to_owned()
        }
        Silent::Absent => next_install(),
        Silent::TooOld { .. } => "Update Docker or Podman".to_owned(),
        Silent::NotLinux { .. } => "Switch Docker Desktop to Linux containers".to_owned(),
        Silent::Refused(super::endpoint::Refused::Unknown) => {
            "Write it as unix:///path/docker.sock, npipe:////./pipe/NAME or tcp://127.0.0.1:PORT".to_owned()
        }
        Silent::Refused(_) => {
            "Forward its socket to this machine (ssh -L /tmp/engine.sock:/var/run/docker.sock HOST) \
                               and name that; its files must be this machine's"
                .to_owned()
        }
        Silent::Slow | Silent::Strange(_) => {
            "Look at it with `docker info`, restart it, then try again".to_owned()
        }
    }
}

fn next_install() -> String {
    match std::env::consts::OS {
        "linux" => "Install Docker or Podman and start it, or name its socket in sandbox.engine",
        _ => "Start Docker Desktop, Colima, OrbStack or Podman, or name its socket in sandbox.engine",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(address: &str, why: Silent) -> Tried {
        let around = Surroundings { configured: Some(address.into()), ..Surroundings::default() };
        let mut candidate = candidates(&around).remove(0);
        candidate.from = "Docker";
        Tried { candidate, why }
    }

    #[test]
    fn the_reason_a_person_can_act_on_is_told_first() {
        let all = [
            tried("unix:///a", Silent::Absent),
            tried("unix:///b", Silent::Denied),
            tried("unix:///c", Silent::NotRunning),
        ];
        let none = explain(&all);
        assert!(
            none.reason
                .starts_with("the container engine at unix:///b (Docker) cannot be used: permission denied"),
            "{none}"
        );
        assert!(none.reason.contains("tried unix:///a, unix:///c (its socket"), "{none}");
        assert!(none.fix.contains("usermod -aG docker"), "{none}");
        let none = explain(&all[..1]);
        assert_eq!(none.reason, "no container engine answers; tried unix:///a");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_place_says_why_it_is_no_engine() {
        use std::os::unix::net::UnixListener;
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        drop(UnixListener::bind(path("stale")).unwrap());
        let mute = UnixListener::bind(path("mute")).unwrap();
        let rude = UnixListener::bind(path("rude")).unwrap();
        std::thread::spawn(move || {
            use std::io::{Read as _, Write as _};
            while let Ok((mut caller, _)) = rude.accept() {
                let _ = caller.read(&mut [0; 512]);
                let _ = caller.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
            }
        });
        for (name, expected) in
            [("none", Silent::Absent), ("stale", Silent::NotRunning), ("mute", Silent::Slow)]
        {
            let around = Surroundings {
                configured: Some(path(name).display().to_string()),
                ..Surroundings::default()
            };
            assert_eq!(find(&around).await.unwrap_err()[0].why, expected, "{name}");
        }
        let around =
            Surroundings { configured: Some(path("rude").display().to_string()), ..Surroundings::default() };
        let why = find(&around).await.unwrap_err().remove(0).why;
        assert!(
            matches!(&why, Silent::Strange(text) if text.contains("does not answer as an engine")),
            "{why}"
        );
        drop(mute);
    }
}

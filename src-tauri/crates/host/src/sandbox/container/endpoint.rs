//! Where a container engine may listen: a pure list, best guess first. Nothing is opened here.

use std::path::{Path, PathBuf};

/// How an engine is spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    Unix(PathBuf),
    /// A Windows named pipe, as `//./pipe/docker_engine`.
    Pipe(String),
    /// `host:port`, loopback only: the protocol there has neither a key nor a password.
    Tcp(String),
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Pipe(name) => write!(f, "npipe:{name}"),
            Self::Tcp(address) => write!(f, "tcp://{address}"),
        }
    }
}

/// An address that is never tried, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("an engine across the network is only spoken to over TLS, which this build does not do")]
    Remote,
    #[error("an address of the form ssh:// is not spoken")]
    Ssh,
    #[error("not an address of an engine")]
    Unknown,
}

/// One place to look, and who named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// As it was written, or as it is usually written.
    pub address: String,
    pub from: &'static str,
    pub endpoint: Result<Endpoint, Refused>,
}

/// What discovery knows about the machine; taken once, so that the list is a function of it.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// `sandbox.engine`: when it is set nothing else is tried.
    pub configured: Option<String>,
    /// `DOCKER_HOST`.
    pub docker_host: Option<String>,
    /// The address of the current Docker context, if it is not the default one.
    pub context: Option<String>,
    pub home: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`.
    pub runtime_dir: Option<PathBuf>,
    pub windows: bool,
}

/// Every place an engine may be, in the order they are tried, each once.
pub fn candidates(around: &Surroundings) -> Vec<Candidate> {
    if let Some(configured) = &around.configured {
        return vec![named("sandbox.engine", configured)];
    }
    let mut all: Vec<Candidate> =
        [("DOCKER_HOST", &around.docker_host), ("the Docker context", &around.context)]
            .into_iter()
            .filter_map(|(from, address)| Some(named(from, address.as_deref()?)))
            .collect();
    all.extend(usual(around));
    let mut seen = Vec::new();
    all.retain(|candidate| {
        let new = !seen.contains(&candidate.address);
        seen.push(candidate.address.clone());
        new
    });
    all
}

fn usual(around: &Surroundings) -> Vec<Candidate> {
    if around.windows {
        let pipe = |from, name: &str| known(from, Endpoint::Pipe(format!("//./pipe/{name}")));
        return vec![
            pipe("Docker", "docker_engine"),
            pipe("Docker Desktop", "dockerDesktopLinuxEngine"),
            pipe("Podman", "podman-machine-default"),
        ];
    }
    let fixed = |from, path: &str| known(from, Endpoint::Unix(path.into()));
    let below = |from, folder: &Option<PathBuf>, path: &str| {
        folder.as_deref().map(|folder: &Path| known(from, Endpoint::Unix(folder.join(path))))
    };
    let (home, runtime) = (&around.home, &around.runtime_dir);
    let mut all = vec![fixed("Docker", "/var/run/docker.sock")];
    all.extend(
        [
            below("Docker Desktop", home, ".docker/run/docker.sock"),
            below("Docker Desktop", home, ".docker/desktop/docker.sock"),
            below("Colima", home, ".colima/default/docker.sock"),
            below("Colima", home, ".config/colima/default/docker.sock"),
            below("OrbStack", home, ".orbstack/run/docker.sock"),
            below("Rancher Desktop", home, ".rd/docker.sock"),
            below("rootless Docker", runtime, "docker.sock"),
            below("rootless Podman", runtime, "podman/podman.sock"),
            below("Podman machine", home, ".local/share/containers/podman/machine/podman.sock"),
        ]
        .into_iter()
        .flatten(),
    );
    all.push(fixed("Podman", "/run/podman/podman.sock"));
    all
}

fn known(from: &'static str, endpoint: Endpoint) -> Candidate {
    Candidate { address: endpoint.to_string(), from, endpoint: Ok(endpoint) }
}

fn named(from: &'static str, address: &str) -> Candidate {
    let address = address.trim().to_owned();
    Candidate { endpoint: parse(&address), address, from }
}

/// Reads an address as `DOCKER_HOST` has it; a bare absolute path is a socket.
pub fn parse(address: &str) -> Result<Endpoint, Refused> {
    if address.starts_with('/') && !address.starts_with("//") {
        return Ok(Endpoint::Unix(address.into()));
    }
    let (scheme, rest) = address.split_once(':').ok_or(Refused::Unknown)?;
    match scheme {
        "unix" => {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            if path.starts_with('/') { Ok(Endpoint::Unix(path.into())) } else { Err(Refused::Unknown) }
        }
        // npipe:////./pipe/name, of which the path is //./pipe/name
        "npipe" => Ok(Endpoint::Pipe(format!("//{}", rest.trim_start_matches('/')))),
        "tcp" | "http" => tcp(rest.trim_matches('/')),
        "https" => Err(Refused::Remote),
        "ssh" => Err(Refused::Ssh),
        _ => Err(Refused::Unknown),
    }
}

fn tcp(address: &str) -> Result<Endpoint, Refused> {
    let (host, port) = address.rsplit_once(':').unwrap_or((address, "2375"));
    let port: u16 = port.parse().map_err(|_| Refused::Unknown)?;
    let bare = host.trim_matches(['[', ']']);
    let loopback =
        bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    if loopback { Ok(Endpoint::Tcp(format!("{host}:{port}"))) } else { Err(Refused::Remote) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around() -> Surroundings {
        Surroundings {
            home: Some("/home/u".into()),
            runtime_dir: Some("/run/user/7".into()),
            ..Surroundings::default()
        }
    }

    #[test]
    fn what_is_configured_is_the_only_thing_that_is_tried() {
        let mut around = around();
        around.configured = Some("/tmp/d.sock".into());
        around.docker_host = Some("unix:///other.sock".into());
        let all = candidates(&around);
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].endpoint, Ok(Endpoint::Unix("/tmp/d.sock".into())));
    }

    #[test]
    fn the_variable_comes_before_the_context_and_the_context_before_the_usual_places() {
        let mut around = around();
        around.docker_host = Some("unix:///a.sock".into());
        around.context = Some("unix:///home/u/.colima/default/docker.sock".into());
        let all: Vec<_> = candidates(&around).into_iter().map(|c| c.address).collect();
        assert_eq!(
            all[..3],
            ["unix:///a.sock", "unix:///home/u/.colima/default/docker.sock", "unix:///var/run/docker.sock"]
        );
        assert_eq!(all.iter().filter(|a| a.contains("colima/default")).count(), 2, "{all:?}");
        for part in [
            "desktop",
            ".orbstack",
            ".rd/",
            "/run/user/7/podman/",
            "/run/user/7/docker.sock",
            "unix:///run/podman/",
        ] {
            assert!(all.iter().any(|a| a.contains(part)), "{part} is not in {all:?}");
        }
    }

    #[test]
    fn windows_has_pipes_and_no_sockets() {
        let all = candidates(&Surroundings { windows: true, ..around() });
        assert!(all.iter().all(|c| matches!(c.endpoint, Ok(Endpoint::Pipe(_)))));
        assert_eq!(
            parse("npipe:////./pipe/docker_engine"),
            Ok(Endpoint::Pipe("//./pipe/docker_engine".into()))
        );
    }

    #[test]
    fn an_open_port_is_spoken_to_on_this_machine_only() {
        assert_eq!(parse("tcp://127.0.0.1:2375"), Ok(Endpoint::Tcp("127.0.0.1:2375".into())));
        assert_eq!(parse("tcp://[::1]:2375"), Ok(Endpoint::Tcp("[::1]:2375".into())));
        assert_eq!(parse("tcp://localhost"), Ok(Endpoint::Tcp("localhost:2375".into())));
        for remote in [
            "tcp://192.0.2.7:2375",
            "tcp://docker.example:2375",
            "https://docker.example",
            "tcp://127.0.0.1.example:1",
        ] {
            assert_eq!(parse(remote), Err(Refused::Remote), "{remote}");
        }
        assert_eq!(parse("ssh://me@box"), Err(Refused::Ssh));
        for nonsense in ["", "docker.sock", "unix://relative", "fd://3", "tcp://127.0.0.1:x"] {
            assert_eq!(parse(nonsense), Err(Refused::Unknown), "{nonsense}");
        }
    }
}

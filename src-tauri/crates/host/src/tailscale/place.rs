//! Where the daemon's local API is.

use std::path::PathBuf;

/// One of the ways the platforms have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A unix socket, or on Windows a named pipe.
    Socket(PathBuf),
    /// A loopback port and its password: the sandboxed application of macOS has no socket.
    Port { port: u16, password: String },
}

#[cfg(not(any(target_os = "macos", windows)))]
const USUAL: [&str; 3] = [
    "/var/run/tailscale/tailscaled.sock",
    "/run/tailscale/tailscaled.sock",
    // Synology.
    "/var/packages/Tailscale/var/tailscaled.sock",
];

/// Where the application of macOS leaves its port and password, for members of its group.
#[cfg(target_os = "macos")]
const APPLICATION: &str = "/Library/Tailscale";

impl Place {
    /// Looked for anew each time somebody asks: the daemon may be installed later.
    #[cfg(not(any(target_os = "macos", windows)))]
    pub(super) fn usual() -> Self {
        let found = USUAL.iter().map(PathBuf::from).find(|path| path.exists());
        Self::Socket(found.unwrap_or_else(|| PathBuf::from(USUAL[0])))
    }

    #[cfg(target_os = "macos")]
    pub(super) fn usual() -> Self {
        let socket = PathBuf::from("/var/run/tailscaled.socket");
        if socket.exists() {
            return Self::Socket(socket);
        }
        let folder = std::path::Path::new(APPLICATION);
        let port = std::fs::read_link(folder.join("ipnport"))
            .ok()
            .and_then(|target| target.to_str().and_then(|text| text.parse::<u16>().ok()));
        let proof = |port: u16| std::fs::read_to_string(folder.join(format!("sameuserproof-{port}"))).ok();
        match port.and_then(|port| Some((port, proof(port)?))) {
            Some((port, password)) => Self::Port { port, password: password.trim().to_owned() },
            None => Self::Socket(socket),
        }
    }

    #[cfg(windows)]
    pub(super) fn usual() -> Self {
        Self::Socket(PathBuf::from(r"\\.\pipe\ProtectedPrefix\Administrators\Tailscale\tailscaled"))
    }
}

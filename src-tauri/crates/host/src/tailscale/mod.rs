//! What the tailnet's own daemon on this machine knows: whose machine an address is, and this machine's names.
//!
//! It is asked over its local API, as its command line tool does, and by that tool where the API is out of reach; nothing
//! is changed through it. Serve is set up with the tool, because then its own rules say whether this user may. This
//! room decides nothing about who is let in.

mod ask;
mod command;
mod facts;
mod place;
mod tool;

pub use command::{ServeTool, Served};
pub use facts::{Known, Machine};
pub use place::Place;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::time::Duration;
use tool::Tool;

/// Longest time one question may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why the daemon did not answer. The text is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TailscaleError {
    #[error("Tailscale was not found on this machine. Install it and log in, then it is found by itself.")]
    Missing,
    #[error(
        "Tailscale does not let this user ask it ({0}). `sudo tailscale set --operator=$USER` allows it."
    )]
    Denied(String),
    #[error("Tailscale is {0}. `tailscale up` connects this machine.")]
    Stopped(String),
    #[error("Tailscale did not answer: {0}.")]
    Failed(String),
    /// No machine of the tailnet has that address.
    #[error("No machine of the tailnet has that address.")]
    Unknown,
    #[error("{0}")]
    Serve(String),
}

/// The daemon on this machine.
#[derive(Debug, Clone)]
pub struct Tailscale {
    place: Place,
    /// The place, where somebody has named it: the tool asks there too, and not a daemon elsewhere.
    named: Option<String>,
    /// Asked when the place cannot be reached.
    tool: Option<Tool>,
}

impl Tailscale {
    /// At `place`, or where the platform has it.
    pub fn new(place: Option<&str>) -> Self {
        let named = place.map(str::to_owned);
        Self { place: place.map_or_else(Place::usual, |path| Place::Socket(path.into())), named, tool: None }
    }

    /// Where the local API cannot be reached, the command line tool is asked, found and run with `environment`.
    pub fn or_by_tool(self, environment: Vec<(OsString, OsString)>) -> Self {
        Self { tool: Some(Tool::new(environment, self.named.as_deref())), ..self }
    }

    /// At another place.
    #[cfg(test)]
    fn at(self, socket: &std::path::Path) -> Self {
        Self { place: Place::Socket(socket.to_owned()), ..self }
    }

    /// This machine in its tailnet.
    pub async fn machine(&self) -> Result<Machine, TailscaleError> {
        let (status, body) = match (self.ask("/localapi/v0/status?peers=false").await, &self.tool) {
            (Err(error), Some(tool)) if is_out_of_reach(&error) => {
                return instead(tool.machine().await, error);
            }
            (answer, _) => answer?,
        };
        match status {
            200 => Machine::read(&body),
            403 => Err(TailscaleError::Denied(said(&body))),
            _ => Err(TailscaleError::Failed(format!("status {status}"))),
        }
    }

    /// Whose machine is at the other end of a connection. The daemon answers for addresses of its tailnet alone.
    pub async fn whois(&self, peer: SocketAddr) -> Result<Known, TailscaleError> {
        let path = format!("/localapi/v0/whois?proto=tcp&addr={}", escaped(peer));
        let (status, body) = match (self.ask(&path).await, &self.tool) {
            (Err(error), Some(tool)) if is_out_of_reach(&error) => {
                return instead(tool.whois(peer).await, error);
            }
            (answer, _) => answer?,
        };
        match status {
            200 => Known::read(&body),
            403 => Err(TailscaleError::Denied(said(&body))),
            // Older daemons say 400 to addresses that are none of theirs.
            400 | 404 => Err(TailscaleError::Unknown),
            _ => Err(TailscaleError::Failed(format!("status {status}"))),
        }
    }

    async fn ask(&self, path: &str) -> Result<(u16, Vec<u8>), TailscaleError> {
        match tokio::time::timeout(PATIENCE, ask::get(&self.place, path)).await {
            Ok(answer) => answer,
            Err(_) => Err(TailscaleError::Failed(format!("it took more than {} s", PATIENCE.as_secs()))),
        }
    }
}

/// It was not even asked: nothing is there, this user may not, or nobody answers at that place.
fn is_out_of_reach(error: &TailscaleError) -> bool {
    matches!(error, TailscaleError::Missing | TailscaleError::Denied(_) | TailscaleError::Stopped(_))
}

/// What the tool says; without a tool it is what was wrong before.
fn instead<T>(answer: Result<T, TailscaleError>, before: TailscaleError) -> Result<T, TailscaleError> {
    match answer {
        Err(TailscaleError::Missing) => Err(before),
        answer => answer,
    }
}

/// Brackets of an IPv6 address have a meaning in addresses.
fn escaped(peer: SocketAddr) -> String {
    peer.to_string().replace('[', "%5B").replace(']', "%5D")
}

fn said(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().filter(|c| !c.is_control()).take(200).collect()
}

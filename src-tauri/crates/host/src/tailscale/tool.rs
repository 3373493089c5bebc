//! The daemon's own command line tool: how Serve is set up, and how the daemon is asked where its local API is out of
//! this program's reach, as with the sandboxed application of macOS and for plain users of Windows.
//!
//! It is given words of ours and an address that was read as one, never text of somebody else.

use super::TailscaleError;
use super::facts::{Known, Machine};
use crate::HostError;
use crate::spawn::{Command, Outcome};
use std::ffi::OsString;
use std::net::SocketAddr;
use std::time::Duration;

/// Longest time a question may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the tool is when it is not on the `PATH`.
#[cfg(target_os = "macos")]
const ELSEWHERE: Option<&str> = Some("/Applications/Tailscale.app/Contents/MacOS/Tailscale");
#[cfg(windows)]
const ELSEWHERE: Option<&str> = Some(r"C:\Program Files\Tailscale\tailscale.exe");
#[cfg(not(any(target_os = "macos", windows)))]
const ELSEWHERE: Option<&str> = None;

#[derive(Debug, Clone)]
pub(super) struct Tool {
    environment: Vec<(OsString, OsString)>,
    socket: Option<String>,
}

impl Tool {
    /// Looked up and run with `environment`; `socket` is where the daemon answers, when that is not its usual place.
    pub(super) fn new(environment: Vec<(OsString, OsString)>, socket: Option<&str>) -> Self {
        Self { environment, socket: socket.map(str::to_owned) }
    }

    /// This machine in its tailnet.
    pub(super) async fn machine(&self) -> Result<Machine, TailscaleError> {
        let outcome = self.run(&["status", "--json", "--peers=false"], PATIENCE).await?.1;
        // It says how it stands also where it is not connected, and fails then.
        Machine::read(&outcome.stdout.bytes()).map_err(|error| match (outcome.success(), error) {
            (false, TailscaleError::Failed(_)) => TailscaleError::Failed(told(&outcome)),
            (_, error) => error,
        })
    }

    /// Whose machine is at the other end of a connection.
    pub(super) async fn whois(&self, peer: SocketAddr) -> Result<Known, TailscaleError> {
        let outcome = self.run(&["whois", "--json", &peer.to_string()], PATIENCE).await?.1;
        if outcome.success() {
            return Known::read(&outcome.stdout.bytes());
        }
        let told = told(&outcome);
        let unknown = ["peer not found", "no match for"].iter().any(|words| told.contains(words));
        Err(if unknown { TailscaleError::Unknown } else { TailscaleError::Failed(told) })
    }

    /// The line that was run, and how it ended.
    pub(super) async fn run(
        &self,
        arguments: &[&str],
        patience: Duration,
    ) -> Result<(String, Outcome), TailscaleError> {
        let mut words: Vec<String> = self.socket.iter().map(|socket| format!("--socket={socket}")).collect();
        words.extend(arguments.iter().map(|word| (*word).to_owned()));
        let line = format!("tailscale {}", words.join(" "));
        let run = |program: &str| {
            let argv = std::iter::once(program.to_owned()).chain(words.iter().cloned());
            Command::new(argv).envs(self.environment.iter().cloned()).timeout(patience).trusted().run()
        };
        let mut outcome = run("tailscale").await;
        if let (Err(HostError::ProgramNotFound { .. }), Some(elsewhere)) = (&outcome, ELSEWHERE) {
            outcome = run(elsewhere).await;
        }
        match outcome {
            Ok(outcome) => Ok((line, outcome)),
            Err(HostError::ProgramNotFound { .. }) => Err(TailscaleError::Missing),
            Err(error) => Err(TailscaleError::Failed(error.to_string())),
        }
    }
}

/// What the tool said, or how it ended when it said nothing.
pub(super) fn told(outcome: &Outcome) -> String {
    let text = format!("{} {}", outcome.stderr.text(), outcome.stdout.text());
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(500).collect();
    if text.is_empty() { outcome.summary() } else { text }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::tailscale::Tailscale;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;
    use std::time::Instant;

    /// A stand-in for the tool, as its command line is documented; it writes down what it was run with.
    fn stand_in(folder: &Path, answer: &str) -> Tailscale {
        let program = folder.join("tailscale");
        let text = format!("#!/bin/sh\nprintf '%s\\n' \"$@\" >> '{}/asked'\n{answer}\n", folder.display());
        std::fs::write(&program, text).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:/usr/bin:/bin", folder.display());
        let environment = vec![(OsString::from("PATH"), OsString::from(path))];
        let nowhere = folder.join("no.sock");
        Tailscale::new(None).at(&nowhere).or_by_tool(environment)
    }

    fn peer() -> SocketAddr {
        "[fd7a:115c:a1e0::6]:4711".parse().unwrap()
    }

    #[tokio::test]
    async fn where_the_local_api_is_out_of_reach_the_tool_says_who_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let answer = r#"echo '{"Node":{"ID":5,"StableID":"nAnn","Tags":null},"UserProfile":{"LoginName":"Ann@example.com"}}'"#;
        let known = stand_in(folder.path(), answer).whois(peer()).await.unwrap();
        assert_eq!((known.node.as_str(), known.login.as_deref()), ("nAnn", Some("ann@example.com")));
        let asked = std::fs::read_to_string(folder.path().join("asked")).unwrap();
        assert_eq!(asked, "whois\n--json\n[fd7a:115c:a1e0::6]:4711\n");
    }

    #[tokio::test]
    async fn this_machine_is_told_by_the_tool_too() {
        let folder = tempfile::tempdir().unwrap();
        let answer = r#"echo '{"BackendState":"Running","Self":{"DNSName":"l.ts.net.","UserID":1,"TailscaleIPs":["100.64.0.7"]},"User":{"1":{"LoginName":"ann@example.com"}}}'"#;
        let machine = stand_in(folder.path(), answer).machine().await.unwrap();
        assert_eq!(
            (machine.name.as_deref(), machine.login.as_deref()),
            (Some("l.ts.net"), Some("ann@example.com"))
        );
        let stopped = r#"echo '{"BackendState":"NeedsLogin"}'; exit 1"#;
        let folder = tempfile::tempdir().unwrap();
        let refused = stand_in(folder.path(), stopped).machine().await.unwrap_err();
        assert_eq!(refused, TailscaleError::Stopped("not logged in".to_owned()));
    }

    #[tokio::test]
    async fn whoever_it_does_not_know_or_cannot_read_of_is_nobody() {
        for (answer, unknown) in [
            ("echo 'peer not found' >&2; exit 1", true),
            ("echo 'no match for IP:port' >&2; exit 1", true),
            ("echo 'is the daemon running?' >&2; exit 1", false),
            ("echo '{}'", false),
            ("echo '{\"Node\":{\"StableID\":\"n\"}}'; exit 1", false),
            ("exit 0", false),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let refused = stand_in(folder.path(), answer).whois(peer()).await.unwrap_err();
            assert_eq!(refused == TailscaleError::Unknown, unknown, "{answer}: {refused}");
        }
    }

    #[tokio::test]
    async fn a_tool_that_hangs_is_not_waited_for_long() {
        let folder = tempfile::tempdir().unwrap();
        let begun = Instant::now();
        assert!(stand_in(folder.path(), "exec sleep 60").whois(peer()).await.is_err());
        assert!(begun.elapsed() < Duration::from_secs(55), "it ended by itself: {:?}", begun.elapsed());
    }

    #[tokio::test]
    async fn without_a_tool_it_is_said_what_is_wrong_with_the_local_api() {
        let folder = tempfile::tempdir().unwrap();
        let nothing = vec![(OsString::from("PATH"), OsString::from(folder.path()))];
        let refused = Tailscale::new(None).at(&folder.path().join("no.sock")).or_by_tool(nothing);
        assert_eq!(refused.whois(peer()).await.unwrap_err(), TailscaleError::Missing);
    }
}

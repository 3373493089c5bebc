//! Talking to the system's own program for such entries.

use std::path::Path;
use std::time::Duration;

use super::{BackgroundError, Environment, System, launchd, systemd, task_scheduler};
use crate::HostError;
use crate::spawn::{Command, Outcome};

/// Longer than a start may take: the manager itself gives up after 90 s.
const PATIENCE: Duration = Duration::from_secs(120);

/// Longer than the agent's own `ExitTimeOut`.
const END: Duration = Duration::from_secs(35);

/// What the system says about the entry.
#[derive(Debug, Default)]
pub(super) struct State {
    pub enabled: Option<bool>,
    pub running: Option<bool>,
    pub pid: Option<u32>,
}

#[derive(Debug)]
pub(super) struct Teller {
    pub(super) environment: Environment,
}

impl Teller {
    pub(super) fn new(environment: Environment) -> Self {
        Self { environment }
    }

    /// Whether there is anybody to talk to; asked before anything is written.
    pub(super) async fn reachable(&self, system: System) -> Result<(), BackgroundError> {
        let asked = match system {
            System::Systemd => self.run(&["systemctl", "--user", "show", "--property=Version"]).await,
            System::Launchd => self.run(&["launchctl", "print", &gui()]).await,
            System::TaskScheduler => self.run(&["schtasks", "/Query", "/FO", "LIST"]).await,
        };
        let cause = match asked {
            Ok(outcome) if outcome.success() => return Ok(()),
            Ok(outcome) => last_words(&outcome),
            Err(HostError::ProgramNotFound { program }) => format!("{program} is not installed"),
            Err(other) => return Err(other.into()),
        };
        let next = match system {
            System::Systemd => {
                "in a container or without a login session, have its own supervisor run `pilothouse serve`"
            }
            System::Launchd => "sign in at the screen of this Mac and try again there",
            System::TaskScheduler => "start `pilothouse serve` your own way",
        };
        Err(BackgroundError::NoManager { system: system.name(), cause, next })
    }

    /// The file is new: from now on at login, and now.
    pub(super) async fn take_up(
        &self,
        system: System,
        file: &Path,
        start: bool,
    ) -> Result<(), BackgroundError> {
        match system {
            System::Systemd => {
                self.look_again(system).await?;
                self.must(&["systemctl", "--user", "enable", systemd::UNIT]).await?;
                if start {
                    self.must(&["systemctl", "--user", "restart", systemd::UNIT]).await?;
                }
                Ok(())
            }
            System::Launchd => {
                // Loading an agent starts it; without a start it is loaded by the next login.
                if start {
                    self.let_go(system).await?;
                    self.must(&["launchctl", "bootstrap", &gui(), &file.to_string_lossy()]).await?;
                }
                Ok(())
            }
            System::TaskScheduler => {
                let (task, file) = (task_scheduler::TASK, file.to_string_lossy());
                self.must(&["schtasks", "/Create", "/TN", task, "/XML", &file, "/F"]).await?;
                if start {
                    self.must(&["schtasks", "/Run", "/TN", task]).await?;
                }
                Ok(())
            }
        }
    }

    /// Ends it and takes it out of the login.
    pub(super) async fn let_go(&self, system: System) -> Result<(), BackgroundError> {
        match system {
            System::Systemd => self.must(&["systemctl", "--user", "disable", "--now", systemd::UNIT]).await,
            System::Launchd => {
                if self.state(system).await?.enabled == Some(true) {
                    self.must(&["launchctl", "bootout", &format!("{}/{}", gui(), launchd::LABEL)]).await?;
                    // It answers before the agent has ended, and until then nothing can be loaded in its place.
                    let deadline = tokio::time::Instant::now() + END;
                    while self.state(system).await?.enabled == Some(true)
                        && tokio::time::Instant::now() < deadline
                    {
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                }
                Ok(())
            }
            System::TaskScheduler => {
                // Nothing may run: then ending it fails, and that is what was wanted.
                self.run(&["schtasks", "/End", "/TN", task_scheduler::TASK]).await?;
                self.must(&["schtasks", "/Delete", "/TN", task_scheduler::TASK, "/F"]).await
            }
        }
    }

    /// Files came or went. Only systemd keeps a picture of its own.
    pub(super) async fn look_again(&self, system: System) -> Result<(), BackgroundError> {
        match system {
            System::Systemd => self.must(&["systemctl", "--user", "daemon-reload"]).await,
            System::Launchd | System::TaskScheduler => Ok(()),
        }
    }

    pub(super) async fn state(&self, system: System) -> Result<State, BackgroundError> {
        self.reachable(system).await?;
        match system {
            System::Systemd => {
                let shown = self
                    .run(&[
                        "systemctl",
                        "--user",
                        "show",
                        systemd::UNIT,
                        "--property=UnitFileState,ActiveState,MainPID",
                    ])
                    .await?;
                Ok(systemd_state(&shown.stdout.text()))
            }
            System::Launchd => {
                let shown =
                    self.run(&["launchctl", "print", &format!("{}/{}", gui(), launchd::LABEL)]).await?;
                Ok(launchd_state(shown.success(), &shown.stdout.text()))
            }
            System::TaskScheduler => {
                // Its words for running differ by language, so they are not read.
                let shown = self.run(&["schtasks", "/Query", "/TN", task_scheduler::TASK]).await?;
                Ok(State { enabled: Some(shown.success()), ..State::default() })
            }
        }
    }

    async fn must(&self, argv: &[&str]) -> Result<(), BackgroundError> {
        let outcome = self.run(argv).await?;
        if outcome.success() {
            return Ok(());
        }
        Err(BackgroundError::Refused { command: argv.join(" "), cause: last_words(&outcome) })
    }

    async fn run(&self, argv: &[&str]) -> Result<Outcome, HostError> {
        Command::new(argv)
            .envs(self.environment.pairs())
            .env("LC_ALL", "C.UTF-8")
            .env("SYSTEMD_PAGER", "")
            .trusted()
            .timeout(PATIENCE)
            .run()
            .await
    }
}

/// The domain of the signed-in user.
fn gui() -> String {
    format!("gui/{}", crate::spawn::effective_uid())
}

fn systemd_state(text: &str) -> State {
    let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    State {
        enabled: value("UnitFileState").map(|state| state.starts_with("enabled")),
        running: value("ActiveState").map(|state| matches!(state, "active" | "reloading")),
        pid: value("MainPID").and_then(|pid| pid.parse().ok()).filter(|pid| *pid != 0),
    }
}

fn launchd_state(loaded: bool, text: &str) -> State {
    let value =
        |name: &str| text.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(" = "));
    State {
        enabled: Some(loaded),
        running: Some(loaded && value("state") == Some("running")),
        pid: value("pid").and_then(|pid| pid.parse().ok()),
    }
}

/// The last line a program said, which is where they put the reason.
fn last_words(outcome: &Outcome) -> String {
    let (stderr, stdout) = (outcome.stderr.text(), outcome.stdout.text());
    let last = stdout.lines().chain(stderr.lines()).rfind(|line| !line.trim().is_empty());
    last.map_or_else(|| outcome.summary(), |line| line.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_systemd_shows_is_read_by_name() {
        let state = systemd_state("MainPID=4711\nActiveState=active\nUnitFileState=enabled\n");
        assert_eq!((state.enabled, state.running, state.pid), (Some(true), Some(true), Some(4711)));
        let state = systemd_state("MainPID=0\nActiveState=failed\nUnitFileState=\n");
        assert_eq!((state.enabled, state.running, state.pid), (Some(false), Some(false), None));
    }

    #[test]
    fn what_launchd_prints_is_read_by_name() {
        let text =
            "gui/501/dev.pilothouse.server = {\n\tactive count = 1\n\tstate = running\n\tpid = 812\n}\n";
        let state = launchd_state(true, text);
        assert_eq!((state.enabled, state.running, state.pid), (Some(true), Some(true), Some(812)));
        assert_eq!(launchd_state(false, "").running, Some(false));
    }
}

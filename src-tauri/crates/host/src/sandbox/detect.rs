//! Choosing the sandbox of this machine.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::container::{self, Wish};
use super::{EffectiveIsolation, Sandbox, isolation, self_test};
use crate::HostError;

/// What the user asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Preference {
    /// The strongest that works; never plain host processes.
    #[default]
    Auto,
    Bwrap,
    /// The explicit opt-in to run without confinement.
    Host,
    Container,
    /// The sandbox of macOS.
    Seatbelt,
    /// Windows: limits and a certain end, and nothing kept from files or network; as `Host`, only when it is named.
    JobObject,
}

impl Preference {
    const WORDS: [(Self, &'static str); 6] = [
        (Self::Auto, "auto"),
        (Self::Bwrap, "bwrap"),
        (Self::Container, "container"),
        (Self::Seatbelt, "seatbelt"),
        (Self::JobObject, "job-object"),
        (Self::Host, "host"),
    ];

    /// One of `auto`, `bwrap`, `container`, `seatbelt`, `job-object` and `host`.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, known)| *known == word).map(|(preference, _)| *preference)
    }

    /// As configuration and command lines name it.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(preference, _)| *preference == self).map_or("auto", |(_, word)| word)
    }
}

/// A sandbox that passed its self-test (or the host, which was asked for by name).
#[derive(Debug, Clone)]
pub struct SelectedSandbox {
    pub sandbox: Sandbox,
    /// As a command without network has it.
    pub isolation: EffectiveIsolation,
}

/// Why nothing can confine a command here, and the one next step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{reason}. {fix}")]
#[serde(rename_all = "camelCase")]
pub struct NoSandbox {
    pub reason: String,
    pub fix: String,
}

impl From<NoSandbox> for HostError {
    fn from(none: NoSandbox) -> Self {
        Self::NoSandbox { reason: none.reason, fix: none.fix }
    }
}

/// Finds a sandbox and tries it, with nothing said about containers. See [`detect_with`].
pub async fn detect(preference: Preference, scratch: &Path) -> Result<SelectedSandbox, NoSandbox> {
    detect_with(preference, &Wish::default(), scratch).await
}

/// Finds a sandbox and tries it. `scratch` is a writable folder (best inside the data folder, whose
/// invisibility is then part of the test).
///
/// Left to choose, it takes the strongest that works without being waited for: a container where an engine
/// answers, has the image already and passes the self-test, else bubblewrap.
pub async fn detect_with(
    preference: Preference,
    wish: &Wish,
    scratch: &Path,
) -> Result<SelectedSandbox, NoSandbox> {
    match preference {
        Preference::Host => Ok(select(Sandbox::Host)),
        Preference::Container => contained(wish, scratch).await,
        Preference::Bwrap if !cfg!(target_os = "linux") => Err(elsewhere("bubblewrap", "Linux")),
        Preference::Seatbelt if !cfg!(target_os = "macos") => Err(elsewhere("seatbelt", "macOS")),
        Preference::JobObject => job_object(scratch).await,
        Preference::Bwrap | Preference::Seatbelt => strongest(wish, scratch).await,
        Preference::Auto => match contained(wish, scratch).await {
            Ok(selected) => Ok(selected),
            Err(none) => {
                tracing::debug!(%none, "no container sandbox");
                strongest(wish, scratch).await
            }
        },
    }
}

/// A sandbox of another system was named.
fn elsewhere(name: &str, system: &str) -> NoSandbox {
    NoSandbox {
        reason: format!("{name} is for {system}, and this is {}", std::env::consts::OS),
        fix: "Leave sandbox.backend at auto, or name one of this system".to_owned(),
    }
}

/// What can be tried of it: that a command runs in one.
#[cfg(windows)]
async fn job_object(scratch: &Path) -> Result<SelectedSandbox, NoSandbox> {
    let command = crate::spawn::Command::new(["cmd.exe", "/d", "/c", "exit 0"])
        .env("SystemRoot", std::env::var_os("SystemRoot").unwrap_or_default())
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .timeout(std::time::Duration::from_secs(20));
    let spec = super::SandboxSpec::new(scratch, scratch);
    match Sandbox::JobObject.run(&spec, command).await {
        Ok(outcome) if outcome.success() => Ok(select(Sandbox::JobObject)),
        Ok(outcome) => Err(not_in_a_job(&outcome.summary())),
        Err(error) => Err(not_in_a_job(&error.to_string())),
    }
}

#[cfg(windows)]
fn not_in_a_job(why: &str) -> NoSandbox {
    NoSandbox {
        reason: format!("a command cannot be put into a job object: {why}"),
        fix: "Run Pilothouse in WSL 2, where containers and bubblewrap work".to_owned(),
    }
}

#[cfg(not(windows))]
async fn job_object(_scratch: &Path) -> Result<SelectedSandbox, NoSandbox> {
    Err(elsewhere("job-object", "Windows"))
}

/// A container sandbox of an image that somebody named or described, tried like every other. What the image lacks is
/// said first.
pub async fn detect_image(wish: &Wish, scratch: &Path) -> Result<SelectedSandbox, NoSandbox> {
    let sandbox = container::furnished(wish, scratch).await?;
    passed(sandbox, scratch).await
}

/// The container sandbox, tried.
async fn contained(wish: &Wish, scratch: &Path) -> Result<SelectedSandbox, NoSandbox> {
    passed(Sandbox::Container(Arc::new(container::select(wish, scratch).await?)), scratch).await
}

async fn passed(sandbox: Sandbox, scratch: &Path) -> Result<SelectedSandbox, NoSandbox> {
    match self_test::run(&sandbox, scratch).await {
        Ok(()) => Ok(select(sandbox)),
        Err(reason) => Err(NoSandbox {
            fix: container::repair_hint(&reason),
            reason: format!("the container sandbox does not work: {reason}"),
        }),
    }
}

fn select(sandbox: Sandbox) -> SelectedSandbox {
    let isolation = isolation::effective(&sandbox, false);
    SelectedSandbox { sandbox, isolation }
}

#[cfg(target_os = "macos")]
async fn strongest(_wish: &Wish, scratch: &Path) -> Result<SelectedSandbox, NoSandbox> {
    let fix = "Use a container (Docker Desktop, Colima, OrbStack or Podman), or run jobs without a sandbox only if you \
               trust the repository: --sandbox host";
    if !Path::new(super::seatbelt::PROGRAM).exists() {
        let reason = format!("{} is not there", super::seatbelt::PROGRAM);
        return Err(NoSandbox { reason, fix: fix.to_owned() });
    }
    match self_test::run_with_control(&Sandbox::Seatbelt, scratch).await {
        Ok(()) => Ok(select(Sandbox::Seatbelt)),
        Err(reason) => Err(NoSandbox {
            reason: format!("the sandbox of macOS does not work: {reason}"),
            fix: fix.to_owned(),
        }),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
async fn strongest(_wish: &Wish, _scratch: &Path) -> Result<SelectedSandbox, NoSandbox> {
    Err(NoSandbox {
        reason: format!("nothing keeps a command from your files on {} in this build", std::env::consts::OS),
        fix: "Run Pilothouse in WSL 2, or, only if you trust the repository, without: --sandbox job-object, which \
              limits memory and processes and ends them all"
            .to_owned(),
    })
}

#[cfg(target_os = "linux")]
async fn strongest(wish: &Wish, scratch: &Path) -> Result<SelectedSandbox, NoSandbox> {
    use super::bwrap::Bwrap;

    let Some(program) = find_bwrap() else {
        return Err(NoSandbox {
            reason: "bubblewrap (bwrap) is not installed".to_owned(),
            fix: install_hint(),
        });
    };
    let help = crate::spawn::Command::new([program.as_os_str(), "--help".as_ref()])
        .trusted()
        .timeout(std::time::Duration::from_secs(5));
    let help =
        help.run().await.map(|outcome| outcome.stdout.text() + &outcome.stderr.text()).unwrap_or_default();
    let mut bwrap = Bwrap::new(program, &help).with_cpus(wish.cpus);
    bwrap.memory = wish.memory;
    bwrap.scopes = crate::spawn::can_scope();
    if bwrap.scopes && !self_test::starts_with_network(&Sandbox::Bwrap(bwrap.clone()), scratch).await {
        bwrap.scopes = false;
    }
    let sandbox = Sandbox::Bwrap(bwrap);
    match self_test::run(&sandbox, scratch).await {
        Ok(()) => Ok(select(sandbox)),
        Err(reason) => Err(NoSandbox {
            fix: repair_hint(&reason),
            reason: format!("bubblewrap does not work: {reason}"),
        }),
    }
}

/// Looked for in fixed places first: a folder early in `PATH` should not be able to offer its own sandbox.
#[cfg(target_os = "linux")]
fn find_bwrap() -> Option<std::path::PathBuf> {
    let fixed = ["/usr/bin", "/usr/local/bin", "/run/current-system/sw/bin"].map(std::path::PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = fixed.into_iter().chain(std::env::split_paths(&path));
    folders
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join("bwrap"))
        .find(|path| path.is_file())
}

#[cfg(target_os = "linux")]
fn install_hint() -> String {
    let has = |program: &str| Path::new("/usr/bin").join(program).exists();
    let install = if has("apt-get") {
        "sudo apt-get install bubblewrap"
    } else if has("dnf") {
        "sudo dnf install bubblewrap"
    } else if has("pacman") {
        "sudo pacman -S bubblewrap"
    } else if has("zypper") {
        "sudo zypper install bubblewrap"
    } else {
        return "Install the package bubblewrap and start again".to_owned();
    };
    format!("Run: {install}")
}

#[cfg(target_os = "linux")]
fn repair_hint(reason: &str) -> String {
    let restricted = std::fs::read_to_string("/proc/sys/kernel/apparmor_restrict_unprivileged_userns");
    let refused = ["ermission", "not permitted", "No space left"].iter().any(|word| reason.contains(word));
    if restricted.is_ok_and(|value| value.trim() == "1") && refused {
        "This system's AppArmor refuses user namespaces to bubblewrap; give it a profile \
         (/etc/apparmor.d/bwrap with `userns,`) or run: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
            .to_owned()
    } else if refused && Path::new("/.dockerenv").exists() {
        "Inside a container user namespaces are refused by default; start the container with \
         --security-opt seccomp=unconfined --security-opt systempaths=unconfined"
            .to_owned()
    } else if refused {
        "Allow user namespaces: sudo sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000"
            .to_owned()
    } else {
        "Run `bwrap --unshare-all --ro-bind / / true` to see what is wrong".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_means_itself_and_no_other_means_anything() {
        for (preference, word) in Preference::WORDS {
            assert_eq!((Preference::from_word(word), preference.word()), (Some(preference), word));
        }
        assert_eq!(Preference::from_word("docker"), None);
    }

    #[tokio::test]
    async fn a_sandbox_of_another_system_is_named_as_such_and_nothing_else_is_taken() {
        let scratch = tempfile::tempdir().unwrap();
        for (preference, here) in [
            (Preference::Seatbelt, cfg!(target_os = "macos")),
            (Preference::JobObject, cfg!(windows)),
            (Preference::Bwrap, cfg!(target_os = "linux")),
        ] {
            if !here {
                let none = detect(preference, scratch.path()).await.unwrap_err();
                assert!(none.reason.contains(preference.word().trim_end_matches("wrap")), "{none}");
                assert!(none.fix.contains("auto"), "{none}");
            }
        }
    }
}

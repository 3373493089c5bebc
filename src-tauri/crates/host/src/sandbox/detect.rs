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
}

impl Preference {
    /// `auto`, `bwrap`, `host` or `container`.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "auto" => Some(Self::Auto),
            "bwrap" => Some(Self::Bwrap),
            "host" => Some(Self::Host),
            "container" => Some(Self::Container),
            _ => None,
        }
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
        Preference::Bwrap => strongest(scratch).await,
        Preference::Auto => match contained(wish, scratch).await {
            Ok(selected) => Ok(selected),
            Err(none) => {
                tracing::debug!(%none, "no container sandbox");
                strongest(scratch).await
            }
        },
    }
}

/// The container sandbox, tried.
async fn contained(wish: &Wish, scratch: &Path) -> Result<SelectedSandbox, NoSandbox> {
    let sandbox = Sandbox::Container(Arc::new(container::select(wish, scratch).await?));
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

#[cfg(not(target_os = "linux"))]
async fn strongest(_scratch: &Path) -> Result<SelectedSandbox, NoSandbox> {
    Err(NoSandbox {
        reason: format!("this build has no sandbox for {}", std::env::consts::OS),
        fix: "Run jobs without one only if you trust the repository: --sandbox host".to_owned(),
    })
}

#[cfg(target_os = "linux")]
async fn strongest(scratch: &Path) -> Result<SelectedSandbox, NoSandbox> {
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
    let mut bwrap = Bwrap::new(program, &help);
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

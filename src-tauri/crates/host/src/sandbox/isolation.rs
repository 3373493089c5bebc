//! What a command is really confined by, in words that stand in the window and with each job.

use super::Sandbox;

pub use protocol::worker::EffectiveIsolation;

pub(super) fn effective(sandbox: &Sandbox, network: bool) -> EffectiveIsolation {
    let words = |backend: &str, fs: &str, net: &str, limits: &str, kill: &str| EffectiveIsolation {
        backend: backend.to_owned(),
        fs: fs.to_owned(),
        net: net.to_owned(),
        limits: limits.to_owned(),
        kill: kill.to_owned(),
    };
    match sandbox {
        #[cfg(target_os = "linux")]
        Sandbox::Bwrap(bwrap) => words(
            "bwrap",
            "private",
            if network { "open" } else { "none" },
            if bwrap.limits_processes() { "perProcess,processCount" } else { "perProcess" },
            "pidNamespace",
        ),
        Sandbox::Container(container) => words(
            "container",
            "private",
            if network { "open" } else { "none" },
            if container.engine().facts.limits_hold() { "cgroup" } else { "perProcess" },
            "container",
        ),
        Sandbox::Host => words(
            "host",
            "open",
            "open",
            if cfg!(unix) { "perProcess" } else { "none" },
            if cfg!(target_os = "linux") { "subreaper" } else { "bestEffort" },
        ),
    }
}

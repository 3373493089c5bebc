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
        image: None,
    };
    match sandbox {
        #[cfg(target_os = "linux")]
        Sandbox::Bwrap(bwrap) => words(
            "bwrap",
            "private",
            if network { "open" } else { "none" },
            &bwrap_limits(bwrap.limits_processes(), bwrap.binds_processors()),
            "pidNamespace",
        ),
        Sandbox::Container(container) => {
            let limits = if container.engine().facts.limits_hold() { "cgroup" } else { "perProcess" };
            let limits = match container.limits_processors() {
                true => format!("{limits},processors"),
                false => limits.to_owned(),
            };
            let net = if network { "open" } else { "none" };
            EffectiveIsolation {
                image: Some(container.image().reference.clone()),
                ..words("container", "private", net, &limits, "container")
            }
        }
        #[cfg(target_os = "macos")]
        Sandbox::Seatbelt => {
            words("seatbelt", "private", if network { "open" } else { "none" }, "perProcess", "bestEffort")
        }
        #[cfg(windows)]
        Sandbox::JobObject => words("job-object", "open", "open", "jobObject", "jobObject"),
        Sandbox::Host => words(
            "host",
            "open",
            "open",
            if cfg!(unix) { "perProcess" } else { "none" },
            if cfg!(target_os = "linux") { "subreaper" } else { "bestEffort" },
        ),
    }
}

/// An affinity is named as what it is: nothing holds a process to it.
#[cfg(target_os = "linux")]
fn bwrap_limits(processes: bool, processors: bool) -> String {
    let mut limits = vec!["perProcess"];
    limits.extend(processes.then_some("processCount"));
    limits.extend(processors.then_some("processorAffinity"));
    limits.join(",")
}

//! What an engine says about itself, as far as it decides how a container is made and what is promised of it.

use bollard::models::{SystemInfo, SystemVersion};

use super::endpoint::Candidate;

/// The API of Docker 20.10 and Podman 4: older ones lack what a container of ours is made of.
pub const OLDEST_API: &str = "1.41";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Docker,
    Podman,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        }
    }
}

/// A found engine in facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineFacts {
    pub kind: Kind,
    pub version: String,
    pub api: String,
    /// Where it listens, and who named that place.
    pub address: String,
    pub from: &'static str,
    /// Runs as an ordinary user: its root is our user.
    pub rootless: bool,
    /// 1 or 2.
    pub cgroups: u8,
    pub root_dir: String,
    pub security: Vec<String>,
    /// The containers' system, as `linux`.
    pub os: String,
    /// Bytes of memory of the machine the containers run on.
    pub memory: u64,
    pub processors: u64,
    enforces_memory: bool,
    enforces_processes: bool,
    enforces_processors: bool,
    /// Of the machine it runs on, as `x86_64` or `aarch64`.
    pub architecture: String,
}

impl EngineFacts {
    pub(super) fn read(candidate: &Candidate, version: &SystemVersion, info: &SystemInfo) -> Self {
        let security = info.security_options.clone().unwrap_or_default();
        let podman = version.components.iter().flatten().any(|part| part.name.contains("Podman"))
            || info.operating_system.is_none() && info.init_binary.is_none();
        let cgroups = info.cgroup_version.as_ref().map(ToString::to_string);
        let number = |value: Option<i64>| u64::try_from(value.unwrap_or(0)).unwrap_or(0);
        Self {
            kind: if podman { Kind::Podman } else { Kind::Docker },
            version: version.version.clone().unwrap_or_default(),
            api: version.api_version.clone().unwrap_or_default(),
            address: candidate.address.clone(),
            from: candidate.from,
            rootless: security.iter().any(|option| option.starts_with("name=rootless")),
            cgroups: if cgroups.as_deref() == Some("2") { 2 } else { 1 },
            root_dir: info.docker_root_dir.clone().unwrap_or_default(),
            os: info.os_type.clone().unwrap_or_else(|| "linux".to_owned()).to_lowercase(),
            memory: number(info.mem_total),
            processors: number(info.ncpu),
            enforces_memory: info.memory_limit.unwrap_or(false),
            enforces_processes: info.pids_limit.unwrap_or(false),
            enforces_processors: info.cpu_cfs_quota.unwrap_or(false),
            architecture: info.architecture.clone().unwrap_or_default(),
            security,
        }
    }

    /// Rootless engines may not use the limits of cgroup v1: they accept and ignore them.
    pub fn limits_hold(&self) -> bool {
        !(self.rootless && self.cgroups == 1) && self.enforces_memory && self.enforces_processes
    }

    pub fn limits_processors(&self) -> bool {
        !(self.rootless && self.cgroups == 1) && self.enforces_processors
    }

    /// SELinux relabels nothing for us; containers would not see the job's folder.
    pub(super) fn selinux(&self) -> bool {
        self.security.iter().any(|option| option.starts_with("name=selinux"))
    }

    /// One line for people: what answered, and where.
    pub fn sentence(&self) -> String {
        let kind = match self.kind {
            Kind::Docker => "Docker",
            Kind::Podman => "Podman",
        };
        let rootless = if self.rootless { ", rootless" } else { "" };
        format!(
            "{kind} {} (API {}, cgroup v{}{rootless}) at {} ({})",
            self.version, self.api, self.cgroups, self.address, self.from
        )
    }
}

/// The API version when it is older than we can use.
pub(super) fn too_old(version: &SystemVersion) -> Option<String> {
    let api = version.api_version.clone().unwrap_or_default();
    (numbers(&api) < numbers(OLDEST_API)).then_some(api)
}

fn numbers(version: &str) -> (u32, u32) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::container::endpoint::{Surroundings, candidates};

    fn facts(info: serde_json::Value) -> EngineFacts {
        let around = Surroundings { configured: Some("/s".into()), ..Surroundings::default() };
        let info: SystemInfo = serde_json::from_value(info).unwrap();
        EngineFacts::read(&candidates(&around)[0], &SystemVersion::default(), &info)
    }

    #[test]
    fn limits_are_not_promised_where_the_engine_may_not_enforce_them() {
        let with = |security: &str, cgroups: &str| {
            facts(
                serde_json::json!({ "SecurityOptions": [security], "CgroupVersion": cgroups, "InitBinary": "docker-init",
                "MemoryLimit": true, "PidsLimit": true, "MemTotal": 8, "NCPU": 2 }),
            )
        };
        assert!(with("name=seccomp,profile=default", "1").limits_hold());
        assert!(with("name=rootless", "2").limits_hold());
        assert!(!with("name=rootless", "1").limits_hold());
        assert!(!facts(serde_json::json!({ "CgroupVersion": "2", "MemoryLimit": false })).limits_hold());
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        let speaks = |api: &str| SystemVersion { api_version: Some(api.into()), ..SystemVersion::default() };
        assert_eq!(too_old(&speaks("1.9")).as_deref(), Some("1.9"));
        assert_eq!(too_old(&speaks("1.41")), None);
        assert_eq!(too_old(&speaks("1.53")), None);
    }
}

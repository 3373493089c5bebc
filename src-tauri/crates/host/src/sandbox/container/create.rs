//! From a [`SandboxSpec`] to the description of a container. Pure, but for what exists on this machine.

use std::collections::HashMap;
use std::path::Path;

use bollard::models::{
    ContainerCreateBody, HostConfig, HostConfigLogConfig, Mount, MountBindOptions,
    MountBindOptionsPropagationEnum, MountType, ResourcesUlimits,
};

use super::error::EngineError;
use super::facts::{EngineFacts, Kind};
use super::image::Image;
use crate::sandbox::SandboxSpec;
use crate::sandbox::mounts::{Step, steps};

/// Every container of ours has it.
pub const APP_LABEL: (&str, &str) = ("app", "pilothouse");
/// Which data folder's server it belongs to.
pub const INSTANCE_LABEL: &str = "dev.pilothouse.instance";
pub const JOB_LABEL: &str = "dev.pilothouse.job";

/// Memory of a container when the spec says none: three quarters of the machine's, so that it is the container
/// that runs out and not the machine.
const MEMORY_SHARE: (u64, u64) = (3, 4);
/// The least memory a container is made with.
const LEAST_MEMORY: u64 = 16 << 20;

/// What is the same for all containers of a server.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    pub instance: String,
    /// `uid:gid` of this process; none where the system has no such numbers.
    pub user: Option<(u32, u32)>,
    /// A list of users that names the one above.
    pub passwd: Option<std::path::PathBuf>,
    pub cpus: Option<f64>,
    /// Where a command's own spec says nothing.
    pub memory: Option<u64>,
}

/// One container.
#[derive(Debug)]
pub(super) struct Order<'a> {
    pub spec: &'a SandboxSpec,
    pub image: &'a Image,
    pub argv: Vec<String>,
    pub env: Vec<(String, String)>,
    pub job: Option<&'a str>,
}

pub(super) fn body(
    ground: &Ground,
    facts: &EngineFacts,
    order: Order<'_>,
) -> Result<ContainerCreateBody, EngineError> {
    let Order { spec, image, argv, env, job } = order;
    let mut labels = HashMap::from([
        (APP_LABEL.0.to_owned(), APP_LABEL.1.to_owned()),
        (INSTANCE_LABEL.to_owned(), ground.instance.clone()),
    ]);
    if let Some(job) = job {
        labels.insert(JOB_LABEL.to_owned(), job.to_owned());
    }
    Ok(ContainerCreateBody {
        hostname: Some("sandbox".to_owned()),
        user: user(ground, facts),
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        open_stdin: Some(true),
        stdin_once: Some(true),
        tty: Some(false),
        env: Some(env.into_iter().map(|(name, value)| format!("{name}={value}")).collect()),
        // Whatever the image wanted to start is not what we start.
        entrypoint: Some(argv),
        cmd: Some(Vec::new()),
        image: Some(image.id.clone()),
        working_dir: Some(text(&spec.work)?),
        labels: Some(labels),
        host_config: Some(host_config(ground, facts, spec)?),
        ..ContainerCreateBody::default()
    })
}

fn host_config(ground: &Ground, facts: &EngineFacts, spec: &SandboxSpec) -> Result<HostConfig, EngineError> {
    let wanted = spec.limits.memory.or(ground.memory);
    let memory = wanted.unwrap_or(facts.memory / MEMORY_SHARE.1 * MEMORY_SHARE.0).max(LEAST_MEMORY);
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let ulimit = |name: &str, value: u64| ResourcesUlimits {
        name: Some(name.to_owned()),
        soft: Some(signed(value)),
        hard: Some(signed(value)),
    };
    let mut ulimits = vec![ulimit("core", 0)];
    ulimits.extend(spec.limits.nofile.map(|files| ulimit("nofile", files)));
    ulimits.extend(spec.limits.fsize.map(|bytes| ulimit("fsize", bytes)));
    let (mounts, mut tmpfs) = file_view(ground, spec, facts.kind)?;
    let empty = stays_empty(facts.kind);
    let scratch = |bytes: u64| format!("rw,exec,nosuid,nodev,size={bytes},mode=1777{empty}");
    tmpfs.insert("/tmp".to_owned(), scratch(spec.tmp_bytes));
    tmpfs.insert("/var/tmp".to_owned(), scratch(spec.tmp_bytes));
    tmpfs.insert("/run".to_owned(), format!("rw,noexec,nosuid,nodev,size=16777216,mode=755{empty}"));
    let mut security = vec!["no-new-privileges".to_owned()];
    if facts.selinux() {
        // Without it SELinux hides the job's own folder, and relabelling would change the user's files.
        security.push("label=disable".to_owned());
    }
    Ok(HostConfig {
        network_mode: Some(if spec.network { "bridge" } else { "none" }.to_owned()),
        readonly_rootfs: Some(true),
        cap_drop: Some(vec!["ALL".to_owned()]),
        security_opt: Some(security),
        userns_mode: (facts.kind == Kind::Podman && facts.rootless).then(|| "keep-id".to_owned()),
        privileged: Some(false),
        // Its own program is the first process and reaps what is left to it.
        init: Some(false),
        memory: Some(signed(memory)),
        memory_swap: Some(signed(memory)),
        pids_limit: spec.limits.pids.map(signed),
        nano_cpus: ground.cpus.map(|cpus| (cpus * 1e9) as i64),
        // Podman drops its own defaults as soon as one is named, for others it may have no right to set. Our process
        // inside puts the limits on each command in any case.
        ulimits: (facts.kind == Kind::Docker).then_some(ulimits),
        mounts: Some(mounts),
        tmpfs: Some(tmpfs),
        ipc_mode: Some("private".to_owned()),
        // What it prints is our channel; the engine keeps no copy of it.
        log_config: Some(HostConfigLogConfig { typ: Some("none".to_owned()), config: None }),
        ..HostConfig::default()
    })
}

type Tmpfs = HashMap<String, String>;

/// Podman copies what lies below into a folder in memory unless it is told not to: a cover would show what it covers.
fn stays_empty(kind: Kind) -> &'static str {
    match kind {
        Kind::Podman => ",notmpcopyup",
        Kind::Docker => "",
    }
}

/// The engine sorts by depth, as our own list is: parents before children.
fn file_view(ground: &Ground, spec: &SandboxSpec, kind: Kind) -> Result<(Vec<Mount>, Tmpfs), EngineError> {
    let empty = stays_empty(kind);
    let (mut mounts, mut tmpfs) = (Vec::new(), Tmpfs::new());
    for step in steps(spec) {
        match step {
            Step::Show(mount) => mounts.push(bind(&mount.source, &mount.target, mount.writable)?),
            Step::CoverFile(path) => mounts.push(bind(Path::new("/dev/null"), &path, false)?),
            Step::CoverFolder(path) => {
                drop(tmpfs.insert(text(&path)?, format!("ro,size=4096,mode=555{empty}")))
            }
        }
    }
    if let Some(passwd) = &ground.passwd {
        mounts.push(bind(passwd, Path::new("/etc/passwd"), false)?);
    }
    Ok((mounts, tmpfs))
}

fn bind(source: &Path, target: &Path, writable: bool) -> Result<Mount, EngineError> {
    Ok(Mount {
        typ: Some(MountType::BIND),
        source: Some(text(source)?),
        target: Some(text(target)?),
        read_only: Some(!writable),
        bind_options: Some(MountBindOptions {
            propagation: Some(MountBindOptionsPropagationEnum::RPRIVATE),
            ..MountBindOptions::default()
        }),
        ..Mount::default()
    })
}

fn text(path: &Path) -> Result<String, EngineError> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        EngineError::Spec(format!("{} is not text, and an engine only takes text", path.display()))
    })
}

/// Files of the job stay ours. Rootless Docker maps our user to its root, and everybody else to nobody we know.
fn user(ground: &Ground, facts: &EngineFacts) -> Option<String> {
    let (user, group) = ground.user?;
    Some(match facts.kind {
        Kind::Docker if facts.rootless => "0:0".to_owned(),
        _ => format!("{user}:{group}"),
    })
}

/// What a command in a container starts from: what the image brings, then ours, then that of the spec.
pub(super) fn environment(spec: &SandboxSpec, image: &Image) -> Vec<(String, String)> {
    let home = spec.home_seen().to_string_lossy();
    let below = |name: &str| format!("{home}/{name}");
    let path = ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned());
    let fixed = [
        ("HOME", home.clone().into_owned()),
        ("TMPDIR", "/tmp".to_owned()),
        ("LANG", "C.UTF-8".to_owned()),
        ("TERM", "dumb".to_owned()),
        ("NO_COLOR", "1".to_owned()),
        ("CI", "1".to_owned()),
        // Images of these languages point them into their read-only part.
        ("CARGO_HOME", below(".cargo")),
        ("GOPATH", below("go")),
    ];
    let owned = |(name, value): (&str, String)| (name.to_owned(), value);
    let ours = fixed.into_iter().map(owned);
    let image = image.env.iter().cloned();
    [owned(path)].into_iter().chain(image).chain(ours).chain(spec.env.iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::container::endpoint::{Surroundings, candidates};

    fn facts(more: serde_json::Value) -> EngineFacts {
        let mut info = serde_json::json!({ "MemTotal": 8_u64 << 30, "InitBinary": "docker-init" });
        info.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let around = Surroundings { configured: Some("/s".into()), ..Surroundings::default() };
        let version = Default::default();
        EngineFacts::read(&candidates(&around)[0], &version, &serde_json::from_value(info).unwrap())
    }

    fn made(facts: &EngineFacts, spec: &SandboxSpec) -> ContainerCreateBody {
        let ground = Ground {
            instance: "i".into(),
            user: Some((1000, 100)),
            passwd: None,
            cpus: Some(1.5),
            memory: None,
        };
        let image: Image = Image::for_tests("sha256:1");
        let order = Order { spec, image: &image, argv: vec!["/x".into()], env: Vec::new(), job: Some("j-1") };
        body(&ground, facts, order).unwrap()
    }

    #[test]
    fn a_container_is_given_its_folders_and_nothing_else() {
        let temp = tempfile::tempdir().unwrap();
        let mut spec = SandboxSpec::new(temp.path().join("work"), temp.path().join("home"));
        spec.home_inside = Some("/home/pilothouse".into());
        let body = made(&facts(serde_json::json!({})), &spec);
        let labels = body.labels.unwrap();
        assert_eq!((labels["app"].as_str(), labels[JOB_LABEL].as_str()), ("pilothouse", "j-1"));
        assert_eq!((body.user.as_deref(), body.image.as_deref()), (Some("1000:100"), Some("sha256:1")));
        let host = body.host_config.unwrap();
        assert_eq!(host.network_mode.as_deref(), Some("none"));
        assert_eq!((host.readonly_rootfs, host.privileged), (Some(true), Some(false)));
        assert_eq!(host.cap_drop.unwrap(), ["ALL"]);
        assert_eq!(host.security_opt.unwrap(), ["no-new-privileges"]);
        assert_eq!((host.memory, host.memory_swap), (Some(6 << 30), Some(6 << 30)));
        assert_eq!((host.pids_limit, host.nano_cpus), (Some(4096), Some(1_500_000_000)));
        let targets: Vec<_> = host.mounts.unwrap().into_iter().map(|mount| mount.target.unwrap()).collect();
        assert_eq!(targets, ["/home/pilothouse".to_owned(), spec.work.display().to_string()]);
        assert!(host.binds.is_none() && host.devices.is_none() && host.cap_add.is_none());
    }

    #[test]
    fn files_stay_ours_whoever_the_engine_runs_as() {
        let spec = SandboxSpec::new("/w", "/h");
        let rootless = facts(serde_json::json!({ "SecurityOptions": ["name=rootless"] }));
        let body = made(&rootless, &spec);
        assert_eq!(body.user.as_deref(), Some("0:0"));
        let mut podman = rootless;
        podman.kind = Kind::Podman;
        let body = made(&podman, &spec);
        assert_eq!(body.user.as_deref(), Some("1000:100"));
        assert_eq!(body.host_config.unwrap().userns_mode.as_deref(), Some("keep-id"));
        let labelled = facts(serde_json::json!({ "SecurityOptions": ["name=selinux"] }));
        let options = made(&labelled, &spec).host_config.unwrap().security_opt.unwrap();
        assert!(options.contains(&"label=disable".to_owned()));
    }
}

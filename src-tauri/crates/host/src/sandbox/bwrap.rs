//! Bubblewrap: an argument list, a system call filter, and nothing of ours in between.
//!
//! The arguments go through a pipe (`--args FD`), because a command line can be read by every user of the
//! machine and may hold the job's environment.

use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use cell::seccomp::Filters;

use super::SandboxSpec;
use super::affinity::Processors;
use super::mounts::{self, Step};
use super::system_folders::{self, Part};
use crate::HostError;
use crate::spawn::{self, Command, Tree};

/// A pipe holds this much before a writer would have to wait for a reader.
const PIPE_ROOM: usize = 64 * 1024;

/// An installed bubblewrap and what it can do.
#[derive(Debug, Clone)]
pub struct Bwrap {
    program: PathBuf,
    /// `--disable-userns`, 0.8.0 and later.
    disables_user_namespaces: bool,
    /// `--add-seccomp-fd`; older versions take a single filter.
    stacks_filters: bool,
    /// `--size` for tmpfs.
    sizes_tmpfs: bool,
    /// Where `prlimit` is, which limits the number of processes from the inside.
    prlimit: Option<PathBuf>,
    /// Where `taskset` is, and how many processors a command is bound to.
    processors: Option<(PathBuf, Processors)>,
    /// Most bytes of memory of each process, where its spec says nothing.
    pub(super) memory: Option<u64>,
    /// Landlock scopes were tried together with a shared network and work.
    pub(super) scopes: bool,
}

impl Bwrap {
    /// Reads what the installed version says it can do; says nothing about whether it works here.
    pub(super) fn new(program: PathBuf, help: &str) -> Self {
        let prlimit = PathBuf::from("/usr/bin/prlimit");
        Self {
            program,
            disables_user_namespaces: help.contains("--disable-userns"),
            stacks_filters: help.contains("--add-seccomp-fd"),
            sizes_tmpfs: help.contains("--size"),
            prlimit: prlimit.exists().then_some(prlimit),
            processors: None,
            memory: None,
            scopes: false,
        }
    }

    /// Binds commands to so many of this machine's processors. Code that wants to can lift that: it keeps the machine
    /// usable, and nobody out.
    pub(super) fn with_cpus(mut self, cpus: Option<u32>) -> Self {
        let taskset = PathBuf::from("/usr/bin/taskset");
        self.processors =
            cpus.and_then(Processors::of_this_machine).filter(|_| taskset.exists()).map(|p| (taskset, p));
        self
    }

    pub(super) fn binds_processors(&self) -> bool {
        self.processors.is_some()
    }

    /// The kernel does not count root's processes.
    pub(super) fn limits_processes(&self) -> bool {
        self.prlimit.is_some() && spawn::effective_uid() != 0
    }

    pub(super) fn confine(&self, spec: &SandboxSpec, command: Command) -> Result<Command, HostError> {
        self.confine_as(spec, command, &[])
    }

    /// As process 1 of the sandbox, without bubblewrap's own in between.
    pub(super) fn confine_first(&self, spec: &SandboxSpec, command: Command) -> Result<Command, HostError> {
        self.confine_as(spec, command, &["--as-pid-1"])
    }

    fn confine_as(
        &self,
        spec: &SandboxSpec,
        mut command: Command,
        also: &[&str],
    ) -> Result<Command, HostError> {
        let mut inherit = Vec::new();
        let mut pass = |bytes: &[u8]| -> Result<i32, HostError> {
            let read = pipe_with(bytes)?;
            let number = read.as_raw_fd();
            inherit.push(read);
            Ok(number)
        };
        let mut arguments = self.namespaces(spec);
        arguments.add(also);
        let filters =
            Filters::build().map_err(|error| HostError::Sandbox { cause: error.to_string() })?.bytes();
        let (flag, filters) = if self.stacks_filters {
            ("--add-seccomp-fd", filters.as_slice())
        } else {
            ("--seccomp", &filters[..1])
        };
        for filter in filters {
            arguments.add([flag, &pass(filter)?.to_string()]);
        }
        self.file_view(spec, &mut arguments);
        if let Some(users) = users(spec.home_seen()) {
            arguments.add(["--ro-bind-data", &pass(users.as_bytes())?.to_string(), "/etc/passwd"]);
        }
        arguments.add(["--remount-ro", "/"]);
        for (name, value) in &command.env {
            arguments.add([OsStr::new("--setenv"), name, value]);
        }
        arguments.add([OsStr::new("--chdir"), command.cwd.as_os_str()]);
        let listed = pass(&arguments.0)?;

        let mut argv: Vec<OsString> =
            vec![self.program.clone().into(), "--args".into(), listed.to_string().into(), "--".into()];
        if let (Some(prlimit), Some(pids), true) =
            (&self.prlimit, command.limits.pids, self.limits_processes())
        {
            argv.extend([prlimit.clone().into(), format!("--nproc={pids}").into(), "--".into()]);
        }
        if let Some((taskset, processors)) = &self.processors {
            argv.extend([taskset.clone().into(), "-c".into(), processors.list(&spec.work).into()]);
        }
        argv.append(&mut command.argv);
        command.argv = argv;
        // bubblewrap itself starts from nothing; what the job gets stands in its arguments.
        command.env = Vec::new();
        command.cwd = PathBuf::from("/");
        command.tree = Tree::Namespace;
        command.scoped = spec.network && self.scopes;
        command.inherit = inherit;
        Ok(command)
    }

    fn namespaces(&self, spec: &SandboxSpec) -> Arguments {
        let mut arguments = Arguments::default();
        arguments.add(["--unshare-all", "--unshare-user"]);
        if spec.network {
            arguments.add(["--share-net"]);
        }
        if self.disables_user_namespaces {
            arguments.add(["--disable-userns"]);
        }
        arguments.add(["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "sandbox"]);
        arguments
    }

    fn file_view(&self, spec: &SandboxSpec, arguments: &mut Arguments) {
        for part in system_folders::parts() {
            match part {
                Part::ReadOnly(path) => arguments.add_paths("--ro-bind", &[&path, &path]),
                Part::Symlink { path, to } => arguments.add_paths("--symlink", &[&to, &path]),
            }
        }
        // Read-only, because files of /proc/sys belong to root: a job of a server that runs as root could set
        // the machine's core_pattern without any capability (tried, and it could).
        arguments.add(["--proc", "/proc", "--remount-ro", "/proc", "--dev", "/dev"]);
        if self.sizes_tmpfs {
            arguments.add(["--size", &spec.tmp_bytes.to_string()]);
        }
        arguments.add(["--tmpfs", "/tmp", "--dir", "/run", "--dir", "/var", "--symlink", "/tmp", "/var/tmp"]);
        let mut empty = Vec::new();
        for step in mounts::steps(spec) {
            match step {
                Step::Show(mount) => {
                    let how = if mount.writable { "--bind" } else { "--ro-bind" };
                    arguments.add_paths(how, &[&mount.source, &mount.target]);
                }
                Step::CoverFile(path) => arguments.add_paths("--ro-bind", &[Path::new("/dev/null"), &path]),
                Step::CoverFolder(path) => {
                    arguments.add_paths("--tmpfs", &[&path]);
                    empty.push(path);
                }
            }
        }
        // Only now: mounts on top of a cover needed their mount points made inside it.
        for path in &empty {
            arguments.add_paths("--remount-ro", &[path]);
        }
    }
}

/// A list of users of our own: some programs (Java, for one) ask it for the home folder instead of `HOME`, and
/// the machine's real accounts are nobody's business inside.
fn users(home: &Path) -> Option<String> {
    let home = home.to_str().filter(|home| !home.contains([':', '\n']))?;
    let (user, group) = (spawn::effective_uid(), spawn::effective_gid());
    let name = if user == 0 { "root" } else { "job" };
    Some(format!(
        "{name}:x:{user}:{group}::{home}:/bin/sh\nnobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\n"
    ))
}

/// Arguments separated by NUL.
#[derive(Debug, Default)]
struct Arguments(Vec<u8>);

impl Arguments {
    fn add<S: AsRef<OsStr>>(&mut self, words: impl IntoIterator<Item = S>) {
        for word in words {
            self.0.extend_from_slice(word.as_ref().as_bytes());
            self.0.push(0);
        }
    }

    fn add_paths(&mut self, flag: &str, paths: &[&Path]) {
        self.add([flag]);
        self.add(paths);
    }
}

/// The reading end of a pipe that already holds everything.
fn pipe_with(bytes: &[u8]) -> Result<OwnedFd, HostError> {
    if bytes.len() > PIPE_ROOM {
        return Err(HostError::Sandbox {
            cause: "its environment and mounts are larger than 64 KiB".to_owned(),
        });
    }
    let failed = |error: std::io::Error| HostError::Sandbox { cause: format!("no pipe: {error}") };
    let (read, mut write) = std::io::pipe().map_err(failed)?;
    write.write_all(bytes).map_err(failed)?;
    Ok(read.into())
}

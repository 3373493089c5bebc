//! A Docker engine of the test's own: in its own network, process and mount namespaces and its own folder, so that
//! nothing of the machine changes and nothing of it stays, however the test ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // Functions shared by tests are tests too.
#![allow(dead_code)] // Each test file uses some of it.

#[allow(clippy::duplicate_mod)] // Tests of `host` have it of their own too.
#[path = "notes.rs"]
mod notes;

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bollard::query_parameters::CreateImageOptionsBuilder;
use bollard::{API_DEFAULT_VERSION, Docker};
use futures_util::StreamExt as _;
use host::cell::{INSIDE_PROGRAM, InsideProgram};
use host::sandbox::container::Engine;
use host::sandbox::container::engine::{find, surroundings};

/// A small Linux with busybox, bash and git.
pub const IMAGE: &str = "pilothouse-test:1";

/// How long the engine may take to answer for the first time, on a machine that is busy with other tests.
const UP_WITHIN: Duration = Duration::from_secs(60);

/// Where what an engine with a network serves is heard, beside it and in its containers.
pub const SERVED_AT: &str = "10.99.0.1:8080";

pub struct Dockerd {
    folder: tempfile::TempDir,
    cgroup: String,
    network: Network,
    process: Child,
}

/// What containers that ask for a network get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Network {
    None,
    /// A bridge to the engine's own namespace, which leads nowhere else.
    Bridge,
}

/// Starts an engine with the test image in it. Without one: a failure where one is asked for (`CI`,
/// `PILOTHOUSE_REQUIRE_DOCKER`), else a printed skip.
pub async fn dockerd() -> Option<Dockerd> {
    started(Network::None).await
}

/// The same where containers that ask for a network get one, in which nothing is but what [`Dockerd::serve`] serves.
pub async fn dockerd_with_network() -> Option<Dockerd> {
    started(Network::Bridge).await
}

async fn started(network: Network) -> Option<Dockerd> {
    match Dockerd::start(network).await {
        Ok(engine) => Some(engine),
        Err(why) => {
            let asked = |name: &str| {
                std::env::var(name).is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
            };
            assert!(!asked("CI") && !asked("PILOTHOUSE_REQUIRE_DOCKER"), "no container engine: {why}");
            notes::not_run(&format!("what needs a container engine: {why}"));
            None
        }
    }
}

impl Dockerd {
    async fn start(network: Network) -> Result<Self, String> {
        if host::spawn::effective_uid() != 0 {
            return Err("an engine of the test's own needs root".to_owned());
        }
        let engine = if with_podman() { ("podman", "podman") } else { ("dockerd", "docker.io") };
        for (program, package) in [engine, ("busybox", "busybox-static"), ("unshare", "util-linux")] {
            if on_path(program).is_none() {
                return Err(format!("{program} is not installed; run: sudo apt-get install {package}"));
            }
        }
        // Short: the path of a socket holds 108 bytes.
        let folder = tempfile::Builder::new().prefix("phd").tempdir_in("/tmp").map_err(|e| e.to_string())?;
        let cgroup = format!("/pilothouse-test-{}", folder.path().file_name().unwrap().to_str().unwrap());
        let process = spawn(folder.path(), &cgroup, network).map_err(|e| format!("unshare: {e}"))?;
        let mut engine = Self { folder, cgroup, network, process };
        engine.wait_until_up()?;
        let root = engine.folder.path().join("rootfs");
        rootfs(&root);
        engine.import(&root, IMAGE).await?;
        Ok(engine)
    }

    /// Starts it again after a [`Dockerd::crash`], at the same place and with the images it had.
    pub fn restart(&mut self) {
        // Of processes that are gone: in its new namespace others have their numbers.
        let _ = std::fs::remove_file(self.folder.path().join("pid"));
        let _ = std::fs::remove_file(self.socket());
        let _ = std::fs::remove_dir_all(self.folder.path().join("exec"));
        self.process = spawn(self.folder.path(), &self.cgroup, self.network).unwrap();
        self.wait_until_up().unwrap_or_else(|why| panic!("it does not come back: {why}"));
    }

    /// The test image with more programs in `/bin`, and with what these programs of the machine are linked to.
    pub async fn image_with(&self, name: &str, scripts: &[(&str, &str)], linked: &[&Path]) {
        let root = self.folder.path().join("rootfs");
        for (program, text) in scripts {
            use std::os::unix::fs::PermissionsExt as _;
            let file = root.join("bin").join(program);
            std::fs::write(&file, text).unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        for program in linked {
            libraries(program, &root);
        }
        self.import(&root, name).await.unwrap_or_else(|why| panic!("{why}"));
    }

    /// Serves a folder by HTTP at [`SERVED_AT`] of its network, as long as the engine runs.
    pub fn serve(&self, folder: &Path) {
        // Among the engine's own processes, with which it ends.
        let children = format!("/proc/{pid}/task/{pid}/children", pid = self.pid());
        let first = std::fs::read_to_string(children).unwrap();
        let first = first.split_whitespace().next().unwrap();
        let served = Command::new("nsenter")
            .args(["-t", first, "-n", "-p", "busybox", "httpd", "-p", SERVED_AT, "-h"])
            .arg(folder)
            .status();
        assert!(served.unwrap().success());
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("s")
    }

    /// The process all others of the engine and its containers descend from.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// A folder that goes with the engine.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The plain client, for controls that a sandbox would refuse.
    pub fn client(&self) -> Docker {
        let address = format!("unix://{}", self.socket().display());
        Docker::connect_with_unix(&address, 60, API_DEFAULT_VERSION).unwrap()
    }

    /// The engine as the product finds it.
    pub async fn engine(&self) -> Engine {
        find(&surroundings(Some(self.socket().to_str().unwrap()))).await.unwrap()
    }

    /// Ends it and everything in it at once, as a crash of the engine's machine would.
    pub fn crash(&mut self) {
        let group = i32::try_from(self.process.id()).unwrap();
        // The outer process; the namespace's first process dies with it and takes the rest.
        let _ = Command::new("kill").args(["-KILL", "--", &format!("-{group}")]).output();
        let _ = self.process.wait();
        // Its processes are killed by now, and gone a moment later.
        let deadline = Instant::now() + Duration::from_secs(10);
        while std::os::unix::net::UnixStream::connect(self.socket()).is_ok() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn wait_until_up(&mut self) -> Result<(), String> {
        let began = Instant::now();
        while !answers(&self.socket()) {
            if let Ok(Some(status)) = self.process.try_wait() {
                return Err(format!("dockerd ended at once ({status}): {}", self.last_words()));
            }
            if began.elapsed() > UP_WITHIN {
                return Err(format!("dockerd does not answer within a minute: {}", self.last_words()));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn last_words(&self) -> String {
        let text = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(5)..].join(" | ")
    }

    async fn import(&self, root: &Path, name: &str) -> Result<(), String> {
        let archive = Command::new("tar").args(["-c", "."]).current_dir(root).output().unwrap();
        assert!(archive.status.success(), "{}", String::from_utf8_lossy(&archive.stderr));
        let options = CreateImageOptionsBuilder::default()
            .from_src("-")
            // Podman reads no tag of its own.
            .repo(name)
            .changes(vec!["ENV PATH=/bin".to_owned()])
            .build();
        let client = self.client();
        let mut steps =
            client.create_image(Some(options), Some(bollard::body_full(archive.stdout.into())), None);
        while let Some(step) = steps.next().await {
            step.map_err(|error| {
                format!("the test image cannot be imported: {error}; {}", self.last_words())
            })?;
        }
        Ok(())
    }
}

impl Drop for Dockerd {
    fn drop(&mut self) {
        self.crash();
        // Empty by now, but the kernel keeps them until they are removed, the deepest first.
        for hierarchy in std::fs::read_dir("/sys/fs/cgroup").into_iter().flatten().flatten() {
            remove_empty(&hierarchy.path().join(self.cgroup.trim_start_matches('/')));
        }
        remove_empty(&Path::new("/sys/fs/cgroup").join(self.cgroup.trim_start_matches('/')));
    }
}

fn remove_empty(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_empty(&entry.path());
        }
    }
    let _ = std::fs::remove_dir(folder);
}

/// `PILOTHOUSE_TEST_ENGINE=podman` runs the same tests on Podman's service.
pub fn with_podman() -> bool {
    std::env::var("PILOTHOUSE_TEST_ENGINE").is_ok_and(|engine| engine == "podman")
}

fn spawn(folder: &Path, cgroup: &str, network: Network) -> std::io::Result<Child> {
    let at = |name: &str| folder.join(name).display().to_string();
    let address = format!("unix://{}", at("s"));
    if with_podman() {
        let settings = format!(
            "[engine]\ncgroup_manager = \"cgroupfs\"\nruntime = \"runc\"\nevents_logger = \"file\"\n\
             [containers]\ncgroup_parent = \"{cgroup}\"\ndefault_ulimits = [\"nofile=4096:4096\", \"nproc=8192:8192\"]\n"
        );
        std::fs::write(folder.join("containers.conf"), settings)?;
        return apart("podman", folder)?
            .args(["--root", &at("data"), "--runroot", &at("exec"), "--storage-driver", "overlay"])
            .args(["system", "service", "--time=0", &address])
            .env("CONTAINERS_CONF", folder.join("containers.conf"))
            .spawn();
    }
    apart("dockerd", folder)?
        .args(["--data-root", &at("data"), "--exec-root", &at("exec"), "--pidfile", &at("pid")])
        .args(["-H", &address, "--cgroup-parent", cgroup])
        .args(match network {
            Network::None => ["--bridge", "none"],
            Network::Bridge => ["--bip", "10.99.1.1/24"],
        })
        .args(["--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false"])
        .args(["--userland-proxy=false", "--storage-driver", "overlay2"])
        .args(["--exec-opt", "native.cgroupdriver=cgroupfs"])
        .spawn()
}

/// `program` in namespaces of its own, where it has the addresses that stand for the machine, the LAN and a cloud.
fn apart(program: &str, folder: &Path) -> std::io::Result<Command> {
    let script = format!(
        "mount -t tmpfs tmpfs /run && busybox ip link set lo up && \
        busybox ip address add 10.99.0.1/32 dev lo && busybox ip address add 169.254.169.254/32 dev lo || exit 9
        {program} \"$@\" & wait $!"
    );
    let log = std::fs::File::create(folder.join("log"))?;
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"])
        .args(["sh", "-c", &script, "sh"])
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0);
    Ok(command)
}

fn answers(socket: &Path) -> bool {
    use std::io::{Read as _, Write as _};
    let Ok(mut caller) = std::os::unix::net::UnixStream::connect(socket) else { return false };
    let _ = caller.set_read_timeout(Some(Duration::from_secs(5)));
    let _ = caller.write_all(b"GET /_ping HTTP/1.0\r\n\r\n");
    let mut said = [0; 64];
    caller.read(&mut said).is_ok_and(|read| said[..read].windows(3).any(|three| three == b"200"))
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// busybox with a name for each of its tools, and a few programs of this machine with what they are linked to.
fn rootfs(root: &Path) {
    let bin = root.join("bin");
    for folder in ["bin", "usr", "tmp", "etc", "root", "dev", "proc", "sys", "home", "var/tmp", "run"] {
        std::fs::create_dir_all(root.join(folder)).unwrap();
    }
    std::fs::copy(on_path("busybox").unwrap(), bin.join("busybox")).unwrap();
    let listed = Command::new("busybox").arg("--list").output().unwrap();
    for tool in String::from_utf8(listed.stdout).unwrap().lines().filter(|tool| *tool != "busybox") {
        std::os::unix::fs::symlink("busybox", bin.join(tool)).unwrap();
    }
    // busybox's own shell runs its tools within itself, where no test from outside sees them.
    std::fs::remove_file(bin.join("sh")).unwrap();
    std::os::unix::fs::symlink("bash", bin.join("sh")).unwrap();
    for program in ["bash", "git", "nohup"] {
        let file = on_path(program).unwrap();
        std::fs::copy(&file, bin.join(program)).unwrap();
        libraries(&file, root);
    }
    // Linked to the machine's libraries in a build for tests.
    libraries(&inside(), root);
}

/// Copies the shared libraries of a program to where they are looked for.
fn libraries(program: &Path, root: &Path) {
    let listed = Command::new("ldd").arg(program).output().unwrap();
    // Of a static program it says that it is none, and lists nothing.
    let text = String::from_utf8(listed.stdout).unwrap();
    for file in text.split_whitespace().filter(|word| word.starts_with('/')) {
        let to = root.join(file.trim_start_matches('/'));
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(file, &to).unwrap();
    }
}

/// The program that runs commands inside, as this test run built it.
pub fn inside() -> PathBuf {
    let beside = || std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join(INSIDE_PROGRAM);
    let program = InsideProgram::named().unwrap_or_else(beside);
    assert!(program.is_file(), "{} is not built; run: cargo build -p pilothouse-cell", program.display());
    program
}

//! An OpenSSH server on loopback that lets one throwaway key in and notes every command.

use super::run;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running `sshd`; ended when dropped.
pub struct SshGit {
    dir: tempfile::TempDir,
    child: Child,
    port: u16,
}

impl SshGit {
    pub fn start() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let path = |name: &str| dir.path().join(name);
        for key in ["host", "user", "stranger"] {
            run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", &path(key).to_string_lossy()]);
        }
        std::fs::copy(path("user.pub"), path("authorized")).expect("the key that is let in");
        // Notes the command, cuts the line in the middle of a push where a file asks for that, and says where large files
        // go where a file has it.
        let script = format!(
            "#!/bin/sh\necho \"$SSH_ORIGINAL_COMMAND\" >> {log}\ncase \"$SSH_ORIGINAL_COMMAND\" in\ngit-receive-pack*)\n  if [ -e {cut} ]; then printf 0000; kill -9 $PPID; fi ;;\ngit-lfs-authenticate*)\n  if [ -e {large} ]; then exec cat {large}; fi ;;\nesac\nexec sh -c \"$SSH_ORIGINAL_COMMAND\"\n",
            log = path("commands").display(),
            cut = path("cut").display(),
            large = path("large").display()
        );
        super::script(&path("noted"), &script);
        let port = crate::ports::free_port("127.0.0.1");
        // Bash reads what its user has configured for it where it is the first shell of a remote line; no part of a test.
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {host}\nAuthorizedKeysFile {authorized}\nPidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nLogLevel VERBOSE\nForceCommand {noted}\nSetEnv SHLVL=2\n",
            host = path("host").display(),
            authorized = path("authorized").display(),
            noted = path("noted").display(),
        );
        std::fs::write(path("sshd_config"), config).expect("its configuration");
        // Where it separates its privileges, when it has any.
        let _ = std::fs::create_dir_all("/run/sshd");
        let log = std::fs::File::create(path("sshd.log")).expect("its log");
        let program = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"];
        let program = program.iter().find(|at| Path::new(at).is_file()).expect("openssh-server is installed");
        let child = Command::new(program)
            .args(["-D", "-e", "-f"])
            .arg(path("sshd_config"))
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("sshd starts");
        let host_key = std::fs::read_to_string(path("host.pub")).expect("the host's key");
        std::fs::write(path("known_hosts"), format!("[127.0.0.1]:{port} {host_key}")).expect("known hosts");
        std::fs::write(path("no_known_hosts"), "").expect("known hosts");
        let server = Self { dir, child, port };
        let deadline = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "sshd does not listen: {}", server.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// The address of a repository of this machine.
    pub fn address(&self, repository: &Path) -> String {
        format!("ssh://{}@127.0.0.1:{}{}", user(), self.port, repository.display())
    }

    /// The command that reaches it with a key (`user` is let in, `stranger` is not).
    pub fn command(&self, key: &str, known: bool) -> String {
        let known = if known { "known_hosts" } else { "no_known_hosts" };
        format!(
            "ssh -F none -o IdentitiesOnly=yes -o IdentityFile={} -o UserKnownHostsFile={} -o GlobalKnownHostsFile=none -o StrictHostKeyChecking=yes",
            self.path(key).display(),
            self.path(known).display()
        )
    }

    /// Whether pushes are cut from now on.
    pub fn cut(&self, on: bool) {
        if on {
            std::fs::write(self.path("cut"), "").expect("a file");
        } else {
            let _ = std::fs::remove_file(self.path("cut"));
        }
    }

    /// From now on large files go to this address, with this header.
    pub fn large_files(&self, address: &str, authorization: &str) {
        let says = serde_json::json!({ "href": address, "header": { "Authorization": authorization } });
        std::fs::write(self.path("large"), says.to_string()).expect("a file");
    }

    /// Commands it was given, one a line.
    pub fn commands(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.path("commands")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Those that received a push.
    pub fn pushes(&self) -> usize {
        self.commands().iter().filter(|command| command.starts_with("git-receive-pack")).count()
    }

    /// What the server itself logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path("sshd.log")).unwrap_or_default()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

impl Drop for SshGit {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Who this process runs as.
fn user() -> String {
    let output = Command::new("id").arg("-un").output().expect("id runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

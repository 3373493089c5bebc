//! A machine of its own folder, with the built program on it.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use testkit::world::program;
use tokio::sync::mpsc;

const PATIENCE: Duration = Duration::from_secs(120);

/// Killed when dropped.
pub struct Machine {
    pub name: String,
    pub ground: tempfile::TempDir,
    under: Vec<String>,
    child: Option<Child>,
    lines: Option<mpsc::UnboundedReceiver<Value>>,
}

impl Machine {
    pub fn new(name: &str, recipes: &str) -> Self {
        Self::under(name, recipes, &[])
    }

    /// Its program is started by another one.
    pub fn under(name: &str, recipes: &str, under: &[&str]) -> Self {
        let ground = tempfile::tempdir().unwrap();
        for folder in ["settings", "home/inner"] {
            std::fs::create_dir_all(ground.path().join(folder)).unwrap();
        }
        std::fs::write(ground.path().join("settings/config.toml"), recipes).unwrap();
        let under = under.iter().map(|word| (*word).to_owned()).collect();
        Self { name: name.to_owned(), ground, under, child: None, lines: None }
    }

    #[cfg(target_os = "linux")]
    pub fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// From its next start on it has this folder of its own on a file system in memory, of so many bytes.
    #[cfg(target_os = "linux")]
    pub fn small(&mut self, folder: &str, bytes: u64) {
        let folder = self.ground.path().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        let (bytes, folder) = (bytes.to_string(), folder.display().to_string());
        let small = [
            "bwrap",
            "--dev-bind",
            "/",
            "/",
            "--size",
            &bytes,
            "--tmpfs",
            &folder,
            "--die-with-parent",
            "--",
        ];
        self.under = small.iter().map(|word| (*word).to_owned()).collect();
    }

    /// A path of this machine's own as its program sees it.
    #[cfg(target_os = "linux")]
    pub fn inside(&self, path: &str) -> PathBuf {
        let outer = self.pid();
        let program = testkit::world::processes::below(outer).into_iter().next().map_or(outer, |p| p.pid);
        let path = self.ground.path().join(path);
        PathBuf::from(format!("/proc/{program}/root")).join(path.strip_prefix("/").unwrap())
    }

    pub fn home(&self) -> PathBuf {
        self.ground.path().join("home")
    }

    pub fn start(&mut self, argv: &[&str]) {
        self.end();
        let program = program("pilothouse").display().to_string();
        let mut words: Vec<&str> = self.under.iter().map(String::as_str).collect();
        words.push(&program);
        let mut child = Command::new(words[0])
            .args(&words[1..])
            .args(["--json", "--data"])
            .arg(self.ground.path().join("data"))
            .args(argv)
            .env("PILOTHOUSE_CONFIG_DIR", self.ground.path().join("settings"))
            .env("SHELL", testkit::world::PLAIN_SHELL)
            // Whoever runs the tests keeps their own keychain to themselves.
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .env("OPENAI_API_KEY", "s3cret")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (tell, lines) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let said = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}"));
                if tell.send(said).is_err() {
                    return;
                }
            }
        });
        (self.child, self.lines) = (Some(child), Some(lines));
    }

    pub fn serve(&mut self) {
        let home = self.home().display().to_string();
        self.start(&["node", "--folder", &home]);
    }

    /// The next line about this state; others are left out.
    pub async fn said(&mut self, state: &str) -> Value {
        let lines = self.lines.as_mut().unwrap();
        let mut seen = Vec::new();
        loop {
            let next = tokio::time::timeout(PATIENCE, lines.recv()).await;
            let line = next.unwrap_or_else(|_| panic!("never {state}: {seen:?}"));
            let line = line.unwrap_or_else(|| panic!("ended before {state}: {seen:?}"));
            if line["state"] == state {
                return line;
            }
            seen.push(line);
        }
    }

    /// The last line it says before it ends, and its exit code.
    pub async fn last(&mut self) -> (Value, Option<i32>) {
        let lines = self.lines.as_mut().unwrap();
        let mut last = Value::Null;
        while let Some(line) = tokio::time::timeout(PATIENCE, lines.recv()).await.expect("it ends") {
            last = line;
        }
        (last, self.child.take().unwrap().wait().unwrap().code())
    }

    /// It ends by itself, well.
    pub fn ended(&mut self) {
        assert!(self.child.take().unwrap().wait().unwrap().success());
    }

    /// `kill -9`.
    pub fn end(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.end();
    }
}

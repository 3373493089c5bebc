//! A disk that can be filled without filling this machine's: a file system in memory that only the server sees.

use super::{RunningServer, Start, processes};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the server finds it.
const AT: &str = "/mnt";

impl Start {
    /// Puts the data folder on a file system of `bytes` of its own. The reason, when this machine cannot make one.
    pub fn on_small_disk(mut self, bytes: u64) -> Result<Self, String> {
        self.data = Path::new(AT).join("pilothouse");
        let size = bytes.to_string();
        let small =
            ["bwrap", "--dev-bind", "/", "/", "--size", &size, "--tmpfs", AT, "--die-with-parent", "--"];
        let tried = Command::new(small[0]).args(&small[1..]).arg("true").output();
        match tried {
            Ok(output) if output.status.success() => Ok(self.under(&small)),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            Err(error) => Err(format!("bwrap: {error}")),
        }
    }
}

/// What fills a small disk; it is free again when this is removed.
pub struct Ballast {
    file: PathBuf,
}

impl Ballast {
    /// Writes until not one byte more fits.
    pub fn fill(disk: &Path) -> Self {
        let file = disk.join("ballast");
        let mut out = OpenOptions::new().create(true).append(true).open(&file).expect("a file");
        for block in [1024 * 1024, 4096, 1] {
            while wrote(&mut out, block) {}
        }
        Self { file }
    }

    pub fn remove(self) {
        std::fs::remove_file(self.file).expect("it is removed");
    }
}

fn wrote(out: &mut File, bytes: usize) -> bool {
    match out.write(&vec![b'x'; bytes]) {
        Ok(written) => written > 0,
        Err(error) if error.kind() == ErrorKind::StorageFull => false,
        Err(error) => panic!("the disk cannot be filled: {error}"),
    }
}

impl RunningServer {
    /// The disk of a server started with [`Start::on_small_disk`], seen from here.
    pub fn small_disk(&self) -> PathBuf {
        inside(self.pid(), Path::new(AT))
    }
}

/// A path as the program sees it that was started through another one.
pub(super) fn inside(outer: u32, path: &Path) -> PathBuf {
    let program = processes::below(outer).into_iter().next().map_or(outer, |p| p.pid);
    let root = PathBuf::from(format!("/proc/{program}/root"));
    root.join(path.strip_prefix("/").unwrap_or(path))
}

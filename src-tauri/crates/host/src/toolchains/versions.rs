//! Which versions of the tools are installed, without starting any of them: what is said of their programs' files
//! changes when one of them is updated.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use sha2::{Digest as _, Sha256};

use super::{Toolchains, system_path};
use crate::sandbox::Sandbox;

/// Most bytes of a file that names the version in use.
const LARGEST_CHOICE: u64 = 64 * 1024;
/// Of a program so much is looked at to tell it from another: what a linker marks each with is near its beginning.
const LOOKED_AT: u64 = 1 << 20;

impl Toolchains {
    /// One line for each tool and each installation a version manager chooses from, looked at now.
    pub fn versions(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for kit in &self.kits {
            lines.push(format!("{} {}", kit.name, stamp(&kit.place)));
            for (folder, program) in &kit.installed {
                let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
                let mut found: Vec<_> = entries.map(|entry| entry.path().join(program)).collect();
                found.sort();
                lines.extend(found.iter().map(|program| stamp(program)));
            }
            for file in &kit.chosen {
                let small = std::fs::metadata(file).is_ok_and(|found| found.len() <= LARGEST_CHOICE);
                let text = small.then(|| std::fs::read_to_string(file).ok()).flatten().unwrap_or_default();
                lines.push(format!("{} {text}", file.display()));
            }
        }
        lines
    }

    /// The same tools on another machine give the same lines: each installation by its place, for what is made with it
    /// names that place, and by its content. When it came there does not count.
    pub fn identities(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for kit in &self.kits {
            let installed = kit.installed.iter().flat_map(|(folder, program)| {
                let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
                entries.map(move |entry| entry.path().join(program)).filter(|program| program.is_file())
            });
            let mut installed: Vec<_> = installed.collect();
            installed.sort();
            if installed.is_empty() {
                installed.push(kit.place.clone());
            }
            lines.extend(installed.iter().map(|program| format!("{} {}", kit.name, identity(program))));
            for file in &kit.chosen {
                if let Some(choice) = choice(file) {
                    lines.push(format!("{} {} says {choice}", kit.name, file.display()));
                }
            }
        }
        lines
    }

    /// Where a job finds the program of this name; nobody outside knows that of an image.
    pub fn program(&self, sandbox: &Sandbox, name: &str) -> Option<PathBuf> {
        if sandbox.brings_its_own_tools() {
            return None;
        }
        let own = (!sandbox.confines()).then_some(&self.path).into_iter().flatten().cloned();
        let tools = self.kits.iter().flat_map(|kit| kit.path.iter().cloned());
        let named = program_file(name);
        tools.chain(own).chain(system_path()).map(|folder| folder.join(&named)).find(|path| path.is_file())
    }
}

/// What a program of this name is called in the folders of a path, as it is looked up when it is started.
pub fn program_file(name: &str) -> String {
    with_suffix(name, std::env::consts::EXE_SUFFIX)
}

/// Windows adds its suffix only to a name without a dot: `npm.cmd` is that file.
fn with_suffix(name: &str, suffix: &str) -> String {
    if name.contains('.') { name.to_owned() } else { format!("{name}{suffix}") }
}

/// A program's file as it is now: links resolved, its size, when it was changed. Of a folder only the name is said,
/// since its time changes with whatever is made in it.
pub fn stamp(program: &Path) -> String {
    let real = std::fs::canonicalize(program).unwrap_or_else(|_| program.to_owned());
    match std::fs::metadata(&real) {
        Ok(found) if found.is_file() => {
            let changed = found.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
            format!("{} {} {}", real.display(), found.len(), changed.map_or(0, |at| at.as_nanos()))
        }
        Ok(_) => real.display().to_string(),
        Err(_) => format!("{} absent", real.display()),
    }
}

/// A program's file by where it is and what it is.
fn identity(program: &Path) -> String {
    let real = std::fs::canonicalize(program).unwrap_or_else(|_| program.to_owned());
    let read = std::fs::File::open(&real).and_then(|file| {
        let (size, mut head) = (file.metadata()?.len(), Vec::new());
        file.take(LOOKED_AT).read_to_end(&mut head)?;
        Ok((size, Sha256::digest(&head)))
    });
    match read {
        Ok((size, digest)) => {
            let digest: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            format!("{} {size} {digest}", real.display())
        }
        // A folder, or nothing at all.
        Err(_) => real.display().to_string(),
    }
}

/// What such a file says of the version in use. Beside that it may name folders of its machine.
fn choice(file: &Path) -> Option<String> {
    let small = std::fs::metadata(file).is_ok_and(|found| found.len() <= LARGEST_CHOICE);
    let text = small.then(|| std::fs::read_to_string(file).ok()).flatten()?;
    let named = text.lines().find(|line| line.starts_with("default_toolchain"));
    let said = if file.extension().is_some_and(|ending| ending == "toml") { named? } else { text.trim() };
    Some(said.chars().take(200).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toolchains::Machine;

    /// Writes files below a folder.
    fn writer(folder: &Path) -> impl Fn(&str, &str) {
        move |name, text| {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }

    #[test]
    fn only_a_program_without_an_extension_is_given_the_one_of_the_system() {
        assert_eq!(with_suffix("cargo", ".exe"), "cargo.exe");
        for whole in ["npm.cmd", "cargo.exe", "python3.12"] {
            assert_eq!(with_suffix(whole, ".exe"), whole);
        }
        assert_eq!(with_suffix("cargo", ""), "cargo");
    }

    #[test]
    fn the_same_tools_are_the_same_whenever_they_came_and_others_are_not() {
        let temp = tempfile::tempdir().unwrap();
        let write = writer(temp.path());
        let rustc = ".rustup/toolchains/stable/bin/rustc";
        write(".cargo/bin/cargo", "a stand-in");
        write(rustc, "1.0");
        write(".rustup/settings.toml", "default_toolchain = \"stable\"\n[overrides]\n");
        let tools = Toolchains::detect(&Machine { home: temp.path().into(), ..Machine::default() });
        let (before, stamped) = (tools.identities(), tools.versions());
        assert_eq!(before.len(), 2, "{before:?}");
        let file = std::fs::File::options().write(true).open(temp.path().join(rustc)).unwrap();
        file.set_modified(UNIX_EPOCH + std::time::Duration::from_secs(1_000_000)).unwrap();
        write(
            ".rustup/settings.toml",
            "default_toolchain = \"stable\"\n[overrides]\n\"/home/ada\" = \"beta\"\n",
        );
        write(".cargo/bin/cargo", "another stand-in");
        assert_eq!(tools.identities(), before);
        assert_ne!(tools.versions(), stamped);
        write(rustc, "1.1");
        assert_ne!(tools.identities(), before);
    }

    #[test]
    fn an_updated_an_added_and_a_chosen_toolchain_each_change_what_is_said() {
        let temp = tempfile::tempdir().unwrap();
        let write = writer(temp.path());
        write(".cargo/bin/cargo", "a stand-in");
        write(".rustup/toolchains/stable/bin/rustc", "1.0");
        let machine = Machine { home: temp.path().into(), ..Machine::default() };
        let tools = Toolchains::detect(&machine);
        let mut seen = vec![tools.versions()];
        assert_eq!(tools.versions(), seen[0]);
        write(".rustup/toolchains/stable/lib/other", "not a compiler");
        assert_eq!(tools.versions(), seen[0]);
        for (name, text) in [
            (".rustup/toolchains/stable/bin/rustc", "1.0.1"),
            (".rustup/toolchains/beta/bin/rustc", "2.0"),
            (".rustup/settings.toml", "default_toolchain = \"beta\"\n"),
        ] {
            write(name, text);
            let now = tools.versions();
            assert!(!seen.contains(&now), "{name}");
            seen.push(now);
        }
        assert_eq!(tools.program(&Sandbox::Host, "cargo"), Some(temp.path().join(".cargo/bin/cargo")));
        assert_eq!(tools.program(&Sandbox::Host, "no-such-program-here"), None);
    }
}

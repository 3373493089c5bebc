//! What an agent of another maker wants to do, judged by policy before it does it: a command, files it writes.
//!
//! A file is judged by its place first. In the clone policy decides, which allows the plan's scope without a question;
//! what belongs to the job alone (its HOME, temporary folders of its sandbox) is nobody's affair, since nothing of it is
//! handed over; everything else is refused. A link on the way is refused too: nobody could say where it leads.

use crate::allow::{Asking, Said};
use crate::life::Attempt;
use agent::cli::Wish;
use protocol::policy::ActionKind;
use std::path::{Component, Path, PathBuf};

/// Folders a sandbox has of its own.
const TEMPORARY: [&str; 2] = ["/tmp", "/var/tmp"];
/// Files of one question.
const FILES: usize = 100;
/// Files of one wish; a larger one is no edit.
const MOST_FILES: usize = 1_000;

/// Judges the wishes of one attempt.
#[derive(Clone)]
pub(crate) struct Judge {
    asking: Asking,
    places: Places,
}

impl Judge {
    pub(crate) fn of(attempt: &Attempt<'_>) -> Self {
        let (_, home) = attempt.bench.homes();
        let places = Places {
            root: attempt.bench.root().to_owned(),
            home: home.to_owned(),
            confined: attempt.bench.confines(),
        };
        Self { asking: Asking::of(attempt), places }
    }

    /// Waits for the answer; none when it may. Otherwise a sentence for its model.
    pub(crate) async fn no(&self, wish: Wish) -> Option<String> {
        match wish {
            Wish::Command(line) if line.trim().is_empty() => {
                Some(refused("The command was not run", "it is empty"))
            }
            Wish::Command(line) => {
                let said = self.ask(self.asking.line("bash", &line)).await;
                said.err().map(|why| refused("The command was not run", &why))
            }
            Wish::Files(files) => {
                self.files(&files).await.err().map(|why| refused("Nothing was written", &why))
            }
        }
    }

    async fn files(&self, files: &[String]) -> Result<(), String> {
        if files.is_empty() || files.len() > MOST_FILES {
            return Err(format!("it has to be said which files, and no more than {MOST_FILES}"));
        }
        let mut asked = Vec::new();
        for file in files {
            match self.places.of(file)? {
                Place::Clone(name) if !asked.contains(&name) => asked.push(name),
                Place::Clone(_) | Place::Own => {}
            }
        }
        for paths in asked.chunks(FILES) {
            self.ask(ActionKind::FileWrite { paths: paths.to_vec() }).await?;
        }
        Ok(())
    }

    async fn ask(&self, action: ActionKind) -> Result<(), String> {
        match self.asking.before(action, std::future::pending()).await {
            Said::Yes => Ok(()),
            Said::No(why) | Said::Unasked(why) => Err(why),
        }
    }
}

fn refused(what: &str, why: &str) -> String {
    let why = why.trim_end_matches('.');
    format!("{what}: {why}. Do not try to get round that; go on without it.")
}

#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// Its path in the clone.
    Clone(String),
    /// The job's alone.
    Own,
}

#[derive(Debug, Clone)]
struct Places {
    root: PathBuf,
    /// The job's HOME, as the agent sees it.
    home: PathBuf,
    confined: bool,
}

impl Places {
    fn of(&self, path: &str) -> Result<Place, String> {
        let plain = plain(&self.root.join(path));
        // Inside it may be seen by its real name, where ours leads through a link.
        let real = self.root.canonicalize().ok();
        let below = plain.strip_prefix(&self.root).ok();
        if let Some(below) = below.or_else(|| plain.strip_prefix(real.as_ref()?).ok()) {
            return self.in_clone(path, below);
        }
        let temporary = || self.confined && TEMPORARY.iter().any(|folder| plain.starts_with(folder));
        match plain.starts_with(&self.home) || temporary() {
            true => Ok(Place::Own),
            false => Err(format!("{path} is outside the clone")),
        }
    }

    fn in_clone(&self, path: &str, below: &Path) -> Result<Place, String> {
        let (mut at, mut names) = (self.root.clone(), Vec::new());
        for part in below.components() {
            let Some(name) = part.as_os_str().to_str() else {
                return Err(format!("{path} is no name for a file"));
            };
            if name.eq_ignore_ascii_case(".git") {
                return Err("`.git` is not written".to_owned());
            }
            at.push(name);
            if at.symlink_metadata().is_ok_and(|found| found.file_type().is_symlink()) {
                return Err(format!("{path} goes through a link"));
            }
            names.push(name);
        }
        if names.is_empty() {
            return Err(format!("{path} is no file"));
        }
        Ok(Place::Clone(names.join("/")))
    }
}

/// Without `.` and `..`, which are taken by their words.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn places(root: &Path, confined: bool) -> Places {
        Places { root: root.to_owned(), home: "/home/job".into(), confined }
    }

    #[test]
    fn a_file_is_judged_by_where_it_is_however_it_is_written() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        let here = places(root, true);
        for (path, name) in [
            ("src/a.rs", "src/a.rs"),
            ("./src//b.rs", "src/b.rs"),
            ("src/../../../etc/x", ""),
            (".git/config", ""),
            ("a/.GIT/hooks/x", ""),
            ("", ""),
            ("/etc/passwd", ""),
        ] {
            let said = here.of(path);
            match name {
                "" => assert!(said.is_err(), "{path}: {said:?}"),
                name => assert_eq!(said, Ok(Place::Clone(name.into())), "{path}"),
            }
        }
        let whole = root.join("x/y").to_string_lossy().into_owned();
        assert_eq!(here.of(&whole), Ok(Place::Clone("x/y".into())));
        assert_eq!(here.of("/home/job/notes.md"), Ok(Place::Own));
        assert!(here.of("/home/job/../other/x").is_err());
    }

    #[test]
    fn temporary_folders_are_a_jobs_own_only_in_a_sandbox() {
        let clone = Path::new("/srv/clone");
        assert_eq!(places(clone, true).of("/tmp/x"), Ok(Place::Own));
        assert!(places(clone, false).of("/tmp/x").is_err());
    }

    #[test]
    fn a_link_is_not_followed() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        std::fs::create_dir(root.join("src")).unwrap();
        std::os::unix::fs::symlink("/etc", root.join("src/out")).unwrap();
        assert!(places(root, true).of("src/out/x").unwrap_err().contains("link"));
        assert!(places(root, true).of("src/out").is_err());
    }
}

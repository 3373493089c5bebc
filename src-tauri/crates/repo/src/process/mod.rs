//! The one way this program starts git.
//!
//! Every call has a cleared environment, no configuration but ours and the repository's own, no hooks,
//! no monitors, no prompts, a time limit, and bounded output. What flags cannot close (filter and merge
//! drivers named by a hostile repository's own configuration) is closed by never running git on a
//! repository that somebody else could configure: see `depot`, `intake` and `check_tree`.

mod as_user;
mod call;
mod harden;
mod locate;
mod own_credentials;
mod run;
mod version;
mod watched;

pub use call::{GitCall, Overflow};
pub use locate::locate;
pub use own_credentials::{HostToken, OwnCredentials};
pub use run::GitOutput;
pub(crate) use run::{dialogue, wait_until};
pub use version::{MINIMUM, Version};
pub(crate) use watched::watched;
pub use watched::{Watch, Watched, WatchedEnd};

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::IoContext;
use crate::{RepoError, Result};

/// A git program that was looked at once and found new enough. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Git {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    program: PathBuf,
    search_path: OsString,
    blank: Blank,
    version: Version,
}

/// The empty home that every git process is given: a folder of ours without configuration or hooks.
#[derive(Debug)]
struct Blank {
    home: PathBuf,
    config: PathBuf,
    attributes: PathBuf,
    hooks: PathBuf,
}

impl Git {
    /// `program`: absolute path of git. `search_path`: the PATH handed to it (for ssh and the like).
    /// `home`: a folder of ours that stands in for the home folder; created when missing.
    pub fn new(program: &Path, search_path: OsString, home: &Path) -> Result<Self> {
        let blank = Blank::prepare(home)?;
        let unknown = Version { major: 0, minor: 0, patch: 0 };
        let probe = Self {
            inner: Arc::new(Inner { program: program.to_owned(), search_path, blank, version: unknown }),
        };
        let found = version::ask(&probe)?;
        if found < MINIMUM {
            return Err(RepoError::TooOld { found: found.to_string(), minimum: MINIMUM.to_string() });
        }
        let Some(mut inner) = Arc::into_inner(probe.inner) else {
            return Err(RepoError::Missing { detail: "git is still being looked at".into() });
        };
        inner.version = found;
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Finds git on `search_path` (the machine's PATH) and prepares it.
    pub fn on_path(search_path: OsString, home: &Path) -> Result<Self> {
        let program = locate(&search_path)?;
        Self::new(&program, search_path, home)
    }

    pub fn version(&self) -> Version {
        self.inner.version
    }

    pub fn program(&self) -> &Path {
        &self.inner.program
    }

    /// A call outside any repository.
    pub fn call(&self) -> GitCall<'_> {
        GitCall::new(self)
    }

    /// A call on exactly this git folder; git does not look for another.
    pub fn in_dir(&self, git_dir: &Path) -> GitCall<'_> {
        GitCall::new(self).git_dir(git_dir)
    }
}

impl Blank {
    fn prepare(home: &Path) -> Result<Self> {
        let hooks = home.join("no-hooks");
        std::fs::create_dir_all(&hooks).at("create", &hooks)?;
        private(home)?;
        let config = home.join("gitconfig");
        let attributes = home.join("gitattributes");
        for file in [&config, &attributes] {
            if std::fs::metadata(file).map_or(true, |found| found.len() > 0) {
                std::fs::write(file, "").at("write", file)?;
            }
        }
        own_credentials::write_askpass(home)?;
        Ok(Self { home: home.to_owned(), config, attributes, hooks })
    }
}

/// Makes a folder readable by its owner only, where the system knows such a thing.
pub(crate) fn private(dir: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700)).at("protect", dir)?;
    }
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

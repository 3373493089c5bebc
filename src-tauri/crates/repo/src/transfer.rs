//! Moving commits between two repositories of this machine: one packs, the other unpacks. No transport,
//! no refs, no FETCH_HEAD, no rewriting of addresses by anybody's configuration; hooks have nothing to
//! hang on. Refs are moved afterwards, by those who may.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;

use crate::depot::Depot;
use crate::error::IoContext;
use crate::{Git, ObjectId, Result, libgit};

const LIMIT: Duration = Duration::from_secs(900);
/// Up to here objects are stored one by one; beyond it the pack is kept as it is. A pack for every small
/// hand-over would slow down each later look-up.
const LOOSE_LIMIT: u32 = 500;

/// Whose objects are taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// The user's own history, or what came out of the depot: taken as it is, however old its quirks.
    Owner,
    /// A worker's: every object is checked, and the pack has a size limit in bytes.
    Nobody { limit: u64 },
}

/// The history of `wants` without that of `haves`, in the repository with git folder `from`.
pub(crate) struct History<'a> {
    pub git: &'a Git,
    pub from: &'a Path,
    pub wants: &'a [ObjectId],
    pub haves: &'a [ObjectId],
}

impl History<'_> {
    /// Copies it into the repository with git folder `into`. `scratch` holds the pack meanwhile.
    pub fn copy_into(&self, scratch: &Depot, into: &Path, trust: Trust) -> Result<()> {
        self.copy(scratch, into, None, trust)
    }

    /// Copies it into an object folder beside the depot's.
    pub fn copy_into_objects(&self, depot: &Depot, objects: &Path, trust: Trust) -> Result<()> {
        self.copy(depot, depot.dir(), Some(objects), trust)
    }

    fn copy(&self, scratch: &Depot, into: &Path, objects: Option<&Path>, trust: Trust) -> Result<()> {
        if self.wants.is_empty() {
            return Ok(());
        }
        let ask = self.question(into)?;
        let path = scratch.incoming_path()?;
        let pack = Scratch::create(&path)?;
        self.git
            .in_dir(self.from)
            .flags(&["pack-objects", "--revs", "--stdout", "-q", "--delta-base-offset", "--window=0"])
            .input(ask)
            .output_file(pack.file.try_clone().at("open", &path)?)
            .timeout(LIMIT)
            .success()?;
        Unpack { git: self.git, git_dir: into, objects }.read(pack.rewound()?, trust)
    }

    /// What `pack-objects` is asked for. A commit that one side lacks cannot be left out of the history.
    fn question(&self, into: &Path) -> Result<String> {
        let (target, source) = (libgit::open(into)?, libgit::open(self.from)?);
        let (target, source) = (target.odb()?, source.odb()?);
        let mut ask: String = self.wants.iter().map(|want| format!("{want}\n")).collect();
        for have in self.haves {
            if source.exists(have.raw()?) && target.exists(have.raw()?) {
                ask.push_str(&format!("^{have}\n"));
            }
        }
        Ok(ask)
    }
}

/// Taking in one pack.
pub(crate) struct Unpack<'a> {
    pub git: &'a Git,
    pub git_dir: &'a Path,
    /// Another place for the objects than the repository's own.
    pub objects: Option<&'a Path>,
}

impl Unpack<'_> {
    /// `pack` stands at the pack's first byte.
    pub fn read(&self, mut pack: File, trust: Trust) -> Result<()> {
        let start = pack.stream_position().at("read", self.git_dir)?;
        let mut header = [0u8; 12];
        let complete = pack.read_exact(&mut header).is_ok();
        let count = u32::from_be_bytes([header[8], header[9], header[10], header[11]]);
        if complete && count == 0 {
            return Ok(());
        }
        pack.seek(SeekFrom::Start(start)).at("read", self.git_dir)?;
        let mut call = self.git.in_dir(self.git_dir).setting("core.bigFileThreshold=16m");
        if let Some(objects) = self.objects {
            call = call.env("GIT_OBJECT_DIRECTORY", objects);
        }
        call = if count <= LOOSE_LIMIT {
            call.flags(&["unpack-objects", "-q"])
        } else {
            call.flags(&["index-pack", "--stdin", "--fix-thin"])
        };
        if let Trust::Nobody { limit } = trust {
            call = call.flags(&["--strict"]).number("--max-input-size=", limit);
        }
        call.input_file(pack).timeout(LIMIT).success()?;
        Ok(())
    }
}

/// A file that is gone when this is.
struct Scratch<'p> {
    path: &'p Path,
    file: File,
}

impl<'p> Scratch<'p> {
    fn create(path: &'p Path) -> Result<Self> {
        let file = File::options().read(true).write(true).create_new(true).open(path).at("create", path)?;
        Ok(Self { path, file })
    }

    fn rewound(&self) -> Result<File> {
        let mut file = self.file.try_clone().at("open", self.path)?;
        file.seek(SeekFrom::Start(0)).at("read", self.path)?;
        Ok(file)
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(self.path);
    }
}

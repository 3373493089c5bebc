//! Reading a bundle's header ourselves: one ref, the expected one; prerequisites that the depot has. Only
//! then is git given the pack behind it.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::IntakeRequest;
use super::quarantine::Quarantine;
use crate::depot::Depot;
use crate::error::IoContext;
use crate::transfer::{Trust, Unpack};
use crate::{ObjectId, RepoError, Result};

pub(super) struct Bundle {
    pub tip: ObjectId,
    pub prerequisites: Vec<ObjectId>,
    pub size: u64,
    /// Where the pack begins.
    pack: u64,
}

const MAX_LINE: u64 = 4096;
const MAX_LINES: usize = 1000;

fn invalid(reason: impl Into<String>) -> RepoError {
    RepoError::BundleInvalid { reason: reason.into() }
}

/// An error of git's about the bundle's content is the bundle's fault.
pub(super) fn refused(error: RepoError) -> RepoError {
    match error {
        RepoError::Failed { detail, .. } => invalid(format!("git refuses its objects: {}", detail.trim())),
        other => other,
    }
}

pub(super) fn open(path: &Path, request: &IntakeRequest<'_>) -> Result<(Bundle, File)> {
    crate::check_branch(request.branch)?;
    crate::check_id(request.job)?;
    let file = open_plain(path)?;
    let found = file.metadata().at("read", path)?;
    if !found.is_file() {
        return Err(invalid("it is not a plain file"));
    }
    let (limit, actual) = (request.limits.bundle_bytes, found.len());
    if actual > limit {
        return Err(RepoError::TooLarge { what: "the bundle".into(), limit, actual });
    }
    let bundle = read_header(&file, actual, Some(request.branch))?;
    Ok((bundle, file))
}

/// A link in a folder the worker can write is not followed, and a pipe is not waited for.
fn open_plain(path: &Path) -> Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    match options.open(path) {
        #[cfg(unix)]
        Err(error) if error.raw_os_error() == Some(libc::ELOOP) => Err(invalid("it is a link")),
        other => other.at("open", path),
    }
}

/// The commit that the bundle at `path` says it holds. Nothing is checked but its header.
pub fn bundle_tip(path: &Path) -> Result<ObjectId> {
    let file = open_plain(path)?;
    let found = file.metadata().at("read", path)?;
    if !found.is_file() {
        return Err(invalid("it is not a plain file"));
    }
    Ok(read_header(&file, found.len(), None)?.tip)
}

/// `branch` is the one that it has to hold, if that matters.
fn read_header(file: &File, size: u64, branch: Option<&str>) -> Result<Bundle> {
    let mut reader = BufReader::new(file);
    let mut at = 0;
    let mut line = |at: &mut u64| -> Result<String> {
        let mut bytes = Vec::new();
        let read = reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut bytes);
        read.map_err(|_| invalid("its header cannot be read"))?;
        if bytes.pop() != Some(b'\n') {
            return Err(invalid("its header is cut short"));
        }
        *at += bytes.len() as u64 + 1;
        String::from_utf8(bytes).map_err(|_| invalid("its header is not text"))
    };
    match line(&mut at)?.as_str() {
        "# v2 git bundle" | "# v3 git bundle" => {}
        _ => return Err(invalid("it is not a git bundle")),
    }
    let (mut prerequisites, mut tips) = (Vec::new(), Vec::new());
    for _ in 0..MAX_LINES {
        let text = line(&mut at)?;
        if text.is_empty() {
            let [tip] = tips.try_into().map_err(|found: Vec<_>| {
                invalid(format!("it must hold exactly one ref, it holds {}", found.len()))
            })?;
            return Ok(Bundle { tip, prerequisites, size, pack: at });
        }
        if text.starts_with('@') {
            if text != "@object-format=sha1" {
                return Err(invalid(format!("it needs {text:?}")));
            }
        } else if let Some(rest) = text.strip_prefix('-') {
            let id = rest.split(' ').next().unwrap_or_default();
            prerequisites.push(ObjectId::parse(id).map_err(|_| invalid("a prerequisite is not an id"))?);
        } else {
            let (id, name) = text.split_once(' ').ok_or_else(|| invalid("a ref line has no name"))?;
            if let Some(branch) = branch
                && name.strip_prefix("refs/heads/") != Some(branch)
            {
                let name: String = name.chars().take(100).collect();
                return Err(invalid(format!("it holds {name:?} instead of the job's branch {branch:?}")));
            }
            tips.push(ObjectId::parse(id).map_err(|_| invalid("a ref's value is not an id"))?);
        }
    }
    Err(invalid("its header is too long"))
}

pub(super) fn unpack(
    depot: &Depot,
    path: &Path,
    mut file: File,
    bundle: &Bundle,
    quarantine: &Quarantine,
    request: &IntakeRequest<'_>,
) -> Result<()> {
    for id in &bundle.prerequisites {
        // Only the job's own past counts: naming other commits would tell whether the depot has them.
        if !depot.contains(request.base, id).unwrap_or(false) {
            return Err(invalid(format!("it builds on {}, which is not in the job's base", id.short())));
        }
    }
    let verify = depot.call().flags(&["bundle", "verify", "--quiet", "--end-of-options"]).value(path);
    verify.success().map_err(refused)?;
    file.seek(SeekFrom::Start(bundle.pack)).at("read", path)?;
    let unpack = Unpack { git: depot.git(), git_dir: depot.dir(), objects: Some(quarantine.objects()) };
    unpack.read(file, Trust::Nobody { limit: request.limits.bundle_bytes }).map_err(refused)
}

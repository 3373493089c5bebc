//! Putting back a working folder whose update was cut off: paths that are gone, or hold what was being
//! written or the beginning of it, get the old commit's content again. A path that holds anything else was
//! changed by the user since, and stays.

use std::path::Path;

use git2::build::CheckoutBuilder;
use git2::{IndexEntry, IndexTime, Repository};

use crate::error::IoContext;
use crate::tree_diff::{Change, LINK, SUBMODULE, Side};
use crate::{ObjectId, Result, libgit};

pub(super) fn put_back(repo: &Repository, old: Option<&ObjectId>, changes: &[Change]) -> Result<()> {
    let root = repo.workdir().unwrap_or(Path::new(""));
    let mut missing = Vec::new();
    for change in changes {
        let name = libgit::text(&change.path);
        if ours(repo, root, &name, change)? {
            remove_with_empty_folders(root, &name)?;
            missing.extend(change.old.as_ref().map(|_| name));
        }
    }
    put_index_back(repo, changes)?;
    let (Some(old), false) = (old, missing.is_empty()) else { return Ok(()) };
    let target = libgit::commit(repo, old)?.into_object();
    let mut options = CheckoutBuilder::new();
    options.safe().recreate_missing(true).disable_pathspec_match(true);
    for name in &missing {
        options.path(name.as_str());
    }
    Ok(repo.checkout_tree(&target, Some(&mut options))?)
}

fn put_index_back(repo: &Repository, changes: &[Change]) -> Result<()> {
    let mut index = repo.index()?;
    index.read(true)?;
    let mut touched = false;
    for change in changes {
        let name = libgit::text(&change.path);
        let staged = index.get_path(Path::new(&name), 0).map(|entry| ObjectId::from(entry.id));
        if staged.as_ref() != change.new.as_ref().map(|side| &side.id) {
            continue;
        }
        touched = true;
        match &change.old {
            Some(side) => index.add(&entry(&change.path, side)?)?,
            None => index.remove_path(Path::new(&name))?,
        }
    }
    if touched {
        index.write()?;
    }
    Ok(())
}

fn entry(path: &[u8], side: &Side) -> Result<IndexEntry> {
    let never = IndexTime::new(0, 0);
    Ok(IndexEntry {
        ctime: never,
        mtime: never,
        dev: 0,
        ino: 0,
        mode: side.mode.unsigned_abs(),
        uid: 0,
        gid: 0,
        file_size: 0,
        id: side.id.raw()?,
        flags: 0,
        flags_extended: 0,
        path: path.to_vec(),
    })
}

fn ours(repo: &Repository, root: &Path, name: &str, change: &Change) -> Result<bool> {
    let file = root.join(name);
    let Ok(found) = std::fs::symlink_metadata(&file) else { return Ok(change.old.is_some()) };
    if found.is_dir() {
        return Ok(false);
    }
    let bytes = if found.is_symlink() {
        std::fs::read_link(&file).at("read", &file)?.into_os_string().into_encoded_bytes()
    } else {
        std::fs::read(&file).at("read", &file)?
    };
    for side in [&change.new, &change.old].into_iter().flatten().filter(|side| side.mode != SUBMODULE) {
        let blob = repo.find_blob(side.id.raw()?)?;
        let link = side.mode == LINK;
        if link == found.is_symlink() && begins(blob.content(), &bytes) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the file is the content or a beginning of it, whichever line ends it was written with.
fn begins(content: &[u8], file: &[u8]) -> bool {
    let plain = |bytes: &[u8]| bytes.iter().copied().filter(|byte| *byte != b'\r').collect::<Vec<u8>>();
    content.starts_with(file) || plain(content).starts_with(&plain(file))
}

fn remove_with_empty_folders(root: &Path, name: &str) -> Result<()> {
    let file = root.join(name);
    match std::fs::remove_file(&file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).at("put back", &file);
        }
        _ => {}
    }
    for folder in Path::new(name).ancestors().skip(1).filter(|folder| *folder != Path::new("")) {
        if std::fs::remove_dir(root.join(folder)).is_err() {
            break;
        }
    }
    Ok(())
}

//! What the user has changed in the checkout since its last commit, staged or not, as text to look at.

use std::path::Path;

use git2::{DiffFormat, DiffOptions};

use crate::{RepoError, Result, libgit};

/// Larger files are named as binary ones are.
const LARGEST: i64 = 4 << 20;

/// Git's own text form, at most so many bytes, and whether it was cut. Files that git does not track are not in it.
/// Reads only; submodules are left alone.
pub fn checkout_diff(path: &Path, most: usize) -> Result<(String, bool)> {
    let repo = libgit::open(&libgit::discover(path)?)?;
    if repo.workdir().is_none() {
        return Err(RepoError::Bare { path: repo.path().to_owned() });
    }
    let head = match repo.head() {
        Ok(head) => Some(head.peel_to_tree()?),
        Err(error) if error.code() == git2::ErrorCode::UnbornBranch => None,
        Err(error) => return Err(error.into()),
    };
    let mut options = DiffOptions::new();
    options.ignore_submodules(true).include_typechange(true).max_size(LARGEST).update_index(false);
    let diff = repo.diff_tree_to_workdir_with_index(head.as_ref(), Some(&mut options))?;
    let (mut text, mut cut) = (Vec::new(), false);
    let printed = diff.print(DiffFormat::Patch, |_, _, line| {
        let origin = line.origin();
        if matches!(origin, '+' | '-' | ' ') {
            text.push(origin as u8);
        }
        text.extend_from_slice(line.content());
        cut = text.len() > most;
        !cut
    });
    if !cut {
        printed?;
    }
    text.truncate(most);
    Ok((libgit::text(&text), cut))
}

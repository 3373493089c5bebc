//! Whether a file of a working folder is git's or only the user's.

use std::path::Path;

use crate::{Result, libgit};

/// Whether the index of the working folder at `root` holds `path`, or holds one of the folders above it as a
/// link or a submodule, so that what lies there may come from a commit. Letters of either case count as the
/// same, as they do to many file systems.
pub fn is_tracked(root: &Path, path: &str) -> Result<bool> {
    let index = libgit::open_users(root)?.index()?;
    let fold = |text: &str| text.to_uppercase();
    let above = Path::new(path).ancestors().map(|p| fold(&p.to_string_lossy())).filter(|p| !p.is_empty());
    let wanted: Vec<String> = above.collect();
    Ok(index.iter().any(|entry| {
        // Folding changes few letters' lengths, and none by more than this.
        entry.path.len() <= path.len() * 3 && wanted.contains(&fold(&libgit::text(&entry.path)))
    }))
}

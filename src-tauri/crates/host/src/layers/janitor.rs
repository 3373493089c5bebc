//! Keeping layers within their quota, and removing what crashes left.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use super::Layer;
use crate::HostError;
use crate::ids::{Ids as _, SystemIds};

/// Prefix of layers that are being written.
pub(super) const STAGING: &str = ".staging-";
/// Prefix of layers that are being removed.
const TRASH: &str = ".trash-";
/// Its time is that of the last use.
const USED: &str = "used";

/// What the janitor did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collected {
    /// Digests, the longest unused first.
    pub removed: Vec<String>,
    pub freed_bytes: u64,
    /// Bytes of the layers that stay.
    pub kept_bytes: u64,
}

pub(super) fn sweep_unfinished(root: &Path) -> Result<(), HostError> {
    for entry in fs::read_dir(root).map_err(HostError::file("read", root))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(STAGING) || name.starts_with(TRASH) {
            remove(&entry.path());
        }
    }
    Ok(())
}

pub(super) fn note_use(folder: &Path) {
    let _ = fs::write(folder.join(USED), "");
}

pub(super) fn collect(
    root: &Path,
    quota: u64,
    in_use: &[String],
    find: impl Fn(&str) -> Option<Layer>,
) -> Result<Collected, HostError> {
    let mut layers: Vec<(SystemTime, Layer)> = fs::read_dir(root)
        .map_err(HostError::file("read", root))?
        .flatten()
        .filter_map(|entry| {
            let layer = find(&entry.file_name().to_string_lossy())?;
            Some((last_use(&entry.path()), layer))
        })
        .collect();
    layers.sort_by_key(|(used, _)| *used);
    let mut collected =
        Collected { kept_bytes: layers.iter().map(|(_, layer)| layer.bytes).sum(), ..Collected::default() };
    for (_, layer) in layers {
        if collected.kept_bytes <= quota {
            break;
        }
        if in_use.contains(&layer.digest) {
            continue;
        }
        // Renamed first: a layer is whole under its name or not there.
        let trash = root.join(format!("{TRASH}{}", SystemIds.uuid()));
        let place = root.join(&layer.digest);
        fs::rename(&place, &trash).map_err(HostError::file("remove", &place))?;
        remove(&trash);
        collected.kept_bytes -= layer.bytes;
        collected.freed_bytes += layer.bytes;
        collected.removed.push(layer.digest);
    }
    Ok(collected)
}

fn last_use(folder: &Path) -> SystemTime {
    [USED, "layer.json"]
        .iter()
        .find_map(|name| fs::metadata(folder.join(name)).ok()?.modified().ok())
        .unwrap_or(SystemTime::UNIX_EPOCH)
}

pub(super) fn remove(folder: &Path) {
    if folder.exists()
        && let Err(error) = fs::remove_dir_all(folder)
    {
        tracing::warn!(folder = %folder.display(), %error, "a set-up layer could not be removed");
    }
}

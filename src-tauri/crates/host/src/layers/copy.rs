//! Copying trees without ever following a link.

use std::collections::BTreeSet;
use std::fs::{self, File, FileTimes, Metadata};
use std::io;
use std::path::Path;

/// What was copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copied {
    pub files: u64,
    pub bytes: u64,
}

/// All paths below `root`, relative with `/`; folders for which `skip` holds by name are left out at the top.
pub(super) fn entries(root: &Path, skip: &dyn Fn(&str) -> bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    walk(root, "", skip, &mut |path| {
        found.insert(path.to_owned());
        true
    });
    found
}

/// The highest paths below `root` that are not in `before`.
pub(super) fn new_paths(root: &Path, before: &BTreeSet<String>, skip: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    walk(root, "", skip, &mut |path| {
        let known = before.contains(path);
        if !known {
            found.push(path.to_owned());
        }
        known
    });
    found.sort();
    found
}

/// Visits every path; goes into a folder when `visit` says so. Names that are not text are passed over.
fn walk(root: &Path, below: &str, skip: &dyn Fn(&str) -> bool, visit: &mut dyn FnMut(&str) -> bool) {
    let Ok(folder) = fs::read_dir(root.join(below)) else { return };
    for entry in folder.flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        if below.is_empty() && skip(&name) {
            continue;
        }
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if visit(&path) && is_folder {
            walk(root, &path, skip, visit);
        }
    }
}

/// Copies `path` (relative) from below `source` to below `target`. Stops with an error above `largest` bytes
/// in all. What exists in the target is left as it is; folders are merged.
pub(super) fn tree(
    source: &Path,
    target: &Path,
    path: &str,
    largest: u64,
    copied: &mut Copied,
) -> io::Result<()> {
    if !is_plain(path) {
        return Err(io::Error::other("not a plain relative path"));
    }
    if !holds(source, path) {
        return Err(io::Error::other("not in it, or behind a link"));
    }
    if let Some((parents, _)) = path.rsplit_once('/') {
        make_parents(target, parents)?;
    }
    copy_any(&source.join(path), &target.join(path), largest, copied)
}

fn is_plain(path: &str) -> bool {
    let plain = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    plain && !(path.contains('\\') && cfg!(windows))
}

/// Whether a relative path names something below `root` that is reached through folders alone.
pub(super) fn holds(root: &Path, path: &str) -> bool {
    if !is_plain(path) {
        return false;
    }
    let mut here = root.to_path_buf();
    let (parents, name) = path.rsplit_once('/').unwrap_or(("", path));
    for part in parents.split('/').filter(|part| !part.is_empty()) {
        here.push(part);
        if !fs::symlink_metadata(&here).is_ok_and(|facts| facts.is_dir()) {
            return false;
        }
    }
    fs::symlink_metadata(here.join(name)).is_ok()
}

/// Creates the folders above a path one by one, refusing to pass through a link.
fn make_parents(target: &Path, parents: &str) -> io::Result<()> {
    let mut here = target.to_path_buf();
    for part in parents.split('/') {
        here.push(part);
        match fs::symlink_metadata(&here) {
            Ok(facts) if facts.is_dir() => {}
            Ok(_) => return Err(io::Error::other(format!("{} is not a folder", here.display()))),
            Err(_) => fs::create_dir(&here)?,
        }
    }
    Ok(())
}

fn copy_any(source: &Path, target: &Path, largest: u64, copied: &mut Copied) -> io::Result<()> {
    let facts = fs::symlink_metadata(source)?;
    let there = fs::symlink_metadata(target).ok();
    if facts.is_dir() {
        match there {
            // A folder stays writable for us, or its content could not be copied and later not be removed.
            None => fs::create_dir(target)?,
            Some(there) if there.is_dir() => {}
            Some(_) => return Ok(()),
        }
        for entry in fs::read_dir(source)? {
            let entry = entry?;
            copy_any(&entry.path(), &target.join(entry.file_name()), largest, copied)?;
        }
        return Ok(());
    }
    if there.is_some() {
        return Ok(());
    }
    if facts.is_symlink() {
        copied.files += 1;
        return link(&fs::read_link(source)?, target);
    }
    if facts.is_file() {
        copied.files += 1;
        copied.bytes += facts.len();
        if copied.bytes > largest {
            return Err(io::Error::other(format!("more than {largest} bytes")));
        }
        return copy_file(source, target, &facts);
    }
    // Sockets, pipes and devices mean nothing in another tree.
    Ok(())
}

/// Shares blocks where the file system can (`copy_file_range`, `clonefile`). Times are kept: build tools
/// compare them.
fn copy_file(source: &Path, target: &Path, facts: &Metadata) -> io::Result<()> {
    fs::copy(source, target)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // Owner-writable, and nothing that would lend rights.
        fs::set_permissions(target, fs::Permissions::from_mode(facts.permissions().mode() & 0o777 | 0o600))?;
    }
    if let Ok(modified) = facts.modified() {
        File::options().write(true).open(target)?.set_times(FileTimes::new().set_modified(modified))?;
    }
    Ok(())
}

#[cfg(unix)]
pub(super) fn link(to: &Path, target: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(to, target)
}

#[cfg(windows)]
pub(super) fn link(to: &Path, target: &Path) -> io::Result<()> {
    // Creating links needs a right most users lack; a missing link is better than a failed set-up.
    let _ = std::os::windows::fs::symlink_file(to, target);
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) {
        let _ = path.parent().map(fs::create_dir_all);
        let _ = fs::write(path, text);
    }

    #[test]
    fn files_modes_times_and_links_arrive_and_are_not_shared() {
        use std::os::unix::fs::PermissionsExt as _;
        let temp = tempfile::tempdir().unwrap();
        let (source, target) = (temp.path().join("a"), temp.path().join("b"));
        write(&source.join("m/bin/tool"), "x");
        fs::set_permissions(source.join("m/bin/tool"), fs::Permissions::from_mode(0o4755)).unwrap();
        let old = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000);
        File::options().write(true).open(source.join("m/bin/tool")).unwrap().set_modified(old).unwrap();
        std::os::unix::fs::symlink("bin/tool", source.join("m/link")).unwrap();
        fs::create_dir(&target).unwrap();
        let mut copied = Copied::default();
        tree(&source, &target, "m", u64::MAX, &mut copied).unwrap();
        assert_eq!(copied, Copied { files: 2, bytes: 1 });
        let facts = fs::metadata(target.join("m/bin/tool")).unwrap();
        assert_eq!((facts.permissions().mode() & 0o7777, facts.modified().unwrap()), (0o755, old));
        assert_eq!(fs::read_link(target.join("m/link")).unwrap(), Path::new("bin/tool"));
        fs::write(target.join("m/bin/tool"), "changed").unwrap();
        assert_eq!(fs::read_to_string(source.join("m/bin/tool")).unwrap(), "x");
    }

    #[test]
    fn nothing_is_written_through_a_link_in_the_target() {
        let temp = tempfile::tempdir().unwrap();
        let (source, target, outside) =
            (temp.path().join("a"), temp.path().join("b"), temp.path().join("out"));
        write(&source.join("m/x"), "evil");
        write(&source.join("deep/er/x"), "evil");
        fs::create_dir_all(&target).unwrap();
        fs::create_dir_all(&outside).unwrap();
        std::os::unix::fs::symlink(&outside, target.join("m")).unwrap();
        std::os::unix::fs::symlink(&outside, target.join("deep")).unwrap();
        let mut copied = Copied::default();
        tree(&source, &target, "m", u64::MAX, &mut copied).unwrap();
        assert!(tree(&source, &target, "deep/er", u64::MAX, &mut copied).is_err());
        for trick in ["../out", "/etc", "m/../../out", ""] {
            assert!(tree(&source, &target, trick, u64::MAX, &mut copied).is_err(), "{trick}");
        }
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    }

    #[test]
    fn too_much_is_refused_and_pipes_are_passed_over() {
        let temp = tempfile::tempdir().unwrap();
        let (source, target) = (temp.path().join("a"), temp.path().join("b"));
        write(&source.join("m/x"), "12345");
        fs::create_dir(&target).unwrap();
        assert!(tree(&source, &target, "m", 4, &mut Copied::default()).is_err());
        let made = std::process::Command::new("mkfifo").arg(source.join("m/pipe")).status().unwrap();
        assert!(made.success());
        tree(&source, &target, "m", 100, &mut Copied::default()).unwrap();
        assert!(!target.join("m/pipe").exists());
    }

    #[test]
    fn only_the_highest_new_paths_are_named() {
        let temp = tempfile::tempdir().unwrap();
        write(&temp.path().join("src/a"), "");
        write(&temp.path().join(".git/x"), "");
        let skip = |name: &str| name == ".git";
        let before = entries(temp.path(), &skip);
        write(&temp.path().join("target/debug/x"), "");
        write(&temp.path().join("src/gen/y"), "");
        write(&temp.path().join(".git/y"), "");
        assert_eq!(new_paths(temp.path(), &before, &skip), ["src/gen", "target"]);
    }
}

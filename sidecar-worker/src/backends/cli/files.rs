//! Small files in a job's HOME, written and read from outside the sandbox. Whatever ran in there may have left
//! links and pipes behind, so no link is followed and only plain files are read.

use anyhow::Context as _;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

/// Writes a file below `home`, in the place of whatever is there.
pub(super) fn write(home: &Path, below: &str, text: &str) -> anyhow::Result<()> {
    let (folders, name) = parts(below)?;
    let mut at = home.to_owned();
    for folder in folders {
        at.push(folder);
        match at.symlink_metadata() {
            Ok(found) if found.is_dir() => {}
            Ok(_) => {
                std::fs::remove_file(&at)?;
                std::fs::create_dir(&at)?;
            }
            Err(_) => std::fs::create_dir(&at)?,
        }
    }
    at.push(name);
    clear(&at)?;
    let mut file = std::fs::File::create_new(&at).with_context(|| below.to_owned())?;
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    Ok(())
}

/// Takes whatever stands there below `home` away, a whole folder too.
pub(super) fn remove(home: &Path, below: &str) -> anyhow::Result<()> {
    let (folders, name) = parts(below)?;
    let mut at = home.to_owned();
    for folder in folders {
        at.push(folder);
        match at.symlink_metadata() {
            Ok(found) if found.is_dir() => {}
            // Nothing can stand behind it then.
            Ok(_) => return Ok(std::fs::remove_file(&at)?),
            Err(_) => return Ok(()),
        }
    }
    at.push(name);
    Ok(clear(&at)?)
}

/// Whatever it is; a link itself and not where it leads.
fn clear(at: &Path) -> std::io::Result<()> {
    match at.symlink_metadata() {
        Ok(found) if found.is_dir() => std::fs::remove_dir_all(at),
        Ok(_) => std::fs::remove_file(at),
        Err(_) => Ok(()),
    }
}

/// Takes a file below `home` away; what it held, if it was a plain one of at most `most` bytes.
pub(super) fn take(home: &Path, below: &str, most: u64) -> Option<String> {
    let (folders, name) = parts(below).ok()?;
    let mut at = home.to_owned();
    for folder in folders {
        at.push(folder);
        if !at.symlink_metadata().ok()?.is_dir() {
            return None;
        }
    }
    at.push(name);
    let found = at.symlink_metadata().ok()?;
    let text = (found.is_file() && found.len() <= most).then(|| {
        let mut text = String::new();
        std::fs::File::open(&at).ok()?.take(most).read_to_string(&mut text).ok()?;
        Some(text)
    });
    // The next run must not be judged by what this one wrote.
    let _ = std::fs::remove_file(&at);
    text.flatten()
}

fn parts(below: &str) -> anyhow::Result<(Vec<PathBuf>, PathBuf)> {
    let mut names = Vec::new();
    for part in Path::new(below).components() {
        match part {
            Component::Normal(name) => names.push(PathBuf::from(name)),
            _ => anyhow::bail!("{below} is no plain path below HOME"),
        }
    }
    let name = names.pop().context("a file needs a name")?;
    Ok((names, name))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_link_left_behind_leads_neither_writing_nor_reading_out_of_the_home() {
        let (home, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (home, outside) = (home.path(), outside.path());
        std::fs::write(outside.join("settings.json"), "theirs").unwrap();
        symlink(outside, home.join(".agent")).unwrap();
        assert_eq!(take(home, ".agent/settings.json", 100), None);
        write(home, ".agent/settings.json", "ours").unwrap();
        assert_eq!(std::fs::read_to_string(outside.join("settings.json")).unwrap(), "theirs");
        std::fs::remove_file(home.join(".agent/settings.json")).unwrap();
        symlink(outside.join("settings.json"), home.join(".agent/settings.json")).unwrap();
        assert_eq!(take(home, ".agent/settings.json", 100), None);
        write(home, ".agent/settings.json", "ours").unwrap();
        assert_eq!(std::fs::read_to_string(outside.join("settings.json")).unwrap(), "theirs");
        assert_eq!(take(home, ".agent/settings.json", 100).as_deref(), Some("ours"));
        assert_eq!(take(home, ".agent/settings.json", 100), None, "it is taken away");
    }

    #[test]
    fn what_must_not_be_there_is_gone_and_nothing_behind_a_link_with_it() {
        let (home, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (home, outside) = (home.path(), outside.path());
        std::fs::create_dir_all(outside.join("rules")).unwrap();
        std::fs::write(outside.join("rules/a"), "theirs").unwrap();
        std::fs::create_dir_all(home.join(".agent/rules/deep")).unwrap();
        remove(home, ".agent/rules").unwrap();
        assert!(!home.join(".agent/rules").exists() && home.join(".agent").is_dir());
        symlink(outside.join("rules"), home.join(".agent/rules")).unwrap();
        remove(home, ".agent/rules").unwrap();
        symlink(outside, home.join(".other")).unwrap();
        remove(home, ".other/rules").unwrap();
        assert_eq!(std::fs::read_to_string(outside.join("rules/a")).unwrap(), "theirs");
        remove(home, "not/there").unwrap();
        assert!(remove(home, "../x").is_err());
    }

    #[test]
    fn only_plain_small_files_are_read_and_only_plain_paths_written() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        write(home, "a/b/c.json", "12345").unwrap();
        assert_eq!(take(home, "a/b/c.json", 4), None);
        std::fs::create_dir_all(home.join("x/y")).unwrap();
        assert_eq!(take(home, "x/y", 100), None);
        write(home, "x/y", "a file in the place of a folder").unwrap();
        for bad in ["/etc/x", "../x", "a/../../x", ""] {
            assert!(write(home, bad, "").is_err(), "{bad}");
            assert_eq!(take(home, bad, 100), None, "{bad}");
        }
    }
}

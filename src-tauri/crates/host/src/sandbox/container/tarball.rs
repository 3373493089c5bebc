//! The smallest archive an engine takes as a build context: regular files, made in memory.

/// A file of the archive.
pub struct Entry<'a> {
    /// Relative, with slashes; at most 255 bytes, of which the last 100 hold the name.
    pub path: &'a str,
    pub bytes: &'a [u8],
    pub executable: bool,
}

const BLOCK: usize = 512;

/// A symbolic link of the archive.
pub struct Link<'a> {
    pub path: &'a str,
    /// At most 100 bytes.
    pub to: &'a [u8],
}

/// An archive in the ustar form. None when a path does not fit it.
pub fn tarball(entries: &[Entry<'_>]) -> Option<Vec<u8>> {
    tarball_with(entries, &[])
}

/// The same, with links after the files.
pub fn tarball_with(entries: &[Entry<'_>], links: &[Link<'_>]) -> Option<Vec<u8>> {
    let mut archive = Vec::new();
    for entry in entries {
        archive.extend_from_slice(&header(entry, None)?);
        archive.extend_from_slice(entry.bytes);
        archive.resize(archive.len().next_multiple_of(BLOCK), 0);
    }
    for link in links {
        let entry = Entry { path: link.path, bytes: &[], executable: true };
        archive.extend_from_slice(&header(&entry, Some(link.to))?);
    }
    archive.resize(archive.len() + 2 * BLOCK, 0);
    Some(archive)
}

fn header(entry: &Entry<'_>, link: Option<&[u8]>) -> Option<[u8; BLOCK]> {
    let (prefix, name) = split(entry.path)?;
    if link.is_some_and(|to| to.len() > 100) {
        return None;
    }
    let mut header = [0_u8; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, name.as_bytes());
    put(100, if entry.executable { b"0000755\0" } else { b"0000644\0" });
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{:011o}\0", entry.bytes.len()).as_bytes());
    // No time of ours: the same files always make the same archive.
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, if link.is_some() { b"2" } else { b"0" });
    put(157, link.unwrap_or_default());
    put(257, b"ustar\x0000");
    put(345, prefix.as_bytes());
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Some(header)
}

/// At a slash, so that both halves fit.
fn split(path: &str) -> Option<(&str, &str)> {
    if path.len() <= 100 {
        return Some(("", path));
    }
    let cuts = path.match_indices('/').map(|(at, _)| (&path[..at], &path[at + 1..]));
    cuts.into_iter().find(|(prefix, name)| prefix.len() <= 155 && name.len() <= 100 && !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn tar_reads_what_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let deep = format!("{}/{}/file", "d".repeat(90), "e".repeat(50));
        let archive = tarball(&[
            Entry { path: "Dockerfile", bytes: b"FROM scratch\n", executable: false },
            Entry { path: "bin/run", bytes: &[7; 1025], executable: true },
            Entry { path: &deep, bytes: b"", executable: false },
        ])
        .unwrap();
        std::fs::write(folder.path().join("a.tar"), archive).unwrap();
        let listed = std::process::Command::new("tar")
            .args(["-tvf", "a.tar"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        let text = String::from_utf8(listed.stdout).unwrap();
        assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
        assert!(text.contains("-rwxr-xr-x") && text.contains("1025") && text.contains(&deep), "{text}");
    }

    #[test]
    fn a_path_that_does_not_fit_is_refused() {
        let long = "x".repeat(101);
        assert!(tarball(&[Entry { path: &long, bytes: b"", executable: false }]).is_none());
    }
}

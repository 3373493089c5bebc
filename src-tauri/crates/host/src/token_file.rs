//! Secrets in files: written whole, readable by their owner only, and refused when they are not.
//!
//! On Windows there is no mode: the file inherits the access list of the user's own data folder, which is
//! the best that can be said there.

use std::fs;
use std::path::Path;

use crate::HostError;
use crate::atomic_file;

/// Replaces the file with `secret`, mode 0600 from its first byte on.
pub fn write_secret(path: &Path, secret: &str) -> Result<(), HostError> {
    atomic_file::write(path, format!("{secret}\n").as_bytes())
}

/// Reads a secret without its trailing newline. Refuses a file that others may read or that belongs to
/// another user: either way somebody else may know or have chosen its content.
pub fn read_secret(path: &Path) -> Result<String, HostError> {
    let file = fs::File::open(path).map_err(HostError::file("read", path))?;
    check_private(path, &file)?;
    let text = std::io::read_to_string(file).map_err(HostError::file("read", path))?;
    let secret = text.trim();
    if secret.is_empty() {
        return Err(HostError::SecretEmpty { path: path.to_path_buf() });
    }
    Ok(secret.to_owned())
}

#[cfg(unix)]
pub(crate) fn check_private(path: &Path, file: &fs::File) -> Result<(), HostError> {
    use std::os::unix::fs::MetadataExt as _;
    let facts = file.metadata().map_err(HostError::file("read", path))?;
    let mode = facts.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(HostError::SecretExposed { path: path.to_path_buf(), mode });
    }
    let me = crate::spawn::effective_uid();
    if facts.uid() != me && me != 0 {
        return Err(HostError::SecretOwner { path: path.to_path_buf(), owner: facts.uid() });
    }
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn check_private(_path: &Path, _file: &fs::File) -> Result<(), HostError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_comes_back_and_only_its_owner_may_read_it() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("t");
        write_secret(&path, "first").unwrap();
        write_secret(&path, "second").unwrap();
        assert_eq!(read_secret(&path).unwrap(), "second");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 1, "no temporary file stays behind");
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_others_may_read_is_refused_with_the_fix() {
        use std::os::unix::fs::PermissionsExt as _;
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("t");
        write_secret(&path, "s").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = read_secret(&path).unwrap_err();
        assert_eq!(error.code(), "host.secret_exposed");
        assert!(error.to_string().contains("chmod 600"));
    }

    #[test]
    fn an_empty_or_missing_secret_is_an_error() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("t");
        assert_eq!(read_secret(&path).unwrap_err().code(), "host.file");
        write_secret(&path, "").unwrap();
        assert_eq!(read_secret(&path).unwrap_err().code(), "host.secret_empty");
    }
}

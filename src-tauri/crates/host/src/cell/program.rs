//! Where the program is that runs inside cells.

use std::path::{Path, PathBuf};

use crate::HostError;

/// Its name, beside our other programs.
pub const INSIDE_PROGRAM: &str = "pilothouse-inside";

/// The program that is the first process of each cell. On Linux it is one of our own files; a container of
/// another system's engine needs the one for its Linux.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsideProgram(PathBuf);

impl InsideProgram {
    /// The file that the environment names, `PILOTHOUSE_INSIDE_BIN`.
    pub fn named() -> Option<PathBuf> {
        std::env::var_os("PILOTHOUSE_INSIDE_BIN").map(PathBuf::from)
    }

    /// The file that was named, else the one beside the program that runs now. On systems where it does not run, nobody
    /// looks whether it is there: cells have their doors another way.
    pub fn ours() -> Result<Self, HostError> {
        let here = std::env::current_exe().map_err(HostError::file("find", Path::new("this program")))?;
        match Self::find(Self::named(), &here) {
            Err(_) if !cfg!(target_os = "linux") => Ok(Self(here.with_file_name(INSIDE_PROGRAM))),
            found => found,
        }
    }

    /// The file that was named, else the one beside `executable`, the program that
    /// runs now.
    pub fn find(named: Option<PathBuf>, executable: &Path) -> Result<Self, HostError> {
        let beside = || executable.parent().map(|folder| folder.join(INSIDE_PROGRAM));
        let path = named.or_else(beside).unwrap_or_else(|| PathBuf::from(INSIDE_PROGRAM));
        match path.is_absolute() && path.is_file() {
            true => Ok(Self(path)),
            false => Err(HostError::ProgramNotFound { program: path.display().to_string() }),
        }
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_beside_the_program_that_runs_unless_another_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().join("pilothouse-worker");
        let missing = InsideProgram::find(None, &here).unwrap_err();
        assert_eq!(missing.code(), "host.program_not_found");
        std::fs::write(folder.path().join(INSIDE_PROGRAM), "").unwrap();
        let found = InsideProgram::find(None, &here).unwrap();
        assert_eq!(found.path(), folder.path().join(INSIDE_PROGRAM));
        let other = folder.path().join("other");
        std::fs::write(&other, "").unwrap();
        assert_eq!(InsideProgram::find(Some(other.clone()), &here).unwrap().path(), other);
        assert!(InsideProgram::find(Some("relative".into()), &here).is_err());
    }
}

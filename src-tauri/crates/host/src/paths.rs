//! The data folder: where it is and how it is laid out.
//!
//! Everything the product keeps lives under one folder that only its owner may enter. Jobs never see it: the
//! sandbox mounts single sub-folders of it and nothing else.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::HostError;
use crate::ids::{Ids as _, SystemIds};

/// The environment variable that names the data folder.
pub const DATA_DIR_VAR: &str = "PILOTHOUSE_DATA_DIR";

const SUB_FOLDERS: &[&str] = &[
    "depots",
    "jobs",
    "homes",
    "candidates",
    "bundles",
    "artifacts",
    "layers",
    "secrets",
    "logs",
    "prompts",
    "backups",
    "taken",
    "terminals",
];

/// Chooses the data folder: the flag, then `PILOTHOUSE_DATA_DIR`, then the platform's own place.
/// Relative paths are taken from the current folder. Nothing is created.
pub fn resolve_data_folder(flag: Option<&Path>, variable: Option<&OsStr>) -> Result<PathBuf, HostError> {
    let named = flag.map(Path::to_path_buf).or_else(|| variable.filter(|v| !v.is_empty()).map(PathBuf::from));
    match named {
        Some(path) => std::path::absolute(&path).map_err(HostError::file("resolve", &path)),
        None => directories::ProjectDirs::from("", "", "pilothouse")
            .map(|dirs| dirs.data_local_dir().to_path_buf())
            .ok_or(HostError::NoHome),
    }
}

/// The environment variable that names the folder of the user's own configuration.
pub const CONFIG_DIR_VAR: &str = "PILOTHOUSE_CONFIG_DIR";

/// The folder of the user's own configuration (`config.toml`, `profiles/`, `policy.toml`):
/// `PILOTHOUSE_CONFIG_DIR`, else the platform's own place.
pub fn user_config_folder() -> Option<PathBuf> {
    let named = std::env::var_os(CONFIG_DIR_VAR).filter(|folder| !folder.is_empty());
    if let Some(folder) = named {
        return std::path::absolute(folder).ok();
    }
    directories::ProjectDirs::from("", "", "pilothouse").map(|dirs| dirs.config_dir().to_path_buf())
}

/// The user's home folder.
pub fn user_home() -> Option<PathBuf> {
    directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_path_buf())
}

/// An existing, writable data folder with its sub-folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFolder {
    root: PathBuf,
}

impl DataFolder {
    /// Creates what is missing (each folder 0700), tightens what is too open, and proves that a file can be
    /// written and synced. Fails with `DataFolderUnwritable` or `DataFolderFull`.
    pub fn open(root: &Path) -> Result<Self, HostError> {
        let fail = |cause: io::Error| classify(root, cause);
        private_folder(root).map_err(fail)?;
        let root = fs::canonicalize(root).map_err(fail)?;
        for name in SUB_FOLDERS {
            private_folder(&root.join(name)).map_err(|cause| classify(&root, cause))?;
        }
        writable(&root)?;
        Ok(Self { root })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The SQLite file.
    pub fn database(&self) -> PathBuf {
        self.root.join("pilothouse.db")
    }

    /// One bare repository per workspace.
    pub fn depots(&self) -> PathBuf {
        self.root.join("depots")
    }

    /// One clone per job.
    pub fn jobs(&self) -> PathBuf {
        self.root.join("jobs")
    }

    /// One HOME per job.
    pub fn homes(&self) -> PathBuf {
        self.root.join("homes")
    }

    /// Work trees of the merge queue.
    pub fn candidates(&self) -> PathBuf {
        self.root.join("candidates")
    }

    /// Uploaded bundles before intake.
    pub fn bundles(&self) -> PathBuf {
        self.root.join("bundles")
    }

    /// Files of jobs that people have taken over.
    pub fn taken(&self) -> PathBuf {
        self.root.join("taken")
    }

    /// What is kept of terminals: their recordings, and how they ended.
    pub fn terminals(&self) -> PathBuf {
        self.root.join("terminals")
    }

    pub fn artifacts(&self) -> PathBuf {
        self.root.join("artifacts")
    }

    /// Results of set-up steps.
    pub fn layers(&self) -> PathBuf {
        self.root.join("layers")
    }

    /// Token files, each 0600.
    pub fn secrets(&self) -> PathBuf {
        self.root.join("secrets")
    }

    /// The local owner's token.
    pub fn token_file(&self) -> PathBuf {
        self.secrets().join("local.token")
    }

    /// Keys of models, encrypted with a key the user supplies.
    pub fn sealed_keys(&self) -> PathBuf {
        self.secrets().join("keys.sealed")
    }

    /// What tells this folder from others where both keep something in the same place. Made once; goes where
    /// the folder goes.
    pub fn identity(&self) -> Result<String, HostError> {
        let path = self.secrets().join("folder.id");
        match fs::read_to_string(&path) {
            Ok(text) if !text.trim().is_empty() => return Ok(text.trim().to_owned()),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(HostError::file("read", &path)(error));
            }
            Ok(_) | Err(_) => {}
        }
        let id = SystemIds.uuid();
        crate::atomic_file::write(&path, format!("{id}\n").as_bytes())?;
        Ok(id)
    }

    pub fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    /// The user's overrides of prompts.
    pub fn prompts(&self) -> PathBuf {
        self.root.join("prompts")
    }

    pub fn backups(&self) -> PathBuf {
        self.root.join("backups")
    }

    /// The port the server had last time, so that its origin stays the same.
    pub fn port_file(&self) -> PathBuf {
        self.root.join("port")
    }
}

/// Creates `path` (and its parents) so that only the owner may enter it, and tightens it if it exists.
pub fn private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(path)?.permissions().mode();
        if mode & 0o077 != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
        }
    }
    Ok(())
}

/// Writes, syncs and removes a small file in `folder`: the only test that also notices a full disk, a
/// read-only mount and a quota.
pub fn writable(folder: &Path) -> Result<(), HostError> {
    let probe = folder.join(format!(".probe-{}", SystemIds.uuid()));
    let tried = fs::File::create_new(&probe).and_then(|mut file| {
        file.write_all(&[0_u8; 64 * 1024])?;
        file.sync_all()
    });
    let removed = fs::remove_file(&probe);
    tried.and(removed).map_err(|cause| classify(folder, cause))
}

fn classify(path: &Path, cause: io::Error) -> HostError {
    match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            HostError::DataFolderFull { path: path.to_path_buf() }
        }
        _ => HostError::DataFolderUnwritable { path: path.to_path_buf(), cause },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_beats_the_variable_and_both_beat_the_platform() {
        let flag = resolve_data_folder(Some(Path::new("/a")), Some(OsStr::new("/b"))).unwrap();
        assert_eq!(flag, Path::new("/a"));
        assert_eq!(resolve_data_folder(None, Some(OsStr::new("/b"))).unwrap(), Path::new("/b"));
        let own = resolve_data_folder(None, Some(OsStr::new(""))).unwrap();
        assert!(own.is_absolute() && own.to_string_lossy().contains("pilothouse"));
    }

    #[test]
    fn opening_creates_private_sub_folders_and_can_be_repeated() {
        let temp = tempfile::tempdir().unwrap();
        let root = temp.path().join("deep/data");
        let data = DataFolder::open(&root).unwrap();
        assert_eq!(DataFolder::open(&root).unwrap(), data);
        for folder in [data.root().to_path_buf(), data.jobs(), data.secrets(), data.layers()] {
            assert!(folder.is_dir());
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
            }
        }
    }

    #[test]
    fn a_folder_below_a_file_is_unwritable_with_the_cause() {
        let temp = tempfile::tempdir().unwrap();
        let file = temp.path().join("file");
        fs::write(&file, "x").unwrap();
        let error = DataFolder::open(&file.join("data")).unwrap_err();
        assert_eq!(error.code(), "host.data_unwritable");
        assert!(error.to_string().contains("--data"), "{error}");
    }

    #[test]
    fn a_full_disk_has_its_own_error() {
        let full = classify(Path::new("/x"), io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(full.code(), "host.data_full");
    }
}

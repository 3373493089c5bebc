//! The folder a terminal begins in: the one it may begin in, or one inside.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why none was found.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoFolder {
    /// It is somewhere else, by its name or by a link.
    #[error("the folder is not inside {}", root.display())]
    Outside { root: PathBuf },
    /// There is none of that name that can be used.
    #[error("{}: {cause}", path.display())]
    Unusable { path: PathBuf, cause: String },
}

/// `folder` below `root`, or `root` itself, with every link followed.
pub fn folder_inside(root: &Path, folder: Option<&str>) -> Result<PathBuf, NoFolder> {
    let unusable = |path: &Path, cause: String| NoFolder::Unusable { path: path.to_owned(), cause };
    let real = |path: &Path| std::fs::canonicalize(path).map_err(|error| unusable(path, error.to_string()));
    let root = real(root)?;
    let found = match folder {
        Some(folder) => real(&root.join(folder))?,
        None => root.clone(),
    };
    if !found.starts_with(&root) {
        return Err(NoFolder::Outside { root });
    }
    if !found.is_dir() {
        return Err(unusable(&found, "not a folder".to_owned()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_outside_is_refused_however_it_is_named() {
        let ground = tempfile::tempdir().unwrap();
        let root = ground.path().join("root");
        std::fs::create_dir_all(root.join("inner/deep")).unwrap();
        std::fs::write(root.join("file"), "").unwrap();
        let real = std::fs::canonicalize(&root).unwrap();
        assert_eq!(folder_inside(&root, None), Ok(real.clone()));
        assert_eq!(folder_inside(&root, Some("inner/deep")), Ok(real.join("inner/deep")));
        let outside = Err(NoFolder::Outside { root: real });
        for bad in ["..", "inner/../.."] {
            assert_eq!(folder_inside(&root, Some(bad)), outside, "{bad}");
        }
        for bad in ["file", "missing"] {
            let refused = folder_inside(&root, Some(bad)).unwrap_err();
            assert!(matches!(refused, NoFolder::Unusable { .. }), "{refused}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("/", root.join("away")).unwrap();
            for bad in ["away", "/", "/usr"] {
                assert_eq!(folder_inside(&root, Some(bad)), outside, "{bad}");
            }
        }
    }
}

//! Where a terminal begins: the folder of a trusted workspace, or of a job that was taken over, or one inside.

use crate::Engine;
use crate::rooms::Room;
use protocol::taken::TakenState;
use protocol::terminal::OpenTerminal;
use protocol::{ApiError, ErrorCode};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) struct Place {
    pub(super) room: Arc<Room>,
    pub(super) cwd: PathBuf,
    /// What a terminal there is called when nobody says.
    pub(super) name: String,
}

impl Engine {
    pub(super) async fn terminal_place(&self, p: &OpenTerminal) -> Result<Place, ApiError> {
        let (room, root, name) = match &p.job_id {
            Some(id) => {
                let wanted = id.clone();
                let job = self.store.read(move |tx| tx.job(wanted.as_str())).await?;
                if job.taken.as_ref().is_none_or(|taken| taken.state != TakenState::Yours) {
                    return Err(outside("Nobody has this job's work in a folder now; take it over first"));
                }
                let room = self
                    .room(job.workspace_id.as_ref().ok_or_else(|| outside("This job has no workspace"))?)?;
                (room, self.taken_folder(id), format!("job {id}"))
            }
            None => {
                let room = match &p.workspace_id {
                    Some(id) => self.room(id)?,
                    None => {
                        self.room_list().into_iter().find(|room| room.row().trusted).ok_or_else(untrusted)?
                    }
                };
                let (root, name) = (room.root.clone(), room.row().name);
                (room, root, name)
            }
        };
        trusted(&room)?;
        let folder = p.folder.clone();
        let cwd = self.blocking(move || inside(&root, folder.as_deref())).await??;
        let taken: Vec<String> =
            self.terminals_list().await?.terminals.into_iter().map(|terminal| terminal.name).collect();
        Ok(Place { room, cwd, name: free_name(&name, &taken) })
    }
}

fn trusted(room: &Arc<Room>) -> Result<(), ApiError> {
    if room.row().trusted { Ok(()) } else { Err(untrusted()) }
}

fn untrusted() -> ApiError {
    ApiError::new(
        ErrorCode::TerminalFolder,
        "A terminal begins in a workspace that you trust, and there is none here. Trust the workspace first.",
    )
}

fn outside(why: &str) -> ApiError {
    ApiError::new(ErrorCode::TerminalFolder, format!("{why}."))
}

/// The folder, with every link followed, if it is inside the root.
fn inside(root: &Path, folder: Option<&str>) -> Result<PathBuf, ApiError> {
    let real = |path: &Path| {
        std::fs::canonicalize(path)
            .map_err(|e| ApiError::new(ErrorCode::TerminalFailed, format!("{}: {e}.", path.display())))
    };
    let root = real(root)?;
    let cwd = match folder {
        Some(folder) => real(&root.join(folder))?,
        None => root.clone(),
    };
    if !cwd.starts_with(&root) {
        return Err(outside("The folder is not inside the workspace"));
    }
    if !cwd.is_dir() {
        return Err(ApiError::new(ErrorCode::TerminalFailed, format!("{} is not a folder.", cwd.display())));
    }
    Ok(cwd)
}

/// `name`, or `name 2` and so on, cut so that the number fits.
fn free_name(name: &str, taken: &[String]) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).take(16).collect();
    let name = if name.trim().is_empty() { "terminal".to_owned() } else { name };
    let numbered = (2..).map(|n| format!("{name} {n}"));
    std::iter::once(name.clone()).chain(numbered).find(|one| !taken.contains(one)).unwrap_or(name)
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
        assert_eq!(inside(&root, None).unwrap(), real);
        assert_eq!(inside(&root, Some("inner/deep")).unwrap(), real.join("inner/deep"));
        for bad in ["..", "inner/../..", "/", "/etc"] {
            assert_eq!(inside(&root, Some(bad)).unwrap_err().code, ErrorCode::TerminalFolder, "{bad}");
        }
        for bad in ["file", "missing"] {
            assert_eq!(inside(&root, Some(bad)).unwrap_err().code, ErrorCode::TerminalFailed, "{bad}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("/", root.join("away")).unwrap();
            assert_eq!(inside(&root, Some("away")).unwrap_err().code, ErrorCode::TerminalFolder);
        }
    }

    #[test]
    fn names_are_numbered_when_they_are_taken() {
        let taken = ["app".to_owned(), "app 2".to_owned()];
        assert_eq!(free_name("app", &[]), "app");
        assert_eq!(free_name("app", &taken), "app 3");
        assert_eq!(free_name("", &[]), "terminal");
        assert!(free_name(&"ä".repeat(200), &[]).len() <= protocol::terminal::LONGEST_NAME);
    }
}

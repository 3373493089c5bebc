//! Where a terminal begins: the folder of a trusted workspace, or of a job that was taken over, or one inside.

use crate::Engine;
use crate::rooms::Room;
use protocol::taken::TakenState;
use protocol::terminal::OpenTerminal;
use protocol::{ApiError, ErrorCode};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terminal::NoFolder;

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

fn inside(root: &Path, folder: Option<&str>) -> Result<PathBuf, ApiError> {
    terminal::folder_inside(root, folder).map_err(|refused| match refused {
        NoFolder::Outside { .. } => outside("The folder is not inside the workspace"),
        unusable @ NoFolder::Unusable { .. } => {
            ApiError::new(ErrorCode::TerminalFailed, format!("{unusable}."))
        }
    })
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
    fn a_refusal_says_whether_the_folder_is_elsewhere_or_of_no_use() {
        let root = tempfile::tempdir().unwrap();
        let code = |folder| inside(root.path(), Some(folder)).unwrap_err().code;
        assert_eq!(code(".."), ErrorCode::TerminalFolder);
        assert_eq!(code("missing"), ErrorCode::TerminalFailed);
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

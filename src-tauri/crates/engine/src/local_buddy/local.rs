//! `/local …`: reading work LocalBuddy does with its own hands. Nothing here changes anything.

use crate::{Engine, git};
use flow::light::{Answer, LocalRequest};
use protocol::{ApiError, ErrorCode, WorkspaceId};
use repo::GrepRequest;

/// Bytes of a file that are shown.
const SHOWN_BYTES: usize = 16 * 1024;
/// Matches and commits that are shown.
const SHOWN_LINES: usize = 50;

impl Engine {
    pub(super) async fn local_text(
        &self,
        workspace: Option<&WorkspaceId>,
        request: LocalRequest,
    ) -> Result<String, ApiError> {
        let workspace = workspace
            .ok_or_else(|| ApiError::new(ErrorCode::NotFound, "no repository is open in this session."))?;
        match request {
            LocalRequest::GitStatus => return self.repository_text(Some(workspace), &Answer::DirtyFiles).await,
            LocalRequest::GitLog => return self.repository_text(Some(workspace), &Answer::LastCommits { count: 20 }).await,
            LocalRequest::GitDiff => return Ok("The diff of your own checkout is not shown here yet; `/local status` lists its changed files.".into()),
            LocalRequest::Run { .. } => return Ok("Running a command by hand is not available here yet. A recipe runs with `/run NAME`, in the sandbox.".into()),
            LocalRequest::Read { .. } | LocalRequest::Search { .. } => {}
        }
        let room = self.room(workspace)?;
        self.blocking(move || {
            let onto = room.look().map_err(git::api)?.onto;
            match request {
                LocalRequest::Read { path } => {
                    let file = room.depot.read_file(&onto, &path, SHOWN_BYTES).map_err(git::api)?;
                    Ok(format!(
                        "`{path}` at `{}`:\n\n```\n{}\n```",
                        onto.short(),
                        String::from_utf8_lossy(&file.bytes)
                    ))
                }
                LocalRequest::Search { text } => {
                    let found = room
                        .depot
                        .grep(&GrepRequest {
                            commit: &onto,
                            pattern: &text,
                            regex: false,
                            ignore_case: false,
                            paths: &[],
                            limit: SHOWN_LINES,
                        })
                        .map_err(git::api)?;
                    if found.hits.is_empty() {
                        return Ok(format!("Nothing contains `{text}`."));
                    }
                    let more = if found.truncated { "\n- and more" } else { "" };
                    let lines: Vec<_> = found
                        .hits
                        .iter()
                        .map(|h| format!("- `{}:{}` {}", h.path, h.line, h.text.trim()))
                        .collect();
                    Ok(format!("{}{more}", lines.join("\n")))
                }
                LocalRequest::GitStatus
                | LocalRequest::GitLog
                | LocalRequest::GitDiff
                | LocalRequest::Run { .. } => Ok(String::new()),
            }
        })
        .await?
    }
}

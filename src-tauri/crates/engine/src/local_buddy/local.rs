//! `/local …`: reading work LocalBuddy does with its own hands. Nothing here changes anything.

use crate::{Engine, git};
use flow::light::{Answer, LocalRequest};
use host::redact::Redactor;
use protocol::{ApiError, ErrorCode, WorkspaceId, fenced};
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
            LocalRequest::GitStatus => {
                return self.repository_text(Some(workspace), &Answer::DirtyFiles).await;
            }
            LocalRequest::GitLog => {
                return self.repository_text(Some(workspace), &Answer::LastCommits { count: 20 }).await;
            }
            LocalRequest::GitDiff | LocalRequest::Read { .. } | LocalRequest::Search { .. } => {}
        }
        let room = self.room(workspace)?;
        if request == LocalRequest::GitDiff {
            let (text, cut) = self
                .blocking(move || repo::checkout_diff(&room.root, SHOWN_BYTES))
                .await?
                .map_err(git::api)?;
            return Ok(shown_diff(&text, cut, &self.redactor()));
        }
        self.blocking(move || {
            let onto = room.look().map_err(git::api)?.onto;
            match request {
                LocalRequest::Read { path } => {
                    let file = room.depot.read_file(&onto, &path, SHOWN_BYTES).map_err(git::api)?;
                    let shown = fenced("", &String::from_utf8_lossy(&file.bytes));
                    Ok(format!("`{path}` at `{}`:\n\n{shown}", onto.short()))
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
                LocalRequest::GitStatus | LocalRequest::GitLog | LocalRequest::GitDiff => Ok(String::new()),
            }
        })
        .await?
    }
}

/// A diff in a fence that nothing in it can close. It is kept in the conversation, so secrets are taken out.
fn shown_diff(text: &str, cut: bool, redactor: &Redactor) -> String {
    if text.trim().is_empty() {
        return "Nothing that git tracks is changed in your checkout.".into();
    }
    let text = redactor.text(text);
    let more = if cut { "\n\nThere is more than is shown here; `git diff HEAD` has all of it." } else { "" };
    format!("{}{more}", fenced("diff", &text))
}

#[cfg(test)]
mod tests {
    use super::{Redactor, shown_diff};

    #[test]
    fn a_diff_cannot_leave_its_fence_and_says_when_it_was_cut() {
        let redactor = Redactor::default();
        let shown = shown_diff("+````\n+x\n", true, &redactor);
        assert!(shown.starts_with("`````diff\n+````\n+x\n`````\n\nThere is more"), "{shown}");
        assert!(!shown_diff("", false, &redactor).contains('`'));
    }
}

//! Large files kept beside git: their contents go to the remote before the branch that names them.

use super::push::{Attempt, Pushed, no};
use flow::publish::push_answer::{self, PushOutcome, Said};
use protocol::publish::PublishReason;
use repo::{Lease, LfsObject, RepoError, Watch, WatchedEnd, publish_tips};
use std::fmt::Write as _;

/// Missing contents that are named.
const NAMED: usize = 5;

impl Attempt<'_> {
    /// Sends what the commits to be pushed name and the remote's base does not. None when the branch may follow.
    pub(super) fn large_files(&self, lease: &Lease) -> Result<Option<Pushed>, RepoError> {
        let (depot, root) = (&self.room.depot, &self.room.root);
        let tips = publish_tips(root, Some(&self.remote.name), &[&self.shown.base_branch])?;
        let base = tips.tracking.into_iter().next().flatten();
        if let Some(base) = &base {
            depot.bring(root, base)?;
        }
        let objects = depot.lfs_objects(self.commit, base.as_ref())?;
        if objects.is_empty() {
            return Ok(None);
        }
        let missing = self.git.lfs_missing(root, &objects)?;
        if !missing.is_empty() {
            return Ok(Some(no(PublishReason::LfsMissing, &missing_text(&missing), None)));
        }
        let cancelled = || self.cancelled();
        let watch = Watch { limit: self.limit, cancelled: &cancelled, progress: &|_| {} };
        if let Some(refused) = self.not_let_in(lease, &watch)? {
            return Ok(Some(refused));
        }
        let Some(said) = self.git.lfs_push(root, self.remote, &objects, self.own, &watch)? else {
            return Ok(None);
        };
        let stderr = self.remote.plain(&said.stderr);
        let status = match said.end {
            WatchedEnd::Exited(Some(0)) => return Ok(None),
            WatchedEnd::Exited(status) => status,
            ended => return Ok(Some(self.cut(&ended, &stderr))),
        };
        let reason = if stderr.contains("'lfs' is not a git command") {
            PublishReason::LfsMissing
        } else {
            match push_answer::read(Said { status, stdout: &said.stdout, stderr: &stderr }) {
                PushOutcome::Failed { reason: PublishReason::Unknown, .. } | PushOutcome::Pushed { .. } => {
                    refusal(&format!("{}{stderr}", said.stdout))
                }
                PushOutcome::Failed { reason, .. } => reason,
            }
        };
        let text = match reason {
            PublishReason::LfsMissing => format!(
                "The branch names {} large files that git lfs keeps, and git lfs is not installed here. Nothing was pushed. Install git-lfs and publish again.",
                objects.len()
            ),
            _ => format!(
                "{} did not take the contents of {} large files that git lfs keeps, so the branch was not pushed.",
                self.remote.name,
                objects.len()
            ),
        };
        let words = format!("{}\n{stderr}", self.remote.plain(&said.stdout));
        let words: String = words.trim().chars().take(1_500).collect();
        Ok(Some(no(reason, &text, Some(words).filter(|words| !words.is_empty()))))
    }

    /// Whether the remote lets nobody in who comes like this: then nothing is sent. Git says so at once, while git-lfs
    /// asks again with the same password for as long as it is let. What else may be in the branch's way is said when
    /// it is pushed.
    fn not_let_in(&self, lease: &Lease, watch: &Watch<'_>) -> Result<Option<Pushed>, RepoError> {
        use PublishReason::{Auth, Forbidden, HostKey, Network, NotFound, Timeout, Unsupported};
        let said = self.git.try_push(&self.request(lease), watch)?;
        let stderr = self.remote.plain(&said.stderr);
        let status = match said.end {
            WatchedEnd::Exited(status) => status,
            ended => return Ok(Some(self.cut(&ended, &stderr))),
        };
        let outcome = push_answer::read(Said { status, stdout: &said.stdout, stderr: &stderr });
        Ok(match outcome {
            PushOutcome::Failed {
                reason: reason @ (Auth | HostKey | Forbidden | NotFound | Unsupported | Network | Timeout),
                ..
            } => Some(no(reason, &self.explained(reason), push_answer::remote_said(&stderr))),
            PushOutcome::Failed { .. } | PushOutcome::Pushed { .. } => None,
        })
    }
}

/// What git lfs, which speaks otherwise than git, says of a refusal.
fn refusal(said: &str) -> PublishReason {
    let said = said.to_ascii_lowercase();
    let any = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if any(&["authentication required", "authorization error", "not logged in", "credentials"]) {
        PublishReason::Auth
    } else if any(&[
        "dial tcp",
        "read tcp",
        "write tcp",
        "connection refused",
        "connection reset",
        "no such host",
        "broken pipe",
        "closed network connection",
        "server closed",
        "connection broken",
        "connection lost",
        "timeout",
        "eof",
    ]) {
        PublishReason::Network
    } else {
        PublishReason::RemoteRejected
    }
}

fn missing_text(missing: &[LfsObject]) -> String {
    let mut text = match missing.len() {
        1 => "The content of a large file that git lfs keeps is not in your repository:".to_owned(),
        many => format!("The contents of {many} large files that git lfs keeps are not in your repository:"),
    };
    for (at, object) in missing.iter().take(NAMED).enumerate() {
        let between = if at == 0 { "" } else { "," };
        let digest = object.oid.get(..12).unwrap_or(&object.oid);
        let _ = write!(text, "{between} {} ({digest}, {} bytes)", object.path, object.size);
    }
    if missing.len() > NAMED {
        let _ = write!(text, " and {} more", missing.len() - NAMED);
    }
    text.push_str(
        ". Nothing was pushed. Get them with `git lfs fetch --all`, or make them again, and publish again.",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_broke_is_no_refusal_however_it_is_worded() {
        for said in [
            "batch response: Post \"https://h.test/info/lfs/objects/batch\": http: server closed idle connection",
            "LFS: Put \"https://h.test/storage/1\": write tcp 127.0.0.1:1->127.0.0.1:2: write: broken pipe",
            "LFS: Put \"https://h.test/storage/1\": net/http: HTTP/1.x transport connection broken",
            "Post \"https://h.test/\": net/http: TLS handshake timeout",
            "unexpected EOF",
        ] {
            assert_eq!(refusal(said), PublishReason::Network, "{said}");
        }
        assert_eq!(refusal("[422] contents of this kind are not taken here"), PublishReason::RemoteRejected);
        assert_eq!(refusal("Authentication required: you must sign in"), PublishReason::Auth);
    }

    #[test]
    fn what_is_missing_is_named_and_what_is_too_much_is_counted() {
        let object = |n: u32| LfsObject { oid: format!("{n:064}"), size: 7, path: format!("a/{n}.bin") };
        let one = missing_text(&[object(1)]);
        assert!(one.contains("a/1.bin (000000000000, 7 bytes).") && !one.contains("more"), "{one}");
        let many = missing_text(&(0..8).map(object).collect::<Vec<_>>());
        assert!(
            many.contains("8 large files") && many.contains("a/4.bin") && many.contains("and 3 more"),
            "{many}"
        );
        assert!(!many.contains("a/5.bin"), "{many}");
    }

    #[test]
    fn a_refusal_of_git_lfs_is_told_apart() {
        assert_eq!(refusal("Authentication required: Authorization error"), PublishReason::Auth);
        assert_eq!(refusal("dial tcp 127.0.0.1:1: connect: connection refused"), PublishReason::Network);
        // A line that is cut, at one moment after the other.
        for text in [
            "batch response: Post \"https://h/r/info/lfs/objects/batch\": EOF",
            "LFS: Put \"https://h/s/1\": write tcp 127.0.0.1:1->127.0.0.1:2: write: broken pipe",
            "LFS: Put \"https://h/s/1\": write tcp 127.0.0.1:1->127.0.0.1:2: write: connection reset by peer",
            "LFS: Put \"https://h/s/1\": read tcp 127.0.0.1:1->127.0.0.1:2: use of closed network connection",
            "LFS: Put \"https://h/s/1\": unexpected EOF",
            "LFS: Put \"https://h/s/1\": http: server closed idle connection; use of closed network connection",
        ] {
            assert_eq!(refusal(text), PublishReason::Network, "{text}");
        }
        assert_eq!(refusal("Fatal error: Server error"), PublishReason::RemoteRejected);
    }
}

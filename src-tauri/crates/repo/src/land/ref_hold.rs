//! Git's own lock on one ref of the user's repository, held while we decide. Git has compared the ref's
//! value by then; if this process dies, git sees its input close and takes the lock away again.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use super::AdvanceRequest;
use crate::object_id::ZERO;
use crate::process::dialogue;
use crate::{Git, ObjectId, RepoError, Result, os};

const LIMIT: Duration = Duration::from_secs(30);

pub(super) struct RefHold {
    child: Child,
    input: Option<ChildStdin>,
    answers: Receiver<String>,
}

pub(super) enum Held {
    Locked(RefHold),
    /// The ref is not at the expected value, or is locked by another.
    Refused,
}

impl RefHold {
    pub fn take(git: &Git, git_dir: &Path, refname: &str, request: &AdvanceRequest<'_>) -> Result<Held> {
        let note: String =
            request.note.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
        let call = git.in_dir(git_dir).flags(&["update-ref", "--no-deref", "--stdin"]).joined("-m", note);
        let call =
            call.env("GIT_COMMITTER_NAME", "Pilothouse").env("GIT_COMMITTER_EMAIL", "git@pilothouse.invalid");
        let mut child = dialogue(&call)?;
        let input = child.stdin.take();
        let (send, answers) = sync_channel(4);
        if let Some(output) = child.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(std::result::Result::ok).take(16) {
                    if send.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        let mut hold = Self { child, input, answers };
        let old = request.user_old.map_or(ZERO, ObjectId::as_str);
        let ask = format!("start\nupdate {refname} {} {old}\nprepare\n", request.new);
        hold.say(&ask);
        if hold.hears("start: ok") && hold.hears("prepare: ok") {
            Ok(Held::Locked(hold))
        } else {
            Ok(Held::Refused)
        }
    }

    /// Moves the ref and ends the lock.
    pub fn commit(mut self) -> Result<()> {
        self.say("commit\n");
        if self.hears("commit: ok") {
            return Ok(());
        }
        let detail = "the user's branch was not moved".into();
        Err(RepoError::Failed { command: "update-ref".into(), status: 1, detail })
    }

    fn say(&mut self, text: &str) {
        if let Some(input) = self.input.as_mut() {
            // A process that is gone does not answer either.
            let _ = input.write_all(text.as_bytes()).and_then(|()| input.flush());
        }
    }

    fn hears(&self, expected: &str) -> bool {
        self.answers.recv_timeout(LIMIT).is_ok_and(|line| line == expected)
    }
}

impl Drop for RefHold {
    fn drop(&mut self) {
        // Closing the input lets git take back what is not committed.
        drop(self.input.take());
        if crate::process::wait_until(&mut self.child, Instant::now() + LIMIT).is_none() {
            os::kill_group(&mut self.child);
            let _ = self.child.wait();
        }
    }
}

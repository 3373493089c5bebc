//! The user's own git at work in the user's own folder, because a person said so at this moment.

use super::perform::moved_to;
use super::{Round, says};
use crate::rooms::Room;
use crate::{Engine, git};
use protocol::ApiError;
use protocol::main_line::{MainLanding, MainWith};
use repo::{ObjectId, RepoError, Settled, UserMerge, UserWay, UsersGit};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Hooks may run the user's whole test suite.
const LIMIT: Duration = Duration::from_secs(15 * 60);
/// Characters of output that are kept, from its end.
const OUTPUT: usize = 8_000;

impl Engine {
    /// Runs it, and settles what came of it.
    pub(super) async fn run_users_git(
        &self,
        room: &Arc<Room>,
        landing: MainLanding,
    ) -> Result<Round, ApiError> {
        let (engine, at, wanted) = (self.clone(), room.clone(), landing.clone());
        let done = self
            .blocking(move || {
                engine.with_users_git(&at, &wanted, |depot, users, merge| depot.merge_as_user(users, merge))
            })
            .await?;
        let (settled, output) = match done {
            Ok(done) => done,
            Err(error) => {
                let reason = git::api(error).message;
                return self.refuse_main(room, landing, "main.git", reason).await;
            }
        };
        let output = self.redactor().text(&host::ansi::strip(&output));
        let output = tail(output.trim()).to_owned();
        let landing = MainLanding { output: Some(output).filter(|text| !text.is_empty()), ..landing };
        self.told_by_users_git(room, landing, settled, false).await
    }

    /// It was begun by a server that is gone: what became of it is in the repository.
    pub(super) async fn settle_users_git(
        &self,
        room: &Arc<Room>,
        landing: MainLanding,
    ) -> Result<Round, ApiError> {
        let since = host::clock::parse_iso(&landing.updated_at).unwrap_or(self.started_at).max(0);
        let since: SystemTime = UNIX_EPOCH + Duration::from_millis(since.cast_unsigned());
        let (engine, at, wanted) = (self.clone(), room.clone(), landing.clone());
        let settled = self
            .blocking(move || {
                engine.with_users_git(&at, &wanted, |depot, users, merge| {
                    depot.settle_merge_as_user(users, merge, since)
                })
            })
            .await?;
        match settled {
            Ok(settled) => self.told_by_users_git(room, landing, settled, true).await,
            Err(error) => {
                let reason = git::api(error).message;
                self.refuse_main(room, landing, "main.git", reason).await
            }
        }
    }

    async fn told_by_users_git(
        &self,
        room: &Arc<Room>,
        landing: MainLanding,
        settled: Settled,
        cut: bool,
    ) -> Result<Round, ApiError> {
        let branch = landing.branch.clone();
        match settled {
            Settled::Landed { commit } => {
                let reason = self.unlike_what_was_checked(room, &landing, &commit).await;
                let landing = MainLanding { reason, ..landing };
                self.landed_main(room, landing, Some(commit.to_string())).await
            }
            Settled::AsItWas { left } => {
                let code = if cut { "main.interrupted" } else { "main.hook" };
                let mut reason = match cut {
                    true => "The server ended while your git ran. Branch and files are as they were; say it again.".to_owned(),
                    false => "Your git, or one of your hooks, refused it. Branch and files are as they were.".to_owned(),
                };
                if !left.is_empty() {
                    let names: Vec<&str> = left.iter().take(5).map(String::as_str).collect();
                    reason.push_str(&format!(" New files were left there: {}.", names.join(", ")));
                }
                self.refuse_main(room, landing, code, reason).await
            }
            Settled::Moved { actual } => {
                self.refuse_main(room, landing, "main.moved", moved_to(&branch, actual.as_ref())).await
            }
            Settled::Stuck { detail } => {
                let reason = format!(
                    "Your git, or one of your hooks, refused it, and the folder could not be put back: {detail}. {branch} is where it was. Look at `git status` there; `git merge --abort` ends a merge that is under way."
                );
                self.refuse_main(room, landing, "main.hook", reason).await
            }
            Settled::Blocked(block) => {
                let folder = landing.folder.clone().unwrap_or_default();
                let reason = says::checkout(&branch, &folder, &block);
                self.refuse_main(room, landing, "main.checkout", reason).await
            }
            Settled::Running => Ok(Round::Later),
        }
    }

    /// What a hook of theirs put into the merge was not checked; that is theirs, and it is said.
    async fn unlike_what_was_checked(
        &self,
        room: &Arc<Room>,
        landing: &MainLanding,
        commit: &ObjectId,
    ) -> Option<String> {
        let (looked, to, commit) = (room.clone(), landing.to.clone(), commit.clone());
        let same = self.blocking(move || -> Result<bool, RepoError> {
            looked.look()?;
            Ok(looked.depot.tree_of(&commit)? == looked.depot.tree_of(&ObjectId::parse(&to)?)?)
        });
        let same = same.await.ok()?.ok()?;
        (!same).then(|| "What was committed is not exactly what was checked: one of your hooks changed it, or you committed meanwhile.".to_owned())
    }

    fn with_users_git<T>(
        &self,
        room: &Room,
        landing: &MainLanding,
        work: impl FnOnce(&repo::Depot, &UsersGit<'_>, &UserMerge<'_>) -> Result<T, RepoError>,
    ) -> Result<T, RepoError> {
        let (old, new) = (ObjectId::parse(&landing.from)?, ObjectId::parse(&landing.to)?);
        let folder = PathBuf::from(landing.folder.as_deref().unwrap_or_default());
        let guard = guard(&self.data.depots(), room);
        let users =
            UsersGit { git: room.depot.git(), environment: &self.options.environment, folder: &folder };
        let message = format!("Merge branch '{}'", landing.integration_branch);
        let merge = UserMerge {
            branch: &landing.branch,
            old: &old,
            new: &new,
            way: match landing.with {
                MainWith::MyMerge => UserWay::MergeCommit { sign: landing.sign },
                MainWith::MyGit | MainWith::Server => UserWay::Forward,
            },
            message: &message,
            guard: &guard,
            limit: LIMIT,
        };
        work(&room.depot, &users, &merge)
    }
}

/// Whoever holds its lock has a git at work in the user's folder.
fn guard(depots: &Path, room: &Room) -> PathBuf {
    depots.join(format!("{}.main.lock", room.id))
}

fn tail(text: &str) -> &str {
    match text.char_indices().rev().nth(OUTPUT) {
        Some((at, _)) => &text[at..],
        None => text,
    }
}

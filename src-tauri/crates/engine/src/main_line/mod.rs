//! The user's own branch, such as `main`: shown beside the integration branch, and moved forward to it when a person
//! says so, or when policy does.
//!
//! What is wanted is a row of the store before anything happens, and one loop per workspace carries it out: the checks
//! that are missing on exactly that tree, then one move by compare and swap, or the user's own git. There is never more
//! than one under way. After a crash the loop finds the row as it was and the repository says the rest. Nothing here
//! moves a branch anywhere but forward.

mod by_user;
mod look;
mod perform;
mod propose;
mod prove;
mod says;
mod wish;

use crate::Engine;
use crate::rooms::Room;
use protocol::main_line::{MainLanding, MainLandingState};
use protocol::{ApiError, Event, SessionId};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::{EventFilter, NewEvent, StoreError, Tx};
use tokio::sync::Notify;

/// How long something that nobody announces is waited for.
const TRY_AGAIN: Duration = Duration::from_secs(2);
/// Events after which policy may have something to say, as they stand in an envelope.
const BELLS: [&str; 5] = [
    "\"merge.entry.landed\"",
    "\"merge.entry.removed\"",
    "\"merge.entry.returned\"",
    "\"approval.changed\"",
    "\"merge.branch.moved\"",
];
/// The type of an event stands within so many bytes.
const HEAD: usize = 512;

/// What a room knows of its landings on the user's branch.
#[derive(Default)]
pub(crate) struct Line {
    bell: Notify,
    running: AtomicBool,
}

impl Line {
    pub(crate) fn look_again(&self) {
        self.bell.notify_one();
    }
}

/// What one round came to.
enum Round {
    Progress,
    Quiet,
    Later,
}

impl Engine {
    /// Rings every room's bell when something happened that may concern it. One for all workspaces.
    pub(crate) async fn main_bells_loop(&self) {
        let filter = EventFilter { session: None, all_types: true, scopes: None };
        let mut events = self.follow(filter, self.store.latest_cursor());
        while !self.is_stopping() {
            let batch = tokio::select! {
                batch = events.next() => batch,
                () = self.stopping() => return,
            };
            let Ok(batch) = batch else { return };
            if batch.iter().any(|event| rings(&event.json)) {
                for room in self.room_list() {
                    room.main.look_again();
                }
            }
        }
    }

    pub(crate) async fn start_main(&self, room: Arc<Room>) {
        if room.main.running.swap(true, Ordering::AcqRel) {
            return;
        }
        let engine = self.clone();
        self.run(async move { engine.main_loop(room).await }).await;
    }

    async fn main_loop(&self, room: Arc<Room>) {
        while !self.is_stopping() {
            let wait = match self.main_round(&room).await {
                Ok(Round::Progress) => continue,
                Ok(Round::Quiet) => None,
                Ok(Round::Later) => Some(TRY_AGAIN),
                Err(error) => {
                    tracing::warn!(workspace = %room.id, %error, "landing on the user's branch");
                    Some(TRY_AGAIN)
                }
            };
            tokio::select! {
                () = room.main.bell.notified() => {}
                () = tokio::time::sleep(wait.unwrap_or(Duration::MAX)), if wait.is_some() => {}
                () = self.stopping() => {}
            }
        }
    }

    async fn main_round(&self, room: &Arc<Room>) -> Result<Round, ApiError> {
        let workspace = room.id.clone();
        let open = self.store.read(move |tx| tx.open_main_landing(workspace.as_str())).await?;
        match open {
            Some(landing) => self.perform_main(room, landing).await,
            None => self.propose_main(room).await,
        }
    }

    /// The conversation in which landings on the user's branch are told.
    async fn main_session(&self, room: &Room) -> Result<SessionId, ApiError> {
        let workspace = room.id.clone();
        let sessions = self.store.read(|tx| tx.sessions()).await?;
        let session = sessions.into_iter().find(|s| s.workspace_id.as_ref() == Some(&workspace));
        session.map(|s| s.session_id).ok_or_else(|| ApiError::not_found("session of", workspace.as_str()))
    }

    /// Stores how far it is, and tells it; when it ended also in words.
    async fn move_main(&self, room: &Room, mut landing: MainLanding) -> Result<MainLanding, ApiError> {
        let session = self.main_session(room).await?;
        let stored = self.store.write(move |tx| {
            tx.update_main_landing(&mut landing)?;
            tell(tx, &session, &landing)?;
            if matches!(landing.state, MainLandingState::Landed | MainLandingState::Refused) {
                crate::reaction::say(tx, &session, says::ended(&landing), None)?;
            }
            Ok(landing)
        });
        Ok(stored.await?)
    }
}

/// One event for each step, with who wants it.
fn tell(tx: &mut Tx<'_>, session: &SessionId, landing: &MainLanding) -> Result<(), StoreError> {
    let event = Event::MainLandingChanged { landing: Box::new(landing.clone()) };
    tx.append(NewEvent::new(session, event, landing.by.clone()).about(landing.id.clone())).map(drop)
}

fn rings(json: &[u8]) -> bool {
    let head = String::from_utf8_lossy(json.get(..HEAD).unwrap_or(json));
    BELLS.iter().any(|bell| head.contains(bell))
}

//! Pause everything: no claim is granted and no merge round begins a check or a landing. What runs goes on, and
//! whoever writes is answered as ever.
//!
//! A hold is a row of the store, and every claim looks for it in its own transaction; the merge queue looks before
//! each round and in the moment before a branch moves. Nothing of it is kept in memory.

use crate::{Caller, Engine, Reply};
use protocol::hold::{Hold, HoldParams, HoldReason, Holds, LONGEST_NOTE, ResumeParams};
use protocol::{ApiError, Event, SessionId};
use store::{NewEvent, StoreError, Tx};

/// The session that takes events about everything; it is always there.
const ABOUT_ALL: &str = "dev";

impl Engine {
    pub async fn system_hold(&self, caller: Caller, p: HoldParams) -> Reply {
        let note = p.note.map(|note| one_line(&note)).filter(|note| !note.is_empty());
        if note.as_ref().is_some_and(|note| note.len() > LONGEST_NOTE) {
            return Err(ApiError::bad(format!("note holds at most {LONGEST_NOTE} bytes")));
        }
        let by = caller.who.label();
        self.change(caller, move |tx| {
            let since = host::clock::iso(tx.now());
            let hold = Hold { reason: p.reason.unwrap_or_default(), by: by.clone(), since, note };
            if tx.hold(&hold)? {
                tell(tx, Event::SystemHeld { hold: Box::new(hold) }, by)?;
            }
            Ok(Holds { ok: true, holds: tx.holds()? })
        })
        .await
    }

    pub async fn system_resume(&self, caller: Caller, p: ResumeParams) -> Reply {
        let by = caller.who.label();
        let reply = self
            .change(caller, move |tx| {
                end(tx, p.reason, by)?;
                Ok(Holds { ok: true, holds: tx.holds()? })
            })
            .await?;
        for room in self.room_list() {
            room.merge.notify_one();
            room.main.look_again();
        }
        Ok(reply)
    }

    /// Whether nothing new may begin.
    pub(crate) async fn is_held(&self) -> Result<bool, ApiError> {
        Ok(self.store.read(|tx| tx.is_held()).await?)
    }

    /// A drain was for a process that is gone by now. Called before anybody can claim.
    pub(crate) async fn end_old_drain(&self) -> Result<(), ApiError> {
        Ok(self.store.write(|tx| end(tx, Some(HoldReason::Drain), "server".into())).await?)
    }
}

/// It is shown in one line, in terminals too.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.trim().to_owned()
}

/// Ends holds and says so, if there were any.
fn end(tx: &mut Tx<'_>, reason: Option<HoldReason>, by: String) -> Result<(), StoreError> {
    let ended = tx.release(reason)?;
    if ended.is_empty() {
        return Ok(());
    }
    let held = tx.is_held()?;
    tell(tx, Event::SystemResumed { by: by.clone(), ended, held }, by)
}

/// To the session of events about everything.
pub(crate) fn tell(tx: &mut Tx<'_>, event: Event, from: String) -> Result<(), StoreError> {
    let session = SessionId::parse(ABOUT_ALL).map_err(|e| ApiError::bad(e.to_string()))?;
    tx.append(NewEvent::new(&session, event, from)).map(drop)
}

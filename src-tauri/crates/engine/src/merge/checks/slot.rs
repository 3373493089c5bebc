//! The check tree of a slot, and whose leftovers lie in it.
//!
//! Build folders stay for the next check, which makes it warm. They may stay only when what made them is part of what
//! the next one stands on, landed or about to: otherwise an entry that nobody wanted could decide what another's check
//! says. A verdict counts only once all of its ground has landed, and with it whoever left something. So a note beside
//! the tree names the candidate that may have written there, from before its first command until its tree is cleared.

use crate::rooms::Room;
use crate::setup::laid_note;
use crate::{Engine, git};
use protocol::check::CheckPlan;
use protocol::merge::MergeEntry;
use protocol::{ApiError, ErrorCode};
use repo::{CheckTree, Depot, ObjectId, RepoError};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

/// Who may have written into the check tree last.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Guest {
    entry: String,
    candidate: String,
    /// What that stood on.
    onto: String,
    /// Its checks were begun and their end was not seen.
    cut: bool,
}

/// What is known of the leftovers in a check tree.
#[derive(Debug, PartialEq)]
enum Leftovers {
    None,
    Of(Guest),
    /// Something was laid out here, and nobody knows what ran since.
    Unknown,
}

impl Engine {
    /// A slot's check tree, switched to the candidate, with its set-up layers and nothing of an entry that
    /// did not land.
    pub(super) async fn check_slot(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        plan: &CheckPlan,
        number: u32,
    ) -> Result<CheckTree, ApiError> {
        let dir = self.data.candidates().join(room.id.as_str()).join(format!("slot-{number}"));
        let room_now = room.clone();
        let (slot, before) = self
            .blocking(move || {
                if let Some(parent) = dir.parent() {
                    std::fs::create_dir_all(parent)
                        .map_err(|e| internal(format!("{} cannot be made: {e}.", parent.display())))?;
                }
                let slot = room_now.depot.check_tree(&dir).map_err(git::api)?;
                let before = leftovers(&slot);
                Ok::<_, ApiError>((slot, before))
            })
            .await??;
        if !self.may_stay(room, before, entry).await? {
            self.clear_slot(room, &slot).await?;
        }
        self.stand_on(room, plan, &slot, entry).await?;
        self.note_guest(&slot, entry, true).await?;
        Ok(slot)
    }

    /// The entry's commands have all ended, and left the tree as it was.
    pub(super) async fn checks_ended(&self, slot: &CheckTree, entry: &MergeEntry) -> Result<(), ApiError> {
        self.note_guest(slot, entry, false).await
    }

    /// Forgets what is in the tree and its HOME, set-up included; then who was there.
    pub(super) async fn clear_slot(&self, room: &Arc<Room>, slot: &CheckTree) -> Result<(), ApiError> {
        self.clear_check(room, slot).await?;
        let _ = std::fs::remove_file(note(slot));
        Ok(())
    }

    async fn may_stay(
        &self,
        room: &Arc<Room>,
        before: Leftovers,
        entry: &MergeEntry,
    ) -> Result<bool, ApiError> {
        let guest = match before {
            Leftovers::None => return Ok(true),
            Leftovers::Unknown => return Ok(false),
            Leftovers::Of(guest) if guest.cut => return Ok(false),
            Leftovers::Of(guest) => guest,
        };
        let (depot, entry) = (room.depot.clone(), entry.clone());
        self.blocking(move || is_ground(&depot, &guest, &entry).unwrap_or(false)).await
    }

    async fn note_guest(&self, slot: &CheckTree, entry: &MergeEntry, cut: bool) -> Result<(), ApiError> {
        let (file, guest) = (note(slot), Guest::of(entry, cut));
        self.blocking(move || write(&file, &guest)).await?
    }
}

impl Guest {
    fn of(entry: &MergeEntry, cut: bool) -> Self {
        let (candidate, onto) =
            (entry.candidate.clone().unwrap_or_default(), entry.onto.clone().unwrap_or_default());
        Self { entry: entry.id.to_string(), candidate, onto, cut }
    }
}

/// Whether a guest is among what an entry's candidate is made of: below it, or an earlier candidate of its own.
fn is_ground(depot: &Depot, guest: &Guest, entry: &MergeEntry) -> Result<bool, RepoError> {
    let id = |text: &str| ObjectId::parse(text);
    let on = id(entry.onto.as_deref().unwrap_or_default())?;
    if guest.entry == entry.id.as_str() {
        return depot.contains(&on, &id(&guest.onto)?);
    }
    depot.contains(&on, &id(&guest.candidate)?)
}

fn leftovers(slot: &CheckTree) -> Leftovers {
    match std::fs::read(note(slot)) {
        Ok(text) => serde_json::from_slice(&text).map_or(Leftovers::Unknown, Leftovers::Of),
        Err(_) if laid_note(slot).exists() => Leftovers::Unknown,
        Err(_) => Leftovers::None,
    }
}

/// Replaced whole: a note that says too little would let something stay.
fn write(file: &std::path::Path, guest: &Guest) -> Result<(), ApiError> {
    let fresh = file.with_extension("new");
    let text = serde_json::to_vec(guest).map_err(|e| internal(e.to_string()))?;
    std::fs::write(&fresh, text)
        .and_then(|()| std::fs::rename(&fresh, file))
        .map_err(|e| internal(format!("{} cannot be written: {e}.", file.display())))
}

fn note(slot: &CheckTree) -> PathBuf {
    slot.dir().with_extension("entry.json")
}

fn internal(text: String) -> ApiError {
    ApiError::new(ErrorCode::Internal, text)
}

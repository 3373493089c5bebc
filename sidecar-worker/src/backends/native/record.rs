//! The loop's conversation, kept with the server while it goes on, so that another attempt can go on with it.
//!
//! Each message goes there once; when old ones were shortened, everything from the first of them on goes again. What
//! cannot be kept is forgotten as a whole and said once: a conversation that lacks its end would tell the model that
//! things were not done which were.

use crate::insist::insist;
use crate::life::Attempt;
use agent::model::Message;
use agent::native::{Memory, MemoryProblem, Standing, piece};
use protocol::ApiError;
use protocol::memory::{PIECE_BYTES, RecallJob, RememberJob};
use protocol::ops::typed;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Pieces in one call.
const AT_ONCE: usize = 256;

pub(super) struct Record<'a> {
    attempt: &'a Attempt<'a>,
    /// What the server has, a fingerprint for each message.
    kept: Vec<u64>,
    given_up: bool,
}

/// What there is of an earlier attempt.
pub(super) enum Earlier {
    Nothing,
    Goes(Box<Memory>),
    /// There is something and it is of no use, for this reason.
    Damaged(String),
}

impl<'a> Record<'a> {
    pub(super) async fn open(attempt: &'a Attempt<'a>) -> (Self, Earlier) {
        let mut record = Self { attempt, kept: Vec::new(), given_up: false };
        let earlier = match record.recall().await {
            Ok(Ok(None)) => Earlier::Nothing,
            Ok(Ok(Some(memory))) => {
                record.kept = memory.messages.iter().map(|message| fingerprint(&piece(message))).collect();
                Earlier::Goes(Box::new(memory))
            }
            Ok(Err(damaged)) => Earlier::Damaged(format!("{damaged} ({})", damaged.code())),
            Err(error) => Earlier::Damaged(error.message),
        };
        (record, earlier)
    }

    async fn recall(&self) -> Result<Result<Option<Memory>, MemoryProblem>, ApiError> {
        let ask =
            RecallJob { id: self.attempt.job.id.clone(), claim_token: self.attempt.claim_token.to_owned() };
        let call = || self.attempt.client.call(typed::JobsRecall, &ask, None);
        let memory = insist(self.attempt.keeper.cancel.cancelled(), call).await?;
        Ok(Memory::read(&memory.pieces))
    }

    /// Brings what is kept up to now.
    pub(super) async fn keep(&mut self, messages: &[Message], standing: &Standing) {
        if self.given_up {
            return;
        }
        let pieces: Vec<String> = messages.iter().map(piece).collect();
        let now: Vec<u64> = pieces.iter().map(|piece| fingerprint(piece)).collect();
        let same = now.iter().zip(&self.kept).take_while(|(now, kept)| now == kept).count();
        let mut new: Vec<String> = pieces.iter().skip(same).map(|piece| redacted(piece)).collect();
        new.push(redacted(&standing.piece()));
        let kept = match new.iter().any(|piece| piece.len() > PIECE_BYTES) {
            true => Err("a message of it is too long".to_owned()),
            false => self.replace(same, new).await.map_err(|error| error.message),
        };
        match kept {
            Ok(()) => self.kept = now,
            Err(why) => self.give_up(&why).await,
        }
    }

    async fn replace(&self, from: usize, pieces: Vec<String>) -> Result<(), ApiError> {
        for (n, some) in pieces.chunks(AT_ONCE).enumerate() {
            self.send(from + n * AT_ONCE, some.to_vec()).await?;
        }
        Ok(())
    }

    async fn send(&self, from: usize, pieces: Vec<String>) -> Result<(), ApiError> {
        let remember = RememberJob {
            id: self.attempt.job.id.clone(),
            claim_token: self.attempt.claim_token.to_owned(),
            from: from as u64,
            pieces,
        };
        let call = || self.attempt.client.call(typed::JobsRemember, &remember, None);
        insist(self.attempt.keeper.cancel.cancelled(), call).await.map(drop)
    }

    async fn give_up(&mut self, why: &str) {
        self.given_up = true;
        self.kept.clear();
        let _ = self.send(0, Vec::new()).await;
        let line = "[what is said with the model is not kept any more";
        self.attempt.journal.say(format!("{line}: {why}. If this is interrupted, it begins anew]")).await;
    }
}

fn fingerprint(piece: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    piece.hash(&mut hasher);
    hasher.finish()
}

/// Secrets are taken out of texts, never out of what holds them together.
fn redacted(piece: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(piece) {
        Ok(value) => host::config::redacted(value).to_string(),
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_taken_out_and_the_piece_stays_one() {
        let token = format!("ghp_{}", "a1B2c3D4e5".repeat(4));
        let message = Message::user(format!("key \"{token}\" and more"));
        let kept = redacted(&piece(&message));
        assert!(!kept.contains(&token), "{kept}");
        let back: serde_json::Value = serde_json::from_str(&kept).unwrap();
        assert!(back["message"]["text"].as_str().unwrap().ends_with("and more"));
        assert_eq!(back["message"]["role"], "user");
    }
}

//! Holds: while there is one, no claim is granted. They are settings, so a restart finds them as they were.
//!
//! The claim itself looks, in its own transaction: once a hold is committed nothing passes any more.

use crate::live::Wake;
use crate::tx::Tx;
use crate::{QueueName, StoreError};
use protocol::hold::{Hold, HoldReason};

/// What the keys of holds begin with; the reason follows.
const KEY: &str = "hold.";

fn key(reason: HoldReason) -> String {
    format!("{KEY}{reason}")
}

impl Tx<'_> {
    /// What holds everything, in the order of the reasons' names.
    pub fn holds(&self) -> Result<Vec<Hold>, StoreError> {
        let rows = self.settings_under(KEY)?;
        rows.into_iter().map(|(_, value)| Ok(serde_json::from_value(value)?)).collect()
    }

    /// Whether nothing new may begin.
    pub fn is_held(&self) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM settings WHERE key IN ('hold.person', 'hold.drain') LIMIT 1";
        Ok(self.one(sql, [], |_| Ok(()))?.is_some())
    }

    /// Holds everything. False, and nothing changes, when it is held for the same reason already.
    pub fn hold(&mut self, hold: &Hold) -> Result<bool, StoreError> {
        if self.setting(&key(hold.reason))?.is_some() {
            return Ok(false);
        }
        self.set_setting(&key(hold.reason), &serde_json::to_value(hold)?)?;
        Ok(true)
    }

    /// Ends the hold of one reason, or all, and answers what ended. Waiting claims look again once nothing holds them.
    pub fn release(&mut self, reason: Option<HoldReason>) -> Result<Vec<Hold>, StoreError> {
        let mut ended = self.holds()?;
        ended.retain(|hold| reason.is_none_or(|reason| hold.reason == reason));
        for hold in &ended {
            self.remove_setting(&key(hold.reason))?;
        }
        if !ended.is_empty() && !self.is_held()? {
            let queues = [QueueName::Requests, QueueName::Jobs, QueueName::Completions];
            self.wakes.extend(queues.map(Wake::All));
            self.wakes.push(Wake::Outbox);
        }
        Ok(ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_looked_for_when_a_claim_asks() {
        let keys: Vec<_> = HoldReason::ALL.iter().copied().map(key).collect();
        assert_eq!(keys, ["hold.person", "hold.drain"], "`is_held` names them");
    }
}

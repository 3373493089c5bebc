//! What the pool sees at one look.

use super::number_of;
use crate::Engine;
use flow::pool::{Hand, Held, View};
use protocol::ApiError;
use protocol::hold::HoldReason;

impl Engine {
    pub(super) async fn pool_view(&self) -> Result<View, ApiError> {
        let (facts, holds) = self.store.read(|tx| Ok((tx.pool_facts()?, tx.holds()?))).await?;
        let running = self.pool.running();
        let held = if holds.iter().any(|hold| hold.reason == HoldReason::Drain) {
            Held::Ending
        } else if holds.is_empty() {
            Held::No
        } else {
            Held::ByPerson
        };
        let ours = facts.workers.into_iter().filter_map(|(id, worker)| Some((number_of(&id)?, worker)));
        let hands = ours.map(|(n, worker)| {
            // What a process before this one said of itself is not about this one.
            let said = worker.said.filter(|(_, at)| running.get(&n).is_some_and(|since| at >= since));
            let hand = Hand {
                drained: worker.drained,
                claims: worker.claims,
                targeted: worker.targeted,
                ready: said.is_some(),
                at_work: said.is_some_and(|(status, _)| status == "busy"),
            };
            (n, hand)
        });
        Ok(View { now_ms: self.clock.monotonic_ms(), held, waiting: facts.waiting, hands: hands.collect() })
    }
}

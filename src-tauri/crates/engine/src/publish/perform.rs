//! One publication, stage by stage. Every stage may be begun again after a crash and comes to the same end.

use super::policy::May;
use crate::Engine;
use protocol::publish::PublishStage;
use protocol::{ApiError, PublishId};

impl Engine {
    pub(super) async fn perform_publish(&self, id: &PublishId) -> Result<(), ApiError> {
        loop {
            let wanted = id.to_string();
            let row = self.store.read(move |tx| tx.publish(&wanted)).await?;
            let before = row.shown.stage;
            match before {
                PublishStage::Done => break,
                // Before anybody is asked: an answer is for what was there then.
                PublishStage::Queued if row.shown.force && row.shown.overwrites.is_none() => {
                    self.note_what_is_there(row.shown).await?;
                }
                PublishStage::Queued | PublishStage::Waiting => match self.publish_may_begin(&row).await? {
                    May::Begin => self.begin_push(&row.shown).await?,
                    May::NotNow => break,
                },
                PublishStage::Pushing => self.push_publication(&row).await?,
                PublishStage::Opening => self.open_pull_request(&row.shown).await?,
            }
            if self.is_stopping() {
                return Ok(());
            }
        }
        let mut live = self.publishing.live();
        live.progress.remove(id.as_str());
        live.cancelled.remove(id.as_str());
        Ok(())
    }
}

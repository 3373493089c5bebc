//! Pushing what landed, where that is configured. Never in a landing's way: it begins with an effect that the landing
//! left behind.

use super::asked::Wish;
use crate::Engine;
use protocol::ApiError;
use protocol::policy::ActorKind;
use store::{Fingerprint, OutboxRow};

impl Engine {
    pub(crate) async fn publish_after_landing(&self, row: &OutboxRow) -> Result<(), ApiError> {
        if let Some(entry) = row.payload["entry"].as_str() {
            self.publish_landed(entry.to_owned()).await?;
        }
        let id = row.id;
        Ok(self.store.write(move |tx| tx.performed(id)).await?)
    }

    async fn publish_landed(&self, id: String) -> Result<(), ApiError> {
        let entry = self.store.read(move |tx| tx.entry(&id)).await?;
        let Ok(room) = self.room(&entry.workspace_id) else { return Ok(()) };
        let config = self.configured(&room).await?;
        let merge = &config.merge;
        if !merge.push && !merge.open_pr {
            return Ok(());
        }
        // A landing is pushed once, however often this effect is repeated.
        let once = Fingerprint {
            actor: "landing".into(),
            key: entry.id.to_string(),
            digest: entry.landed_commit.clone().unwrap_or_default(),
        };
        let wish = Wish {
            session: entry.session_id.clone(),
            title: None,
            body: None,
            base: None,
            head: (!merge.push_generated).then(|| room.row().integration_branch),
            create_pr: Some(merge.open_pr),
            force: false,
            actor: ActorKind::Schedule,
            by: "merge queue".into(),
            landing: true,
        };
        self.ask_to_publish(wish, Some(once)).await.map(drop)
    }
}

//! Set-up layers on their way to a machine: those that its job starts from, while the claim is its own, and no others.
//!
//! Which those are was decided when it claimed: what the workspace needs may be something else by now. It is noted, so
//! that it outlives a restart; a machine's worker has one job at a time, and so one note.

use crate::Engine;
use host::layers::Pack;
use protocol::job::JobClaimed;
use protocol::{ApiError, ErrorCode, JobId};
use serde_json::json;

/// Settings key under which the layers of a machine's claim are known.
fn key(worker: &str) -> String {
    format!("node.layers/{worker}")
}

/// The layer was there when the job was claimed, and is not any more.
fn gone() -> ApiError {
    let message = "The set-up of this job was removed meanwhile. Send the job again, and it is made anew.";
    ApiError::new(ErrorCode::NodeNotReady, message)
}

impl Engine {
    pub(super) async fn note_layers(&self, claimed: &JobClaimed) -> Result<(), ApiError> {
        let layers = claimed.ground.as_ref().map(|ground| ground.layers.clone()).unwrap_or_default();
        let Some(worker) = claimed.job.worker_id.as_deref() else { return Ok(()) };
        let key = key(worker);
        let note = json!({ "job": claimed.job.id, "claim": claimed.claim_token, "layers": layers });
        let known = key.clone();
        let before = self.store.read(move |tx| tx.setting(&known)).await?;
        // Most jobs have none, and need no note.
        if layers.is_empty() && before.is_none() {
            return Ok(());
        }
        Ok(self
            .store
            .write(move |tx| match layers.is_empty() {
                true => tx.remove_setting(&key),
                false => tx.set_setting(&key, &note),
            })
            .await?)
    }

    /// A layer as it is read, if it is one of those this claim's job starts from.
    pub async fn carry_layer(
        &self,
        worker: &str,
        (job, claim): (&JobId, &str),
        digest: String,
    ) -> Result<Pack, ApiError> {
        let key = key(worker);
        let note = self.store.read(move |tx| tx.setting(&key)).await?.unwrap_or_default();
        let of_claim = note["job"] == json!(job) && note["claim"] == json!(claim);
        let named = note["layers"].as_array().is_some_and(|layers| layers.contains(&json!(digest)));
        if !of_claim || !named {
            return Err(ApiError::new(ErrorCode::Forbidden, "This job does not start from that layer."));
        }
        let store = self.layers.clone();
        let packed = self.blocking(move || store.pack(&digest)).await?;
        packed.map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))?.ok_or_else(gone)
    }

    /// What went wrong in the middle of one.
    pub fn layer_broke_off(error: &std::io::Error) -> ApiError {
        match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::UnexpectedEof => gone(),
            _ => ApiError::new(ErrorCode::Internal, format!("The set-up cannot be read: {error}.")),
        }
    }
}

//! Taking back what landed.

use super::{find, look};
use client::Client;
use protocol::ApiError;
use protocol::merge::EntryParams;
use protocol::ops::typed;

pub(super) async fn run(client: &Client, what: &str, as_json: bool) -> Result<u8, ApiError> {
    let id = find(client, what).await?.id;
    let entry = client.call(typed::MergeRevert, &EntryParams { id }, None).await?;
    look::entry(&entry, as_json);
    Ok(0)
}

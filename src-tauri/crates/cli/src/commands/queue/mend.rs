//! An entry that waits for a person: handed to whoever mends it, or taken over.

use super::{find, look, say_ok};
use client::Client;
use protocol::ApiError;
use protocol::merge::EntryParams;
use protocol::ops::typed;
use protocol::returned::MendEntry;
use protocol::worker::WorkerBackend;

pub(super) async fn mend(
    client: &Client,
    what: &str,
    with: Option<&str>,
    say: Option<String>,
    as_json: bool,
) -> Result<u8, ApiError> {
    let backend = match with {
        Some(word) => Some(WorkerBackend::from_word(word).ok_or_else(|| {
            let known: Vec<_> = WorkerBackend::ALL.iter().map(|backend| backend.as_str()).collect();
            ApiError::bad(format!("There is no backend {word}; there are {}.", known.join(", ")))
        })?),
        None => None,
    };
    let id = find(client, what).await?.id;
    let entry = client.call(typed::MergeMend, &MendEntry { id, backend, say }, None).await?;
    look::entry(&entry, as_json);
    Ok(0)
}

pub(super) async fn take_over(client: &Client, what: &str, as_json: bool) -> Result<u8, ApiError> {
    let id = find(client, what).await?.id;
    let reply = client.call(typed::MergeTakeOver, &EntryParams { id }, None).await?;
    say_ok(as_json, &reply, || {
        say!(
            "Its files are made in {}. When they are as they should be: pilothouse job hand-back JOB.",
            reply.taken.path
        );
    });
    Ok(0)
}

//! Ids as people write them: a beginning is enough, such as the one the page shows, where it can mean only one thing.
//!
//! What was only begun is looked for in the lists the server gives; nobody is preferred among several, whatever they
//! are. A whole id is passed on as it is and costs no call, and so is what nothing begins with: the server says then
//! that it is not there.

use super::job_list::MOST;
use client::Client;
use protocol::ops::{Nothing, TtlParams, typed};
use protocol::queue::ListParams;
use protocol::{ApiError, ApprovalId, ErrorCode, JobId, SessionId};

/// The shortest beginning that is taken.
const LEAST: usize = 4;
/// As much of an id as the page shows; so much is enough even where not all ids can be seen.
const ENOUGH: usize = 8;
/// The length of a whole one.
const WHOLE: usize = 36;
/// As many are named where several are meant.
const NAMED: usize = 8;

/// What can be meant, as far as the server lists it.
#[derive(Default)]
struct Known {
    named: Vec<Named>,
    /// There may be older ones.
    cut: bool,
}

struct Named {
    kind: &'static str,
    id: String,
    about: String,
}

/// What has a long id. Each is listed by a call of its own.
#[derive(Clone, Copy)]
enum Listed {
    Jobs,
    /// Those of the merge queues, and those that left them.
    Entries,
    Sessions,
    Approvals,
}

pub(super) async fn job(client: &Client, text: &str) -> Result<JobId, ApiError> {
    long_enough(text)?;
    JobId::parse(meant(client, text, &[Listed::Jobs]).await?).map_err(bad)
}

/// An entry of the merge queue, or the job it came of.
pub(super) async fn entry_or_job(client: &Client, text: &str) -> Result<String, ApiError> {
    meant(client, text, &[Listed::Entries, Listed::Jobs]).await
}

pub(super) async fn session(client: &Client, text: &str) -> Result<SessionId, ApiError> {
    SessionId::parse(meant(client, text, &[Listed::Sessions]).await?).map_err(bad)
}

pub(super) async fn session_or_job(client: &Client, text: &str) -> Result<String, ApiError> {
    meant(client, text, &[Listed::Sessions, Listed::Jobs]).await
}

pub(super) async fn approval(client: &Client, text: &str) -> Result<ApprovalId, ApiError> {
    long_enough(text)?;
    ApprovalId::parse(meant(client, text, &[Listed::Approvals]).await?).map_err(bad)
}

async fn meant(client: &Client, text: &str, among: &[Listed]) -> Result<String, ApiError> {
    let mut known = Known::default();
    if is_beginning(text) {
        for listed in among {
            known.read(client, *listed).await?;
        }
    }
    known.meant(text)
}

/// Only a worker of another machine has a long id, `node-…-crew`.
pub(super) async fn worker(client: &Client, text: &str) -> Result<String, ApiError> {
    let mut known = Known::default();
    if text.strip_prefix("node-").is_some_and(is_beginning) {
        let all = client.call(typed::WorkersList, &TtlParams::default(), None).await?.workers;
        known.add("worker", all.into_iter().map(|one| (one.worker_id, one.status)));
    }
    known.meant(text)
}

/// Whether a text of at least four characters begins an id.
pub(super) fn begins(id: &str, text: &str) -> bool {
    text.len() >= LEAST && id.starts_with(text)
}

/// Several are meant; each with its id and what is said of it.
pub(super) fn several<'a>(text: &str, all: impl Iterator<Item = (&'a str, &'a str)>) -> ApiError {
    let all: Vec<(&str, &str)> = all.collect();
    let shown: Vec<String> = all
        .iter()
        .take(NAMED)
        .map(|(id, about)| {
            format!("{id} ({})", crate::plain::plain(about.lines().next().unwrap_or_default()))
        })
        .collect();
    let more = match all.len().saturating_sub(NAMED) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let ids: Vec<&str> = all.iter().take(NAMED).map(|(id, _)| *id).collect();
    let message = format!("Several are meant by {text}: {}{more}. Name more of the id.", shown.join(", "));
    ApiError::new(ErrorCode::Conflict, message).with(serde_json::json!({ "candidates": ids }))
}

impl Known {
    fn add(&mut self, kind: &'static str, all: impl Iterator<Item = (String, String)>) {
        self.named.extend(all.map(|(id, about)| Named { kind, id, about }));
    }

    async fn read(&mut self, client: &Client, listed: Listed) -> Result<(), ApiError> {
        match listed {
            Listed::Jobs => {
                let all = client.call(typed::JobsList, &longest(), None).await?.jobs;
                self.cut |= all.len() as u64 >= MOST;
                self.add("job", all.into_iter().map(|one| (String::from(one.id), one.title)));
            }
            Listed::Entries => {
                let queues = client.call(typed::MergeQueueShow, &Nothing {}, None).await?.queues;
                let entries =
                    queues.into_iter().flat_map(|queue| queue.entries.into_iter().chain(queue.recent));
                self.add("entry", entries.map(|one| (String::from(one.id), one.title)));
                // What left a queue is known by what was handed over.
                let all = client.call(typed::CompletionsList, &longest(), None).await?.completions;
                self.cut |= all.len() as u64 >= MOST;
                let left = all.into_iter().filter_map(|one| Some((String::from(one.entry_id?), one.message)));
                self.add("entry", left);
            }
            Listed::Sessions => {
                let all = client.call(typed::SessionList, &Nothing {}, None).await?.sessions;
                self.add("session", all.into_iter().map(|one| (String::from(one.session_id), one.label)));
            }
            Listed::Approvals => {
                let all = client.call(typed::ApprovalList, &longest(), None).await?.approvals;
                self.cut |= all.len() as u64 >= MOST;
                self.add("approval", all.into_iter().map(|one| (String::from(one.id), one.summary)));
            }
        }
        Ok(())
    }

    /// The whole id of the only one that is meant; the text itself where none is.
    fn meant(mut self, text: &str) -> Result<String, ApiError> {
        self.named.retain(|one| begins(&one.id, text));
        // One that is listed twice is one.
        self.named.sort_by(|a, b| (&a.id, a.kind).cmp(&(&b.id, b.kind)));
        self.named.dedup_by(|a, b| a.id == b.id && a.kind == b.kind);
        if self.named.iter().any(|one| one.id == text) {
            return Ok(text.to_owned());
        }
        match self.named.as_slice() {
            [] => Ok(text.to_owned()),
            [_] if self.cut && text.len() < ENOUGH => Err(ApiError::bad(format!(
                "There are too many to tell that {text} means only one. Name {ENOUGH} characters of the id."
            ))),
            [one] => Ok(one.id.clone()),
            all => {
                let about: Vec<String> =
                    all.iter().map(|one| format!("{}: {}", one.kind, one.about)).collect();
                Err(several(
                    text,
                    all.iter().map(|one| one.id.as_str()).zip(about.iter().map(String::as_str)),
                ))
            }
        }
    }
}

fn longest() -> ListParams {
    ListParams { limit: Some(MOST), ..ListParams::default() }
}

fn bad(error: protocol::ids::BadId) -> ApiError {
    ApiError::bad(error.to_string())
}

/// Refuses what is too short to be looked for, where every id is a long one.
fn long_enough(text: &str) -> Result<(), ApiError> {
    match text.len() < LEAST && is_written_so(text) {
        true => {
            Err(ApiError::bad(format!("{text} is too short. Name at least {LEAST} characters of the id.")))
        }
        false => Ok(()),
    }
}

/// Whether it may be the beginning of a long id and is not all of one.
fn is_beginning(text: &str) -> bool {
    (LEAST..WHOLE).contains(&text.len()) && is_written_so(text)
}

/// Whether it is a long id from its first to its last character.
pub(super) fn is_whole(text: &str) -> bool {
    text.len() == WHOLE && is_written_so(text)
}

fn is_written_so(text: &str) -> bool {
    let fits = |(at, b): (usize, u8)| match at {
        8 | 13 | 18 | 23 => b == b'-',
        _ => matches!(b, b'0'..=b'9' | b'a'..=b'f'),
    };
    text.bytes().enumerate().all(fits)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const A: &str = "5c6a035a-f33b-46e9-9d34-f80ed7de580f";
    const B: &str = "5c6a1111-f33b-46e9-9d34-f80ed7de580f";

    fn known(all: &[(&'static str, &str)]) -> Known {
        let mut known = Known::default();
        for (kind, id) in all {
            known.add(kind, [((*id).to_owned(), "**Fix** it\nat last".to_owned())].into_iter());
        }
        known
    }

    #[test]
    fn four_characters_and_more_are_a_beginning_and_a_whole_id_or_a_name_is_none() {
        for text in ["5c6a", "5c6a035a", "5c6a035a-", "5c6a035a-f33b-46e9-9d34-f80ed7de580"] {
            assert!(is_beginning(text), "{text}");
        }
        for text in ["", "5c6", A, "dev", "w-1", "5C6A", "5c6a-035a", "5c6a035af33b", "node-5c6a"] {
            assert!(!is_beginning(text), "{text}");
        }
        assert!(is_whole(A) && !is_whole("5c6a035a"));
        assert_eq!(long_enough("5c6").unwrap_err().code, ErrorCode::BadRequest);
        assert!(long_enough("5c6a").is_ok() && long_enough("w-1").is_ok(), "what is no id is passed on");
    }

    #[test]
    fn the_only_one_that_begins_so_is_meant() {
        let both = || known(&[("job", A), ("job", B)]);
        assert_eq!(both().meant("5c6a0").unwrap(), A);
        assert_eq!(both().meant("5c6a1111-f").unwrap(), B);
        assert_eq!(both().meant("ffff").unwrap(), "ffff", "the server says that it is not there");
        assert_eq!(both().meant("5c").unwrap(), "5c", "too short to be looked for");
        assert_eq!(known(&[("job", "5c6a"), ("job", A)]).meant("5c6a").unwrap(), "5c6a", "exact is exact");
    }

    #[test]
    fn an_entry_that_is_listed_twice_is_one() {
        assert_eq!(known(&[("entry", A), ("entry", A)]).meant("5c6a").unwrap(), A);
    }

    #[test]
    fn nobody_is_preferred_among_several_whatever_they_are() {
        for all in [[("job", A), ("job", B)], [("entry", A), ("job", B)]] {
            let error = known(&all).meant("5c6a").unwrap_err();
            assert_eq!(error.code, ErrorCode::Conflict);
            assert!(error.message.contains(&format!("{A} ({}: Fix it)", all[0].0)), "{}", error.message);
            assert_eq!(error.details.unwrap()["candidates"], serde_json::json!([A, B]));
        }
    }

    #[test]
    fn many_candidates_are_counted_and_not_all_listed() {
        let ids: Vec<String> = (10..22).map(|n| format!("5c6a00{n}-x")).collect();
        let error = several("5c6a", ids.iter().map(|id| (id.as_str(), "job")));
        assert!(error.message.contains("5c6a0017-x (job) and 4 more."), "{}", error.message);
        assert!(!error.message.contains("5c6a0018-x"), "{}", error.message);
    }

    #[test]
    fn where_not_all_can_be_seen_as_much_is_asked_for_as_the_page_shows() {
        let cut = || Known { cut: true, ..known(&[("job", A)]) };
        assert_eq!(cut().meant("5c6a").unwrap_err().code, ErrorCode::BadRequest);
        assert_eq!(cut().meant("5c6a035a").unwrap(), A);
        assert_eq!(cut().meant("ffffffff").unwrap(), "ffffffff");
    }
}

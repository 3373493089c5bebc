//! What the forge answered to calls about pull requests.

use super::forge::Repository;
use protocol::publish::PublishReason;
use serde_json::Value;

/// Longest message of a forge that is repeated.
const MESSAGE: usize = 500;

/// An answer as it came: status, the headers that say how often one may ask, and the body.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    pub status: u16,
    /// Seconds.
    pub retry_after: Option<u64>,
    pub remaining: Option<u64>,
    /// Seconds since 1970.
    pub reset: Option<u64>,
    pub body: Vec<u8>,
}

/// One pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    pub number: u64,
    pub url: String,
    /// `open`, `closed` or `merged`.
    pub state: String,
    pub head_commit: Option<String>,
}

/// Why a call did not give what was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub reason: PublishReason,
    /// For people.
    pub message: String,
    /// When asking again may help, in milliseconds since 1970.
    pub retry_at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    Created(Pull),
    /// There is one already; the list of open ones has it.
    Exists,
    Failed(Failure),
}

/// The answer to opening one.
pub fn opened(answer: &Answer, repository: &Repository, now_ms: i64) -> Opened {
    match answer.status {
        201 => match json(answer).as_ref().and_then(|body| pull(body, repository)) {
            Some(pull) => Opened::Created(pull),
            None => Opened::Failed(unreadable()),
        },
        422 => {
            let told = told(answer);
            if told.contains("already exists") {
                return Opened::Exists;
            }
            let reason = match told.contains("No commits between") {
                true => PublishReason::NoCommits,
                false => PublishReason::Refused,
            };
            Opened::Failed(Failure {
                reason,
                message: format!("GitHub refused the pull request: {told}"),
                retry_at: None,
            })
        }
        _ => Opened::Failed(failure(answer, now_ms)),
    }
}

/// The answer to listing open ones. The forge ignores a filter it does not understand, so head and base are compared.
pub fn listed(
    answer: &Answer,
    repository: &Repository,
    base: &str,
    head: &str,
    now_ms: i64,
) -> Result<Option<Pull>, Failure> {
    if answer.status != 200 {
        return Err(failure(answer, now_ms));
    }
    let Some(Value::Array(all)) = json(answer) else { return Err(unreadable()) };
    let wanted = |one: &&Value| {
        let label = one["head"]["label"].as_str().unwrap_or_default();
        one["base"]["ref"] == base
            && one["head"]["ref"] == head
            && (label.is_empty() || label == repository.head(head))
    };
    Ok(all.iter().find(wanted).and_then(|one| pull(one, repository)))
}

/// The answer to reading one.
pub fn shown(answer: &Answer, repository: &Repository, now_ms: i64) -> Result<Pull, Failure> {
    match answer.status {
        200 => json(answer).as_ref().and_then(|body| pull(body, repository)).ok_or_else(unreadable),
        _ => Err(failure(answer, now_ms)),
    }
}

fn pull(body: &Value, repository: &Repository) -> Option<Pull> {
    let number = body["number"].as_u64()?;
    let page = repository.pull_page(number);
    // An address that is shown as a link comes from where it should.
    let pages = format!("{}/", repository.forge.web);
    let url =
        body["html_url"].as_str().filter(|url| url.starts_with(&pages) && !url.contains(char::is_whitespace));
    let merged = body["merged"] == true || body["merged_at"].is_string();
    let state = match (merged, body["state"].as_str()) {
        (true, _) => "merged",
        (false, Some("closed")) => "closed",
        (false, _) => "open",
    };
    Some(Pull {
        number,
        url: url.map_or(page, str::to_owned),
        state: state.to_owned(),
        head_commit: body["head"]["sha"].as_str().map(str::to_owned),
    })
}

/// What any other status means.
pub fn failure(answer: &Answer, now_ms: i64) -> Failure {
    let told = told(answer);
    let limited = answer.status == 429
        || (answer.status == 403
            && (answer.remaining == Some(0)
                || answer.retry_after.is_some()
                || told.to_lowercase().contains("rate limit")));
    if limited {
        let after = answer.retry_after.map(|seconds| now_ms + seconds.min(86_400) as i64 * 1000);
        let reset =
            answer.reset.filter(|_| answer.remaining == Some(0)).map(|at| at.min(1 << 40) as i64 * 1000);
        return Failure {
            reason: PublishReason::RateLimited,
            message: "GitHub lets this token ask no more for now.".into(),
            retry_at: after.or(reset),
        };
    }
    let (reason, message) = match answer.status {
        401 => (PublishReason::Auth, "GitHub does not accept the token. Save a new one in Settings, or sign in again with `gh auth login`.".to_owned()),
        403 => (PublishReason::Forbidden, format!("The token may not do this: {told}. It needs write access to pull requests of this repository.")),
        404 | 410 => (PublishReason::NotFound, "GitHub does not know this repository, or does not show it to this token.".to_owned()),
        300..=399 => (PublishReason::NotFound, "The repository has moved. Set the remote's address to its new place.".to_owned()),
        422 | 400 | 409 => (PublishReason::Refused, format!("GitHub refused: {told}")),
        500..=599 => (PublishReason::Network, format!("GitHub has trouble of its own (status {}). Try again later.", answer.status)),
        status => (PublishReason::BadAnswer, format!("GitHub answered with status {status}, which means nothing here.")),
    };
    Failure { reason, message, retry_at: None }
}

pub fn unreadable() -> Failure {
    Failure {
        reason: PublishReason::BadAnswer,
        message: "GitHub's answer cannot be read. Is the address of its API right?".into(),
        retry_at: None,
    }
}

fn json(answer: &Answer) -> Option<Value> {
    serde_json::from_slice(&answer.body).ok()
}

/// `message` and the messages of `errors`, in one line.
fn told(answer: &Answer) -> String {
    let Some(body) = json(answer) else { return "it did not say why".into() };
    let mut parts: Vec<String> = body["message"].as_str().map(str::to_owned).into_iter().collect();
    for error in body["errors"].as_array().into_iter().flatten().take(5) {
        match (error["message"].as_str(), error["field"].as_str(), error["code"].as_str()) {
            (Some(message), _, _) => parts.push(message.to_owned()),
            (None, Some(field), Some(code)) => parts.push(format!("{field} is {code}")),
            _ => parts.extend(error.as_str().map(str::to_owned)),
        }
    }
    let text = parts.join("; ");
    let text: String = text.chars().filter(|c| !c.is_control()).take(MESSAGE).collect();
    if text.is_empty() { "it did not say why".into() } else { text }
}

#[cfg(test)]
#[path = "pull_request_tests.rs"]
mod tests;

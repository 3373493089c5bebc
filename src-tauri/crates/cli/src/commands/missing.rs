//! The next step when what was named is not there: the command that lists what is.

use client::Client;
use protocol::ops::{Nothing, typed};
use protocol::{ApiError, ErrorCode};

/// What the server calls it, and what is said then; the longer name first where one begins another.
const LISTED: [(&str, &str); 10] = [
    ("job", "`pilothouse job list` lists jobs"),
    ("entry", "`pilothouse queue` lists entries that wait, `pilothouse job list` the jobs they came of"),
    ("approval", "`pilothouse status` lists the questions that wait"),
    ("worker", "`pilothouse worker list` lists workers"),
    ("device that waits", "`pilothouse devices waiting` lists those that ask"),
    ("device", "`pilothouse devices` lists devices"),
    ("machine", "`pilothouse node list` lists machines"),
    ("terminal", "`pilothouse terminal list` lists terminals"),
    ("grant", "`pilothouse policy grants` lists what is remembered"),
    ("workspace", "`pilothouse queue` names the workspaces"),
];

/// As many sessions are named.
const SESSIONS: usize = 8;

/// The error with its next step.
pub(super) async fn next(client: &Client, mut error: ApiError) -> ApiError {
    let next = match step(&error) {
        Some(next) => Some(next.to_owned()),
        None if is_no(&error, "session") => sessions(client).await,
        None => None,
    };
    if let Some(next) = next {
        error.message = format!("{}. {next}.", error.message.trim_end_matches('.'));
    }
    error
}

fn step(error: &ApiError) -> Option<&'static str> {
    LISTED.iter().find(|(what, _)| is_no(error, what)).map(|(_, next)| *next)
}

/// Whether it says that there is none of a kind, in the words in which the server and this command say it.
fn is_no(error: &ApiError, what: &str) -> bool {
    error.code == ErrorCode::NotFound && error.message.starts_with(&ApiError::not_found(what, "").message)
}

/// No command lists sessions, so they are named.
async fn sessions(client: &Client) -> Option<String> {
    let all = client.call(typed::SessionList, &Nothing {}, None).await.ok()?.sessions;
    let ids: Vec<&str> = all.iter().map(|one| one.session_id.as_str()).take(SESSIONS).collect();
    let more = match all.len().saturating_sub(SESSIONS) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    (!ids.is_empty()).then(|| format!("Sessions: {}{more}", ids.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_names_the_command_that_lists_it() {
        for (what, command) in [
            ("job", "pilothouse job list"),
            ("entry in the same queue", "pilothouse queue"),
            ("worker", "pilothouse worker list"),
            ("device", "pilothouse devices`"),
            ("device that waits with the digits", "pilothouse devices waiting"),
        ] {
            let step = step(&ApiError::not_found(what, "x"));
            assert!(step.is_some_and(|step| step.contains(command)), "{what}: {step:?}");
        }
    }

    #[test]
    fn what_is_no_list_and_what_is_no_lack_stays_as_it_was_said() {
        assert_eq!(step(&ApiError::not_found("jobber", "x")), None);
        assert_eq!(step(&ApiError::bad("There is no job x")), None);
        assert!(is_no(&ApiError::not_found("session", "x"), "session"));
    }
}

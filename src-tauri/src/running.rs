//! What a server is doing right now: what would be cut short if it ended.
//!
//! Asked over the same API as everybody asks, so that it is true of a joined server too. What is cut short is not
//! lost: a claimed job goes back to the head of its queue, a check is run again.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tauri::async_runtime;

use crate::link::Door;

/// How many of each kind are at work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Running {
    /// Jobs in the hands of a worker.
    pub jobs: u32,
    /// Requests that are being planned.
    pub plans: u32,
    /// Merge entries that are checked or land, and dry runs of the checks.
    pub checks: u32,
    /// Set-ups that are being made.
    pub set_ups: u32,
}

impl Running {
    /// Whether nothing would be cut short.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Reads the answer to `system.status`; a count that an older server does not tell is none.
    fn read(status: &Value) -> Result<Self> {
        let queues = status.get("queues").context("the status tells no queues")?;
        let of = |value: &Value| u32::try_from(value.as_u64().unwrap_or(0)).unwrap_or(u32::MAX);
        // A proven entry stays in its landing while everything is held: it waits, and nobody works on it.
        let landing = if holds(status).next().is_some() { 0 } else { of(&queues["merge"]["landing"]) };
        Ok(Self {
            jobs: of(&queues["jobs"]["claimed"]),
            plans: of(&queues["requests"]["claimed"]),
            checks: of(&status["checksRunning"])
                .saturating_add(landing)
                .saturating_add(of(&status["dryRunsRunning"])),
            set_ups: of(&status["setUpsRunning"]),
        })
    }
}

impl std::fmt::Display for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut said = false;
        for (n, one, more) in [
            (self.jobs, "job", "jobs"),
            (self.plans, "plan", "plans"),
            (self.checks, "check", "checks"),
            (self.set_ups, "set-up", "set-ups"),
        ] {
            if n > 0 {
                write!(f, "{}{n} {}", if said { ", " } else { "" }, if n == 1 { one } else { more })?;
                said = true;
            }
        }
        if said { Ok(()) } else { f.write_str("nothing") }
    }
}

/// Address and token file of a server, to be kept across awaits.
#[derive(Debug, Clone)]
pub struct Address {
    /// Without a slash at its end.
    pub url: String,
    pub token_file: PathBuf,
}

impl Address {
    pub fn door(&self) -> Door<'_> {
        Door { url: &self.url, token_file: &self.token_file }
    }
}

/// What a server does, and what it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    pub running: Running,
    /// Nothing new begins, because somebody waits for what runs.
    pub drains: bool,
}

/// What runs on the server at `address`. An error means it did not answer: then nobody knows.
pub async fn ask(address: &Address) -> Result<Running> {
    Ok(look(address).await?.running)
}

/// The same, with whether it drains.
pub async fn look(address: &Address) -> Result<Now> {
    let address = address.clone();
    let status = async_runtime::spawn_blocking(move || address.door().call("system.status", &json!({})));
    let status = status.await??;
    Ok(Now { running: Running::read(&status)?, drains: holds(&status).any(|reason| reason == "drain") })
}

/// Why everything is held on a server, a word for each hold.
fn holds(status: &Value) -> impl Iterator<Item = &str> {
    status["holds"].as_array().into_iter().flatten().filter_map(|hold| hold["reason"].as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_claimed_checked_landing_or_being_set_up_runs_and_what_waits_does_not() {
        let status = json!({
            "queues": {
                "jobs": { "claimed": 2, "pending": 9 },
                "requests": { "claimed": 1, "waiting_for_model": 3 },
                "merge": { "checking": 1, "landing": 1, "waiting_approval": 4 },
            },
            "checksRunning": 1, "dryRunsRunning": 1, "setUpsRunning": 1, "pendingApprovals": 7,
        });
        let running = Running::read(&status).unwrap();
        assert_eq!(running, Running { jobs: 2, plans: 1, checks: 3, set_ups: 1 });
        assert_eq!(running.to_string(), "2 jobs, 1 plan, 3 checks, 1 set-up");
        assert!(!running.is_nothing());
    }

    #[test]
    fn a_landing_that_waits_because_everything_is_held_is_not_waited_for() {
        let status = |holds: Value| json!({ "queues": { "jobs": {}, "requests": {}, "merge": { "landing": 1 } }, "holds": holds });
        assert!(!Running::read(&status(json!([]))).unwrap().is_nothing());
        let held = status(json!([{ "reason": "person" }, { "reason": "drain" }]));
        assert!(Running::read(&held).unwrap().is_nothing());
        assert_eq!(holds(&held).collect::<Vec<_>>(), ["person", "drain"]);
    }

    #[test]
    fn an_idle_server_of_an_older_build_runs_nothing_and_no_answer_is_not_nothing() {
        let idle = json!({ "queues": { "jobs": {}, "requests": {}, "merge": {} }, "checksRunning": 0 });
        let running = Running::read(&idle).unwrap();
        assert!(running.is_nothing());
        assert_eq!(running.to_string(), "nothing");
        assert!(Running::read(&json!({ "message": "no" })).is_err());
    }
}

//! Reading parts of the snapshot from the server.

use client::Client;
use protocol::approval::Approval;
use protocol::ops::{Nothing, TtlParams, typed};
use protocol::queue::{Counts, ListParams};
use protocol::session::Session;
use protocol::status::SystemStatus;
use protocol::{ApiError, approval::ApprovalState};

use super::fact::Parts;
use super::snapshot::{Activity, Snapshot, Space};
use protocol::switches::Switches;

/// Most questions looked at; the rest is counted on the page.
const QUESTIONS: u64 = 500;
/// Sessions kept.
const SESSIONS: usize = 20;

/// What was read; none of a part that was not asked for.
#[derive(Default)]
pub struct Seen {
    approvals: Option<Vec<Approval>>,
    activity: Option<Activity>,
    sessions: Option<Vec<Session>>,
    spaces: Option<Vec<Space>>,
    switches: Option<Switches>,
}

pub async fn at(client: &Client, parts: Parts) -> Result<Seen, ApiError> {
    let mut seen = Seen::default();
    if parts.approvals {
        let pending = ListParams {
            status: Some(ApprovalState::Pending.as_str().to_owned()),
            limit: Some(QUESTIONS),
            ..ListParams::default()
        };
        let mut approvals = client.call(typed::ApprovalList, &pending, None).await?.approvals;
        approvals.retain(|one| one.state == ApprovalState::Pending);
        approvals
            .sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| b.id.as_str().cmp(a.id.as_str())));
        seen.approvals = Some(approvals);
    }
    if parts.activity {
        seen.activity = Some(activity(&status(client).await?));
    }
    if parts.sessions {
        let mut sessions = client.call(typed::SessionList, &Nothing {}, None).await?.sessions;
        sessions.sort_by_key(|one| std::cmp::Reverse(one.last_cursor));
        sessions.truncate(SESSIONS);
        seen.sessions = Some(sessions);
    }
    if parts.spaces {
        let list = client.call(typed::WorkspaceList, &Nothing {}, None).await?.workspaces;
        let space = |one: protocol::workspace::Workspace| Space {
            id: one.id,
            name: one.name,
            paused: one.merge_paused,
        };
        seen.spaces = Some(list.into_iter().map(space).collect());
    }
    if parts.switches {
        let shown = client.call(typed::ConfigShow, &Nothing {}, None).await?;
        seen.switches = Some(Switches::read(&shown.values, host::config::time_of_day));
    }
    Ok(seen)
}

pub async fn status(client: &Client) -> Result<SystemStatus, ApiError> {
    client.call(typed::SystemStatusShow, &TtlParams::default(), None).await
}

fn activity(status: &SystemStatus) -> Activity {
    let of = |counts: &Counts, word: &str| counts.get(word).copied().unwrap_or(0);
    let queues = &status.queues;
    let held = !status.holds.is_empty();
    // A proven entry stays in its landing while everything is held: it waits, and nobody works on it.
    let landing = of(&queues.merge, "landing");
    let (landing, waiting) = if held { (0, landing) } else { (landing, 0) };
    Activity {
        jobs: of(&queues.jobs, "claimed"),
        other: of(&queues.requests, "claimed") + status.checks_running + landing,
        queued: of(&queues.jobs, "pending")
            + of(&queues.requests, "pending")
            + of(&queues.merge, "queued")
            + of(&queues.merge, "approved")
            + waiting,
        held,
    }
}

impl Seen {
    pub fn put_into(self, now: &mut Snapshot) {
        now.approvals = self.approvals.unwrap_or_else(|| std::mem::take(&mut now.approvals));
        now.activity = self.activity.unwrap_or(now.activity);
        now.sessions = self.sessions.unwrap_or_else(|| std::mem::take(&mut now.sessions));
        now.spaces = self.spaces.unwrap_or_else(|| std::mem::take(&mut now.spaces));
        now.switches = self.switches.unwrap_or(now.switches);
    }
}

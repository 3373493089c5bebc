//! What a person could allow from now on when they answer a question, told before they do.

use super::guard::guard;
use super::shape;
use protocol::JobId;
use protocol::grant::{GrantFor, GrantOffer};
use protocol::policy::{Action, ActionKind};

/// The most that an approval of this action may be remembered as; none where every single time needs its own answer.
///
/// `job` is the job that asks, where one does.
pub fn offer(action: &Action, job: Option<&JobId>) -> Option<GrantOffer> {
    // A grant holds in its workspace only, so there has to be one.
    action.workspace_id.as_ref()?;
    if guard(action).is_some() {
        return None;
    }
    // A landing is answered for its patch alone; a turn and a job are as wide as whoever asks for them makes them.
    let kind = matches!(
        action.what,
        ActionKind::Command { .. }
            | ActionKind::Network { .. }
            | ActionKind::FileWrite { .. }
            | ActionKind::SetupNetwork { .. }
    );
    if !kind {
        return None;
    }
    let spans = [GrantFor::Job, GrantFor::Session, GrantFor::Hour, GrantFor::Always];
    let spans = spans.into_iter().filter(|span| *span != GrantFor::Job || job.is_some()).collect();
    Some(GrantOffer { rule: shape(action)?, covers: covers(action), spans, job_id: job.cloned() })
}

/// What exactly would be allowed, as a sentence.
fn covers(action: &Action) -> String {
    match &action.what {
        ActionKind::Command { argv, confined, .. } => {
            let place = if *confined { "in a sandbox" } else { "without a sandbox, as you" };
            format!("Running exactly {}, {place}", super::says::line(argv))
        }
        ActionKind::Network { host, port } => format!("Connecting to {host} on port {port}"),
        ActionKind::FileWrite { paths } => format!("Writing {}", paths.join(", ")),
        ActionKind::SetupNetwork { argv, hosts } => format!(
            "Opening the network while the set-up step {} runs ({})",
            super::says::line(argv),
            hosts.join(", ")
        ),
        other => other.word().to_owned(),
    }
}

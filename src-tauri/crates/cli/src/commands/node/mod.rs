//! `pilothouse node …`: this machine as one of a server's, and a server's other machines.

mod here;

pub(super) use here::here;

use super::short;
use crate::flags::NodeCommand;
use crate::output;
use crate::plain::plain;
use client::Client;
use protocol::keys::KeyPlace;
use protocol::node::{AllowNode, Node, NodeService, StartJob, TailParams, crew_of};
use protocol::ops::{Nothing, typed};
use protocol::{ApiError, ErrorCode, JobId, WorkspaceId};

/// Whether a command is about this machine and needs no server here.
pub(super) fn is_here(what: &Option<NodeCommand>) -> bool {
    matches!(what, None | Some(NodeCommand::Pair { .. } | NodeCommand::Leave))
}

pub(super) async fn of_server(
    client: &Client,
    what: Option<NodeCommand>,
    as_json: bool,
) -> Result<(), ApiError> {
    match what {
        Some(NodeCommand::Allow { what, services }) => allow(client, &what, services, as_json).await,
        _ => list(client, as_json).await,
    }
}

async fn list(client: &Client, as_json: bool) -> Result<(), ApiError> {
    let all = client.call(typed::NodeList, &Nothing {}, None).await?;
    if as_json {
        output::json(&all);
        return Ok(());
    }
    for node in &all.nodes {
        said(node);
    }
    if all.nodes.is_empty() {
        say!("There is no other machine. `pilothouse pair --role node` shows a link for one.");
    }
    Ok(())
}

fn said(node: &Node) {
    let state = if node.online { "online" } else { "away" };
    let name = plain(&node.name);
    say!("{}  {name:<16} {state:<7} {}, {}", node.id, plain(&node.hostname), plain(&node.os));
    let words = |services: Vec<NodeService>| match services.as_slice() {
        [] => "nothing".to_owned(),
        some => some.iter().map(|service| service.as_str()).collect::<Vec<_>>().join(", "),
    };
    let offers = node.offers.iter().map(|offer| offer.service).collect();
    say!("  Offers    {}", words(offers));
    say!("  May       {}", words(node.allowed.clone()));
    let recipes = node.offers.iter().find(|offer| offer.service == NodeService::Recipes);
    if let Some(recipes) = recipes.filter(|offer| !offer.features.is_empty()) {
        say!("  Recipes   {}", plain(&recipes.features.join(", ")));
    }
    if let Some(place) = node.key_place {
        let place = match place {
            KeyPlace::System => "in the keychain of its system",
            KeyPlace::File | KeyPlace::Run => "in a file that only its user reads",
        };
        say!("  Key       {place}");
    }
    if node.clock_ahead_ms.abs() > 60_000 {
        let minutes = node.clock_ahead_ms.unsigned_abs() / 60_000;
        let way = if node.clock_ahead_ms > 0 { "ahead" } else { "behind" };
        say!("  Clock     {minutes} min {way}; times it says of itself are off by that");
    }
}

/// A machine by its id, the beginning of it, or a name of its.
async fn named(client: &Client, what: &str) -> Result<Node, ApiError> {
    let all = client.call(typed::NodeList, &Nothing {}, None).await?.nodes;
    let exact = all.iter().find(|node| node.id.as_str() == what);
    let meant: Vec<&Node> = match exact {
        Some(node) => vec![node],
        None => {
            let meant = |node: &&Node| {
                node.name == what || node.hostname == what || short::begins(node.id.as_str(), what)
            };
            all.iter().filter(meant).collect()
        }
    };
    match meant.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(ApiError::not_found("machine", what)),
        several => {
            Err(short::several(what, several.iter().map(|node| (node.id.as_str(), node.name.as_str()))))
        }
    }
}

/// The worker of a machine, which has to be let take jobs.
pub(super) async fn worker_of(client: &Client, what: Option<String>) -> Result<Option<String>, ApiError> {
    let Some(what) = what else { return Ok(None) };
    let node = named(client, &what).await?;
    if !node.allowed.contains(&NodeService::Workers) {
        let message = format!(
            "{what} is not let take jobs: pilothouse node allow names all it may do, workers among it."
        );
        return Err(ApiError::new(ErrorCode::NodeNotAllowed, message));
    }
    Ok(Some(crew_of(&node.id)))
}

async fn allow(
    client: &Client,
    what: &str,
    services: Vec<NodeService>,
    as_json: bool,
) -> Result<(), ApiError> {
    let node = named(client, what).await?;
    let node = client.call(typed::NodeAllow, &AllowNode { id: node.id.clone(), services }, None).await?;
    if as_json {
        output::json(&node);
    } else {
        said(&node);
    }
    Ok(())
}

pub(super) async fn start(
    client: &Client,
    recipe: String,
    node: Option<String>,
    workspace: Option<String>,
    as_json: bool,
) -> Result<(), ApiError> {
    let workspace_id = workspace.map(WorkspaceId::parse).transpose();
    let workspace_id = workspace_id.map_err(|e| ApiError::bad(e.to_string()))?;
    let started = client
        .call(typed::JobsStart, &StartJob { recipe, node, workspace_id, session_id: None }, None)
        .await?;
    if as_json {
        output::json(&started);
    } else {
        say!(
            "The job {} runs it. `pilothouse job tail {}` shows what it prints.",
            started.job_id,
            started.job_id
        );
    }
    Ok(())
}

pub(super) async fn tail(
    client: &Client,
    id: JobId,
    lines: Option<u32>,
    as_json: bool,
) -> Result<(), ApiError> {
    let logs = client.call(typed::JobsLogsTail, &TailParams { id, lines }, None).await?;
    if as_json {
        output::json(&logs);
        return Ok(());
    }
    for line in &logs.logs {
        say!("{}", plain(&line.message));
    }
    Ok(())
}

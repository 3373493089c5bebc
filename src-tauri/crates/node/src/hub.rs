//! The connection to the hub, made again and again, and what outlives each of them: terminals, and the worker.

use crate::NodeError;
use crate::backoff::Backoff;
use crate::caller::Caller;
use crate::crew::{self, Crew};
use crate::identity::{Home, Hub, Key};
use crate::session::{Ended, Session};
use crate::worker;
use client::Doorstep;
use host::clock::{Clock, SystemClock};
use host::ids::{Ids, SystemIds};
use protocol::check::Recipe;
use protocol::gateway::ClientNote;
use protocol::node::{NodeOffer, NodeService, RegisterNode};
use protocol::{ApiError, ErrorCode};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use terminal::{Limits, Shell, Terminals};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How often seats are given up and idle terminals looked for.
const SWEEP: Duration = Duration::from_secs(20);
/// A connection that held so long was no failure.
const HELD: Duration = Duration::from_secs(30);

/// What a machine is there for.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Where terminals and recipes begin.
    pub folder: PathBuf,
    pub offers: Vec<NodeService>,
    /// Of this machine's own configuration.
    pub recipes: BTreeMap<String, Recipe>,
    pub terminals: Limits,
    /// How its worker is started; none where it is not installed.
    pub crew: Option<Crew>,
    pub hostname: String,
    pub version: String,
}

/// What is told of the connection.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    Connected {
        name: String,
        allowed: Vec<NodeService>,
    },
    /// Why, and how long until the next try.
    Away {
        why: String,
        again_in: Duration,
    },
}

/// What every part of a node uses.
pub(crate) struct Machine {
    pub(crate) setting: Setting,
    pub(crate) terminals: Arc<Terminals>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) shell: Shell,
}

pub(crate) fn platform() -> String {
    format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)
}

/// Serves the hub until `stop` says so, or the hub says that this machine is not wanted there any more.
pub async fn run(
    home: &Home,
    setting: Setting,
    mut stop: watch::Receiver<bool>,
    tell: impl Fn(State),
) -> Result<(), NodeError> {
    let hub = home.hub()?.ok_or(NodeError::NotPaired)?;
    let key = home.key(&hub).await?;
    let door = Doorstep::new(&hub.url, hub.fingerprint.as_deref()).map_err(NodeError::Hub)?;
    let (clock, ids): (Arc<dyn Clock>, Arc<dyn Ids>) = (Arc::new(SystemClock::new()), Arc::new(SystemIds));
    let terminals = Terminals::new(&home.terminals(), setting.terminals, clock.clone(), ids.clone());
    terminals.sweep_left().await;
    let variable = std::env::var_os(if cfg!(windows) { "PATH" } else { "SHELL" });
    let machine = Arc::new(Machine {
        setting,
        terminals: Arc::new(terminals),
        clock: clock.clone(),
        shell: Shell::of_person(variable.as_deref()),
    });
    let run = ids.uuid();
    let (caller, sessions) = Caller::new(&run);
    let sweeping = tokio::spawn(sweep(machine.clone()));
    let mut working = JoinSet::new();
    if machine.setting.offers.contains(&NodeService::Recipes) {
        working.spawn(worker::work(machine.clone(), caller.clone()));
    }
    let (may_work, allowed) = watch::channel(false);
    if let Some(crew) = machine.setting.crew.clone().filter(|_| offers_workers(&machine)) {
        let id = protocol::node::crew_of(&hub.device_id);
        working.spawn(crew::work(crew, id, home.crew(), caller, ids.clone(), allowed));
    }
    let links = Links { run: &run, sessions: &sessions, may_work: &may_work };
    let mut slow = Backoff::default();
    let result = loop {
        let began = Instant::now();
        let ended = tokio::select! {
            ended = serve(&door, &hub, &key, &machine, &links, &tell) => ended,
            () = stopped(&mut stop) => break Ok(()),
        };
        if began.elapsed() > HELD {
            slow.reset();
        }
        let why = match ended {
            Err(error) if is_final(&error) => break Err(NodeError::Hub(not_wanted(error))),
            Err(error) => error.message,
            Ok(Ended::Closed(why)) => why,
        };
        let chance = ids.secret().bytes().next().unwrap_or_default();
        let again_in = slow.next(chance.wrapping_mul(5));
        tell(State::Away { why, again_in });
        tokio::select! {
            () = tokio::time::sleep(again_in) => {}
            () = stopped(&mut stop) => break Ok(()),
        }
    };
    sweeping.abort();
    working.shutdown().await;
    let ending = machine.terminals.clone();
    let _ = tokio::task::spawn_blocking(move || ending.stop()).await;
    result
}

/// What a connection tells those who work beside it.
struct Links<'a> {
    run: &'a str,
    sessions: &'a watch::Sender<Option<crate::session::Out>>,
    /// Whether this machine may take jobs of the crew; what was said last counts while the line is cut.
    may_work: &'a watch::Sender<bool>,
}

fn offers_workers(machine: &Machine) -> bool {
    machine.setting.offers.contains(&NodeService::Workers)
}

/// One connection, from the first word to its end.
async fn serve(
    door: &Doorstep,
    hub: &Hub,
    key: &Key,
    machine: &Arc<Machine>,
    links: &Links<'_>,
    tell: &impl Fn(State),
) -> Result<Ended, ApiError> {
    let setting = &machine.setting;
    let note = ClientNote {
        name: setting.hostname.clone(),
        version: Some(setting.version.clone()),
        kind: Some("node".to_owned()),
    };
    let gateway = door
        .gateway(note, |server, challenge| match server == hub.server_id {
            true => Ok(key.prove(server, challenge, &hub.device_id)),
            // It may be in between two servers on one port; nothing was signed.
            false => {
                let message = "Another server answers at this address than the one this machine belongs to.";
                Err(ApiError::new(ErrorCode::Unavailable, message))
            }
        })
        .await?;
    let said = RegisterNode {
        hostname: setting.hostname.clone(),
        os: platform(),
        version: setting.version.clone(),
        offers: offers(machine),
        run: links.run.to_owned(),
        now_ms: machine.clock.now_ms(),
        key_place: Some(hub.key_place),
    };
    let (mut session, registered) = Session::begin(gateway, machine.clone(), said).await?;
    links.may_work.send_replace(registered.allowed.contains(&NodeService::Workers));
    tell(State::Connected { name: registered.name, allowed: registered.allowed });
    links.sessions.send_replace(Some(session.out()));
    let ended = session.exchange().await;
    links.sessions.send_replace(None);
    ended
}

fn offers(machine: &Machine) -> Vec<NodeOffer> {
    let features = |service: NodeService| match service {
        NodeService::Terminals => vec![machine.shell.program.display().to_string()],
        NodeService::Recipes => machine.setting.recipes.keys().cloned().collect(),
        NodeService::Workers => Vec::new(),
    };
    let offers = machine.setting.offers.iter();
    offers.map(|service| NodeOffer { service: *service, version: 1, features: features(*service) }).collect()
}

/// Nothing is gained by asking these again.
fn is_final(error: &ApiError) -> bool {
    matches!(
        error.code,
        ErrorCode::Unauthenticated
            | ErrorCode::Forbidden
            | ErrorCode::DeviceRevoked
            | ErrorCode::SignatureWrong
            | ErrorCode::VersionMismatch
    )
}

fn not_wanted(error: ApiError) -> ApiError {
    let next = match error.code {
        ErrorCode::VersionMismatch => "Update the older of the two.",
        _ => "If it was revoked there, `pilothouse node leave` and a new link pair it again.",
    };
    ApiError {
        message: format!("The server does not let this machine in: {} {next}", error.message),
        ..error
    }
}

async fn sweep(machine: Arc<Machine>) {
    loop {
        tokio::time::sleep(SWEEP).await;
        let terminals = machine.terminals.clone();
        let _ = tokio::task::spawn_blocking(move || terminals.sweep()).await;
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // Whoever could say so is gone: that is stopping too.
    let _ = stop.wait_for(|stop| *stop).await;
}

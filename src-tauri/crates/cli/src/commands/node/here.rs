//! This machine as a node: paired, serving, leaving.

use crate::flags::{NodeCommand, ServeNode};
use crate::output;
use node::{Crew, Home, Limits, Link, NodeError, Setting, State};
use protocol::node::NodeService;
use server::Options;
use std::path::PathBuf;
use tokio::sync::watch;

/// Milliseconds of an hour.
const HOUR: u64 = 3_600_000;

pub(crate) async fn here(
    data: Option<PathBuf>,
    what: Option<NodeCommand>,
    run: ServeNode,
    as_json: bool,
) -> u8 {
    let done = match what {
        Some(NodeCommand::Pair { link, name }) => pair(data, &link, name, as_json).await.map(drop),
        Some(NodeCommand::Leave) => leave(data, as_json).await,
        _ => serve(data, run, as_json).await,
    };
    match done {
        Ok(()) => 0,
        Err(error) => {
            if as_json {
                output::json(&serde_json::json!({ "code": error.code(), "message": error.to_string() }));
            }
            tell!("pilothouse: {error} ({})", error.code());
            1
        }
    }
}

/// The folder of this machine, and what is configured on it.
fn home(data: Option<PathBuf>) -> Result<(Home, Box<host::config::Own>), NodeError> {
    let named = data.is_some();
    let options = Options { data, ..Options::default() };
    let own = options.own()?;
    let folder = if named { options.data_folder()? } else { own.data_folder()? };
    Ok((Home::open(&folder)?, Box::new(own)))
}

async fn pair(
    data: Option<PathBuf>,
    link: &str,
    name: Option<String>,
    as_json: bool,
) -> Result<(), NodeError> {
    let (home, _) = home(data)?;
    paired(&home, link, name, as_json).await
}

async fn paired(home: &Home, link: &str, name: Option<String>, as_json: bool) -> Result<(), NodeError> {
    let link = Link::read(link)?;
    let name = name.unwrap_or_else(hostname);
    let claimed = node::claim(home, link, &name).await?;
    if as_json {
        output::json(&serde_json::json!({ "state": "claimed", "code": claimed.code() }));
    } else {
        say!("Compare: {}. Say yes on the server where it shows the same.", claimed.code());
    }
    let hub = claimed.answered(home).await?;
    if as_json {
        output::json(
            &serde_json::json!({ "state": "paired", "id": hub.device_id, "hub": hub.url, "keyPlace": hub.key_place }),
        );
    } else {
        say!("This machine belongs to {} now. `pilothouse node` lets it serve there;", hub.url);
        say!("what it may do is said there: `pilothouse node allow {name} terminals recipes workers`.");
    }
    Ok(())
}

async fn leave(data: Option<PathBuf>, as_json: bool) -> Result<(), NodeError> {
    let (home, _) = home(data)?;
    let did = home.leave().await?;
    if as_json {
        output::json(&serde_json::json!({ "ok": true, "did": did }));
    } else if did {
        say!("This machine belongs to no server any more. Revoke it there too, so that its name is gone.");
    } else {
        say!("This machine belongs to no server.");
    }
    Ok(())
}

async fn serve(data: Option<PathBuf>, run: ServeNode, as_json: bool) -> Result<(), NodeError> {
    let (home, own) = home(data)?;
    match (home.hub()?, &run.hub) {
        (None, Some(link)) => paired(&home, link, None, as_json).await?,
        (Some(hub), Some(named)) => {
            // A link that was used already names the same server.
            let named = named.split('#').next().unwrap_or(named).trim_end_matches("/pair");
            if hub.url != named.trim_end_matches('/') {
                return Err(NodeError::Paired(hub.url));
            }
        }
        (_, None) => {}
    }
    let config = &own.config;
    let mut offers = match run.offer.is_empty() {
        true => vec![NodeService::Terminals, NodeService::Recipes, NodeService::Workers],
        false => run.offer,
    };
    offers.sort_unstable();
    offers.dedup();
    let crew = crew(&config.workers);
    if crew.is_none() && offers.contains(&NodeService::Workers) {
        offers.retain(|service| *service != NodeService::Workers);
        tell!("pilothouse: pilothouse-worker is not beside this program, so this machine offers no workers.");
    }
    let setting = Setting {
        folder: run.folder.or_else(host::paths::user_home).unwrap_or_else(|| PathBuf::from("/")),
        offers,
        recipes: config.recipes.clone(),
        terminals: Limits {
            most: usize::try_from(config.terminals.most).unwrap_or(1),
            idle_ms: u64::from(config.terminals.idle_hours) * HOUR,
            record: config.terminals.record,
        },
        crew,
        hostname: hostname(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let (stop, stopping) = watch::channel(false);
    tokio::spawn(async move {
        crate::commands::serve::signalled().await;
        stop.send_replace(true);
    });
    node::run(&home, setting, stopping, |state| told(&state, as_json)).await
}

/// How this machine's worker is started, by its own configuration; none where it is not installed.
fn crew(workers: &host::config::Workers) -> Option<Crew> {
    let name = format!("pilothouse-worker{}", std::env::consts::EXE_SUFFIX);
    let program = std::env::current_exe().ok()?.with_file_name(name);
    if !program.is_file() {
        return None;
    }
    let sandbox = workers.require.unwrap_or(workers.sandbox);
    let mut flags = vec!["--sandbox".to_owned(), sandbox.word().to_owned()];
    flags.extend(["--disk-mb".to_owned(), (workers.disk >> 20).to_string()]);
    let more = [
        ("--container-engine", workers.engine.clone()),
        ("--container-image", workers.image.clone()),
        ("--cpus", workers.cpus.map(|cpus| cpus.to_string())),
        ("--memory-mb", workers.memory.map(|memory| (memory >> 20).to_string())),
    ];
    for (flag, value) in more {
        flags.extend(value.into_iter().flat_map(|value| [flag.to_owned(), value]));
    }
    let found = host::worker_environment::NAMES
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), std::env::var_os(name)?)));
    Some(Crew { program, flags, environment: found.collect() })
}

fn told(state: &State, as_json: bool) {
    match (state, as_json) {
        (State::Connected { name, allowed }, true) => {
            output::json(&serde_json::json!({ "state": "connected", "name": name, "allowed": allowed }));
        }
        (State::Away { why, .. }, true) => {
            output::json(&serde_json::json!({ "state": "away", "why": why }));
        }
        (State::Connected { name, allowed }, false) if allowed.is_empty() => {
            say!(
                "Connected as {name}, which may do nothing yet: `pilothouse node allow` there changes that."
            );
        }
        (State::Connected { name, allowed }, false) => {
            let words: Vec<&str> = allowed.iter().map(|service| service.as_str()).collect();
            say!("Connected as {name}; it may do: {}.", words.join(", "));
        }
        (State::Away { why, again_in }, false) => {
            say!("{why} Next try in {:.1} s; what runs here goes on.", again_in.as_secs_f32());
        }
    }
}

#[cfg(unix)]
#[allow(unsafe_code)] // The name has no safe form in std; the buffer is ours, and its last byte stays zero.
fn hostname() -> String {
    let mut name = [0_u8; 256];
    let asked = unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len() - 1) };
    let said = name.split(|byte| *byte == 0).next().unwrap_or_default();
    let said = String::from_utf8_lossy(said).chars().filter(|c| !c.is_control()).take(60).collect::<String>();
    if asked == 0 && !said.is_empty() { said } else { "this machine".to_owned() }
}

#[cfg(not(unix))]
fn hostname() -> String {
    std::env::var("COMPUTERNAME")
        .ok()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "this machine".to_owned())
}

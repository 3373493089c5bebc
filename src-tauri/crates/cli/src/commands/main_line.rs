//! `pilothouse main`: your own branch beside the integration branch, and moving it there.

use super::policy;
use crate::flags::{MainCommand, MainHow};
use crate::output;
use crate::plain::plain;
use client::Client;
use protocol::main_line::{
    LandMainParams, MainLanding, MainLandingState, MainLine, MainParams, MainStanding, MainWith, ProofState,
};
use protocol::ops::{TtlParams, typed};
use protocol::{ApiError, ErrorCode, count};

/// Commits that are printed.
const SHOWN: usize = 20;

pub(super) async fn run(
    client: &Client,
    workspace: Option<&str>,
    what: MainCommand,
    as_json: bool,
) -> Result<u8, ApiError> {
    let params = MainParams { workspace_id: policy::of(client, workspace).await? };
    match what {
        MainCommand::Show => {
            let line = client.call(typed::MainShow, &params, None).await?;
            match as_json {
                true => output::json(&line),
                false => show(&line),
            }
            Ok(0)
        }
        MainCommand::Land { with, sign, no_wait } => {
            land(client, params, (with.into(), sign), !no_wait, as_json).await
        }
        MainCommand::BringUp => {
            let entry = client.call(typed::MainBringUp, &params, None).await?;
            match as_json {
                true => output::json(&entry),
                false => say!("{} is {} in the merge queue.", plain(&entry.title), entry.state),
            }
            Ok(0)
        }
    }
}

impl From<MainHow> for MainWith {
    fn from(how: MainHow) -> Self {
        match how {
            MainHow::Server => MainWith::Server,
            MainHow::MyGit => MainWith::MyGit,
            MainHow::MyMerge => MainWith::MyMerge,
        }
    }
}

/// What moves and what runs is printed first, and exactly that is asked for: what took its place meanwhile is refused.
async fn land(
    client: &Client,
    params: MainParams,
    (with, sign): (MainWith, bool),
    wait: bool,
    as_json: bool,
) -> Result<u8, ApiError> {
    let line = client.call(typed::MainShow, &params, None).await?;
    if !as_json {
        show_moves(&line, with, sign);
    }
    let Some(expected_tip) = line.tip.clone() else {
        return Err(ApiError::new(ErrorCode::Conflict, "Nothing has landed yet."));
    };
    let hash = match with {
        MainWith::Server => line.hash,
        MainWith::MyGit | MainWith::MyMerge => line.git.hash,
    };
    let at = client.call(typed::SystemStatusShow, &TtlParams::default(), None).await?.latest_cursor;
    // Events from before the wish: its end may come before its answer is read.
    let mut events = client.events(None, at).await?;
    let wish =
        LandMainParams { workspace_id: params.workspace_id, expected_tip, hash: Some(hash), with, sign };
    let landing = client.call(typed::MainLand, &wish, None).await?;
    if !wait {
        return Ok(ended(&landing, as_json));
    }
    while let Some(event) = events.next().await? {
        if event.kind() != "main.landing" || event.payload()["landing"]["id"] != landing.id.as_str() {
            continue;
        }
        let now: MainLanding = serde_json::from_value(event.payload()["landing"].clone())
            .map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))?;
        if matches!(now.state, MainLandingState::Landed | MainLandingState::Refused) {
            return Ok(ended(&now, as_json));
        }
    }
    Err(ApiError::new(ErrorCode::Unavailable, "The server ended before it was done; the next one goes on."))
}

fn ended(landing: &MainLanding, as_json: bool) -> u8 {
    let refused = landing.state == MainLandingState::Refused;
    if as_json {
        output::json(landing);
        return u8::from(refused);
    }
    if let Some(text) = &landing.output {
        for line in text.lines() {
            say!("  | {line}");
        }
    }
    let reason = landing.reason.as_deref().map(|r| format!(" {}", plain(r))).unwrap_or_default();
    match landing.state {
        MainLandingState::Landed => {
            let at = landing.commit.as_deref().unwrap_or(&landing.to);
            say!("{} is at {} now.{reason}", landing.branch, short(at));
        }
        MainLandingState::Refused => {
            let code = landing.code.as_deref().unwrap_or_default();
            tell!("pilothouse: {} was not moved.{reason} ({code})", landing.branch);
        }
        state => say!("{} is {state}.", landing.branch),
    }
    u8::from(refused)
}

fn show(line: &MainLine) {
    let (main, integration) = (&line.branch, &line.integration_branch);
    match line.standing {
        MainStanding::Level => say!("{main} has everything of {integration}."),
        MainStanding::Ahead => {
            say!("{integration} is {} ahead of {main}.", count(line.ahead as usize, "commit", "commits"))
        }
        MainStanding::Behind => {
            say!("{main} is {} ahead of {integration}.", count(line.behind as usize, "commit", "commits"))
        }
        MainStanding::Diverged => {
            say!("{integration} is {} ahead of {main}, and {} behind.", line.ahead, line.behind)
        }
        MainStanding::Missing => say!("{main} or {integration} is not there."),
    }
    for commit in line.commits.iter().take(SHOWN) {
        let mark = if commit.proof == ProofState::Proven { "proven" } else { "      " };
        say!("  {}  {mark}  {}", short(&commit.commit), plain(&commit.subject));
    }
    if line.commits.len() > SHOWN {
        say!("  and {} more", line.commits.len() - SHOWN);
    }
    if line.standing == MainStanding::Ahead {
        match line.proof {
            ProofState::Proven => say!("Every check passed on it."),
            ProofState::Missing => say!("Checks are missing on it; they run before anything moves."),
            ProofState::Failed => say!("A check failed on it."),
            ProofState::Unconfirmed => say!("Its checks are not confirmed."),
        }
    }
    for block in &line.blocked {
        say!("Not now: {}", plain(&block.message));
    }
    match (&line.git.folder, &line.git.blocked) {
        (_, Some(why)) => say!("Your own git: {}", plain(why)),
        (Some(folder), None) => {
            say!("Your own git would work in {}", plain(folder));
            hooks(line, None);
        }
        (None, None) => {}
    }
    if let Some(id) = &line.approval_id {
        say!("A question about it is open: pilothouse approve {id}");
    }
}

fn show_moves(line: &MainLine, with: MainWith, sign: bool) {
    let at = |id: &Option<String>| id.as_deref().map(|id| short(id).to_owned()).unwrap_or_default();
    say!(
        "{} goes from {} to {}: {}.",
        line.branch,
        at(&line.main),
        at(&line.tip),
        count(line.ahead as usize, "commit", "commits")
    );
    if with == MainWith::Server {
        return;
    }
    if let Some(folder) = &line.git.folder {
        say!("Your own git does it in {}.", plain(folder));
    }
    hooks(line, Some(with));
    if with == MainWith::MyMerge && (sign || line.git.signs) {
        say!("The merge commit is signed ({}).", line.git.format);
    }
}

/// The hooks of one way, or of both.
fn hooks(line: &MainLine, with: Option<MainWith>) {
    let mut any = false;
    for hook in line.git.hooks.iter().filter(|hook| with.is_none_or(|with| hook.with.contains(&with))) {
        any = true;
        let only = if with.is_none() && hook.with.len() == 1 { " (my-merge only)" } else { "" };
        say!("  runs {}  {}{only}", hook.name, plain(&hook.path));
    }
    if !any {
        say!("  No hook of yours runs.");
    }
}

fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

//! `pilothouse job steer`, `take-over`, `hand-back` and `let-go`.

use crate::output;
use crate::plain::plain;
use client::Client;
use protocol::ops::{JobParams, typed};
use protocol::steer::{STEER_CHARS, SteerJob};
use protocol::taken::{HandBackJob, LetGoJob, TakenChanges, TakenOver, TakenState};
use protocol::{ApiError, ErrorCode, JobId};
use std::io::Read as _;
use std::time::{Duration, Instant};

/// How long the folder of a running job is waited for: its worker has to put its work aside first.
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(300);

pub(super) async fn steer(
    client: &Client,
    id: JobId,
    words: Vec<String>,
    as_json: bool,
) -> Result<(), ApiError> {
    let text = match words.as_slice() {
        [dash] if dash == "-" => {
            let mut text = String::new();
            // One byte more than can be taken, so that too much is refused and not cut.
            let most = STEER_CHARS as u64 * 4 + 1;
            let read = std::io::stdin().take(most).read_to_string(&mut text);
            read.map_err(|e| ApiError::bad(format!("Standard input cannot be read: {e}.")))?;
            text
        }
        words => words.join(" "),
    };
    let key = host::ids::Ids::uuid(&host::ids::SystemIds);
    let said = client.call(typed::JobsSteer, &SteerJob { id, text }, Some(&key)).await?;
    if as_json {
        output::json(&said);
    } else {
        say!("Said. It is taken before the model's next step; `pilothouse job show` says whether it was.");
    }
    Ok(())
}

pub(super) async fn take_over(client: &Client, id: JobId, as_json: bool) -> Result<(), ApiError> {
    let ask = JobParams { id: id.clone() };
    let mut taken = client.call(typed::JobsTakeOver, &ask, None).await?.taken;
    if taken.state == TakenState::Coming && !as_json {
        say!("Its worker puts its work aside …");
    }
    let since = Instant::now();
    while taken.state == TakenState::Coming {
        if since.elapsed() > PATIENCE {
            let why = taken.problem.as_deref().unwrap_or("Its worker has not put its work aside yet");
            let text = format!("{}. The folder will be {}.", why.trim_end_matches('.'), taken.path);
            return Err(ApiError::new(ErrorCode::Timeout, text));
        }
        tokio::time::sleep(LOOK).await;
        let job = client.call(typed::JobsGet, &ask, None).await?;
        taken = job.taken.ok_or_else(|| {
            ApiError::new(
                ErrorCode::Conflict,
                format!("The job is {} meanwhile; there is nothing to take over.", job.status),
            )
        })?;
    }
    if as_json {
        output::json(&taken);
        return Ok(());
    }
    say!("{}", host::ansi::strip(&taken.path));
    say!("It is on the branch {}. Change what you like, committed or not, then:", plain(&taken.branch));
    say!("  pilothouse job hand-back {id}     checks it and lets it land");
    say!("  pilothouse job let-go {id}        gives the job back to the crew");
    Ok(())
}

pub(super) async fn hand_back(
    client: &Client,
    id: JobId,
    message: Option<String>,
    as_json: bool,
) -> Result<(), ApiError> {
    let key = host::ids::Ids::uuid(&host::ids::SystemIds);
    let done = client.call(typed::JobsHandBack, &HandBackJob { id, message }, Some(&key)).await?;
    if as_json {
        output::json(&done);
    } else {
        let files = protocol::count(done.files, "file", "files");
        say!("{files} handed back as {}. A worker checks it now.", plain(&done.commit_sha));
    }
    Ok(())
}

pub(super) async fn let_go(client: &Client, what: LetGoJob, as_json: bool) -> Result<(), ApiError> {
    let ended = what.end;
    client.call(typed::JobsLetGo, &what, None).await.map_err(|mut error| {
        if error.code == ErrorCode::TakenUnsaved {
            error.message.push_str(" Next: --keep or --discard.");
        }
        error
    })?;
    if as_json {
        output::json(&serde_json::json!({ "ok": true, "id": what.id }));
    } else {
        say!(
            "The job {} {}.",
            plain(what.id.as_str()),
            if ended { "is stopped" } else { "is the crew's again" }
        );
    }
    Ok(())
}

pub(super) fn changes(discard: bool, keep: bool) -> Option<TakenChanges> {
    match (discard, keep) {
        (true, _) => Some(TakenChanges::Discard),
        (_, true) => Some(TakenChanges::Keep),
        _ => None,
    }
}

/// What `job show` says of a take-over.
pub(super) fn lines(taken: &TakenOver) -> Vec<String> {
    let mut lines = vec![match taken.state {
        TakenState::Coming => format!("  Yours     soon, in {}", host::ansi::strip(&taken.path)),
        TakenState::Yours => {
            format!("  Yours     in {}, since {}", host::ansi::strip(&taken.path), taken.since)
        }
        TakenState::HandedBack => "  Yours     handed back; it is being checked".to_owned(),
    }];
    lines.extend(taken.problem.as_ref().map(|problem| format!("  Problem   {}", plain(problem))));
    lines
}

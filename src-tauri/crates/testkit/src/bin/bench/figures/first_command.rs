//! From the claim of a job until its first command runs, in every sandbox this machine has.

use crate::dockerd::{IMAGE, dockerd};
use crate::ground::Ground;
use crate::row::{Amount, Goal, Row};
use crate::sample::Sample;
use crate::{by_hand, looks};
use protocol::ops::{TtlParams, typed};
use std::path::Path;
use std::time::Duration;
use testkit::world::{RunningServer, Start};

const TIMES: usize = 7;

/// Backend, its name in the table, the goal in milliseconds.
const BACKENDS: [(&str, &str, f64); 3] =
    [("host", "no sandbox", 1_000.0), ("bwrap", "bubblewrap", 1_000.0), ("container", "container", 1_500.0)];

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let repository = ground.folder("first-repo");
    by_hand::repository(&repository)?;
    let bare = ground.folder("first-bare.git");
    by_hand::bare_copy(&repository, &bare)?;
    let mut floor = Vec::new();
    for n in 0..TIMES {
        floor.push(by_hand::shared_clone(&bare, &ground.folder(&format!("first-floor-{n}")))?);
    }
    let floor = Amount::Millis(Sample::new(floor).millis(0.5));
    let mut rows = Vec::new();
    for (backend, name, goal) in BACKENDS {
        let data = ground.folder(&format!("first-{backend}"));
        let Some((first, warm)) = of_backend(ground, &data, &repository, backend)? else { continue };
        rows.push(
            Row::new(format!("claim → first command, {name}, p50"), Amount::Millis(warm.millis(0.5)))
                .floor(floor, "git clone --shared by hand")
                .goal(Goal::AtMost(Amount::Millis(goal))),
        );
        rows.push(
            Row::new(format!("claim → first command, {name}, first job"), Amount::Millis(first))
                .floor(floor, "git clone --shared by hand"),
        );
    }
    Ok(rows)
}

/// Milliseconds of the first job and of the later ones; none where this machine has no such sandbox.
fn of_backend(
    ground: &Ground,
    data: &Path,
    repository: &Path,
    backend: &str,
) -> anyhow::Result<Option<(f64, Sample)>> {
    let mut start = Start::on(data, repository).flag("--trust").flag("--sandbox").flag(backend);
    // An engine that is named is taken; else one of our own, where that works.
    let named = std::env::var_os("PILOTHOUSE_SANDBOX_ENGINE").is_some();
    // It needs the program inside, which `npm run bench` names.
    let can = std::env::var_os("PILOTHOUSE_INSIDE_BIN").is_some();
    let engine = match backend == "container" && !named && can {
        true => ground.runtime.block_on(dockerd()),
        false => None,
    };
    if let Some(engine) = &engine {
        let socket = engine.socket().to_string_lossy().into_owned();
        start = start.env("PILOTHOUSE_SANDBOX_ENGINE", &socket).env("PILOTHOUSE_SANDBOX_IMAGE", IMAGE);
    }
    let server = RunningServer::start(&start);
    let measured = ground.runtime.block_on(async {
        let status = server.client.call(typed::SystemStatusShow, &TtlParams::default(), None).await?;
        if let Some(problem) = status.isolation_problem {
            eprintln!("first-command, {backend}: not on this machine: {problem}");
            return Ok(None);
        }
        let mut took = Vec::new();
        for _ in 0..TIMES {
            let id = looks::enqueue(&server.client, &looks::CLOCK).await?;
            let job = looks::completed(&server.client, &id).await?;
            took.push(looks::until_its_command(&server.client, &job).await?);
        }
        let first = took.remove(0);
        let later = took.into_iter().map(|ms| Duration::from_secs_f64(ms.max(0.0) / 1e3)).collect();
        anyhow::Ok(Some((first, Sample::new(later))))
    });
    server.terminate();
    measured
}

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
    let mut rows = Vec::new();
    for (backend, name, goal) in BACKENDS {
        let Some(took) = of_backend(ground, &repository, &bare, backend)? else { continue };
        let floor = Amount::Millis(took.floor.millis(0.5));
        rows.push(
            Row::new(format!("claim → first command, {name}, p50"), Amount::Millis(took.warm.millis(0.5)))
                .floor(floor, "git clone --shared by hand, after each")
                .goal(Goal::AtMost(Amount::Millis(goal))),
        );
        rows.push(Row::new(format!("claim → first command, {name}, first job"), Amount::Millis(took.first)));
    }
    Ok(rows)
}

/// Milliseconds of the first job, of the later ones, and of a clone made by hand after each of those.
struct Took {
    first: f64,
    warm: Sample,
    floor: Sample,
}

/// None where this machine has no such sandbox. The floor is taken in turns with ours, because a disk on which much was
/// written just before is a slower one.
fn of_backend(
    ground: &Ground,
    repository: &Path,
    bare: &Path,
    backend: &str,
) -> anyhow::Result<Option<Took>> {
    let data = ground.folder(&format!("first-{backend}"));
    let mut start = Start::on(&data, repository).flag("--trust").flag("--sandbox").flag(backend);
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
        let (mut took, mut floor) = (Vec::new(), Vec::new());
        for n in 0..TIMES {
            let id = looks::enqueue(&server.client, &looks::CLOCK).await?;
            let job = looks::completed(&server.client, &id).await?;
            took.push(looks::until_its_command(&server.client, &job).await?);
            floor.push(by_hand::shared_clone(bare, &ground.folder(&format!("first-{backend}-floor-{n}")))?);
        }
        let first = took.remove(0);
        let warm = took.into_iter().map(|ms| Duration::from_secs_f64(ms.max(0.0) / 1e3)).collect();
        anyhow::Ok(Some(Took { first, warm: Sample::new(warm), floor: Sample::new(floor) }))
    });
    server.terminate();
    measured
}

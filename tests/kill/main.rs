//! `kill -9` of server, workers and running checks at random instants under load: nothing acknowledged is lost,
//! nothing lands twice, every commit of the integration branch is green, everything is reclaimed, questions and
//! answers stay. 20 rounds; `PILOTHOUSE_LONG=1` runs 200, `PILOTHOUSE_SEED` repeats a run.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod ground;
mod held;
mod load;
mod rounds;
mod settled;

use load::Load;
use rounds::Questions;
use std::time::Duration;
use testkit::world::RunningServer;

/// Whatever was held by the dead is settled or held by others after this.
const TWO_LEASES: Duration = Duration::from_millis(2 * protocol::queue::LEASE_MS.2);

fn rounds() -> u64 {
    if std::env::var_os("PILOTHOUSE_LONG").is_some() { 200 } else { 20 }
}

fn seed() -> u64 {
    let given = std::env::var("PILOTHOUSE_SEED").ok().and_then(|s| s.parse().ok());
    given.unwrap_or(0x9E37_79B9_7F4A_7C15 ^ u64::from(std::process::id()))
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_nothing_lands_twice_when_processes_are_killed() {
    let seed = seed();
    println!("seed {seed}");
    let repo = ground::repo();
    let (data, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let start = ground::start(data.path(), &repo, home.path());
    let mut load = Load::new(seed);
    let mut questions = None;
    for round in 0..rounds() {
        let server = RunningServer::start(&start);
        match round % 20 {
            4 if questions.is_none() => questions = Some(Questions::ask(&server, round).await),
            7 => rounds::one_worker_dies(&server).await,
            3 | 11 | 15 | 19 => rounds::one_check_dies(&server, &mut load, round).await,
            _ => {}
        }
        let lifetime = Duration::from_millis(200 + (seed.rotate_left(round as u32) % 1_500));
        let _ = tokio::time::timeout(lifetime, load.run(&server, round)).await;
        if let Some(questions) = &questions {
            questions.assert_open(&server).await;
        }
        if round % 3 == 1 {
            rounds::workers_die(&server).await;
        }
        server.kill();
        settled::assert_database_is_whole(data.path()).await;
    }
    let mut server = RunningServer::start(&start);
    settled::assert_claims_of_the_dead_pass_on(&server).await;
    settled::quiet(&server).await;
    if let Some(questions) = questions {
        server = questions.answer(server, &start).await;
        settled::quiet(&server).await;
    }
    settled::compare(&server, &repo, &load.said).await;
    println!("{} acknowledged", load.said.len());
    assert_eq!(server.terminate(), Some(0));
}

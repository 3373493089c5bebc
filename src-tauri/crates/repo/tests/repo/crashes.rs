//! A landing killed at any instant, then asked for again.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use repo::{Advance, AdvanceRequest, Depot, DepotRef, Git, IntegrationLease, ObjectId, Strategy};

use crate::world::{World, head, plain, rev, with_every_git, write};

const ENV: &str = "PILOTHOUSE_CRASH_TEST";

fn advance(depot: &Depot, user: &Path, old: &ObjectId, new: &ObjectId) -> repo::Result<Advance> {
    let lease = IntegrationLease::acquire(depot)?;
    let request = AdvanceRequest {
        user_repo: user,
        branch: "main_agents",
        old,
        user_old: Some(old),
        new,
        note: "pilothouse: landed",
    };
    depot.advance(&lease, &request)
}

#[test]
#[ignore = "started and killed by the test below"]
fn lands_until_it_is_killed() {
    let Ok(text) = std::env::var(ENV) else { return };
    let parts: Vec<&str> = text.split('\n').collect();
    let path = std::env::var_os("PATH").unwrap();
    let git = Git::new(Path::new(parts[0]), path, Path::new(parts[1])).unwrap();
    let depot = Depot::open_or_create(&git, Path::new(parts[2])).unwrap();
    println!("\ngo");
    let (old, new) = (ObjectId::parse(parts[4]).unwrap(), ObjectId::parse(parts[5]).unwrap());
    advance(&depot, Path::new(parts[3]), &old, &new).unwrap();
    println!("\ndone");
}

/// Starts a landing in another process and kills that process after this time.
fn killed(world: &World, old: &ObjectId, new: &ObjectId, after: Duration) {
    let show = |path: PathBuf| path.display().to_string();
    let parts = [
        show(world.git.program().to_owned()),
        show(world.path("blank")),
        show(world.depot.dir().to_owned()),
        show(world.user.clone()),
        old.to_string(),
        new.to_string(),
    ];
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["crashes::lands_until_it_is_killed", "--exact", "--ignored", "--nocapture"])
        .env(ENV, parts.join("\n"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while line.trim() != "go" {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0, "the landing did not begin");
    }
    let begun = Instant::now();
    while begun.elapsed() < after {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// As the engine does after a restart: until git's orphan has let go of its lock.
fn finish(world: &World, old: &ObjectId, new: &ObjectId) -> Advance {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        match advance(&world.depot, &world.user, old, new) {
            Ok(outcome) => return outcome,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
        std::thread::yield_now();
    }
}

#[test]
fn a_landing_killed_at_any_instant_is_landed_once_by_asking_again() {
    let rounds = if std::env::var_os("PILOTHOUSE_LONG").is_some() { 100 } else { 15 };
    let before = std::cell::Cell::new(0);
    with_every_git(|world| {
        plain(&world.user, &["checkout", "-q", "-b", "main_agents"]);
        write(&world.user, "untracked.txt", "mine\n");
        world.depot.sync_from(&world.user, &["main", "main_agents"]).unwrap();
        let lease = IntegrationLease::acquire(&world.depot).unwrap();
        let mut tip = world.depot.begin_integration(&lease, "main_agents", &world.main).unwrap();
        drop(lease);
        for round in 0..rounds {
            let job = format!("j{round}");
            let intake = world.hand_over_at(&job, &tip, |dir| {
                for n in 0..20 {
                    write(dir, &format!("files/{round}-{n}.txt"), "x\n");
                }
                write(dir, "README.md", &format!("round {round}\n"));
            });
            let new = world.built(&tip, &intake, Strategy::CherryPick).commit;
            killed(world, &tip, &new, Duration::from_micros(700 * (round % 80)));
            if rev(&world.user, "main_agents") == tip {
                before.set(before.get() + 1);
            }
            let outcome = finish(world, &tip, &new);
            assert!(
                matches!(outcome, Advance::Landed { .. } | Advance::AlreadyThere),
                "{round}: {outcome:?}"
            );
            assert_eq!(head(&world.user), new, "round {round}");
            assert_eq!(plain(&world.user, &["status", "--porcelain"]), "?? untracked.txt", "round {round}");
            let depot_at = world.depot.read_ref(&DepotRef::Integration("main_agents".into())).unwrap();
            assert_eq!(depot_at, Some(new.clone()));
            world.depot.remove_clone(&world.path("jobs").join(&job)).unwrap();
            tip = new;
        }
        assert_eq!(rev(&world.user, "main"), world.main);
        plain(&world.user, &["fsck", "--strict", "--no-dangling"]);
        assert_eq!(plain(&world.user, &["rev-list", "--count", "main..main_agents"]), rounds.to_string());
    });
    assert!(before.get() > 0, "no round was killed before it had landed");
}

#[test]
fn many_jobs_at_once_share_one_depot() {
    with_every_git(|world| {
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..6)
                .map(|n| {
                    scope.spawn(move || {
                        let intake =
                            world.hand_over(&format!("j{n}"), |dir| write(dir, &format!("f{n}.txt"), "x\n"));
                        world.built(&world.main, &intake, Strategy::Squash).changed_files
                    })
                })
                .collect();
            for thread in threads {
                assert_eq!(thread.join().unwrap(), 1);
            }
        });
        plain(world.depot.dir(), &["fsck", "--strict", "--no-dangling"]);
    });
}

//! How long the steps take on a repository of 3,000 files. Run by hand:
//! `cargo test -p pilothouse-repo --test repo figures -- --ignored --nocapture`

use std::time::Instant;

use repo::{AdvanceRequest, IntegrationLease, Strategy};

use crate::world::{commit, plain, with_every_git, write};

#[test]
#[ignore = "a measurement"]
fn figures() {
    with_every_git(|world| {
        let timed = |what: &str, start: Instant| {
            eprintln!("  {what:<24}{:>8.1} ms", start.elapsed().as_secs_f64() * 1e3)
        };
        for n in 0..3000 {
            write(&world.user, &format!("many/{}/{n}.txt", n % 97), &format!("{n}\n").repeat(300));
        }
        let base = commit(&world.user, "Many");
        plain(&world.user, &["branch", "main_agents"]);
        let start = Instant::now();
        world.depot.sync_from(&world.user, &["main", "main_agents"]).unwrap();
        timed("first sync", start);
        let start = Instant::now();
        world.depot.sync_from(&world.user, &["main", "main_agents"]).unwrap();
        timed("sync, nothing new", start);
        let start = Instant::now();
        repo::inspect(&world.user).unwrap();
        timed("inspect", start);
        let start = Instant::now();
        let clone = world.job_at("j1", &base);
        timed("job clone", start);
        let start = Instant::now();
        world.job_at("again", &base);
        timed("job clone again", start);
        write(&clone.dir, "many/5/5.txt", "edited\n");
        let bundle = world.path("h.bundle");
        let start = Instant::now();
        world.harvest(&clone, &bundle).unwrap().unwrap();
        timed("harvest and bundle", start);
        let start = Instant::now();
        let intake = world.take_in("j1", &clone, &bundle).unwrap();
        timed("intake", start);
        let rival = world.hand_over_at("j2", &base, |dir| write(dir, "many/6/6.txt", "rival\n"));
        for strategy in [Strategy::CherryPick, Strategy::NoFf, Strategy::Squash] {
            let start = Instant::now();
            world.built(&rival.commit, &intake, strategy);
            timed(strategy.name(), start);
        }
        let built = world.built(&base, &intake, Strategy::CherryPick);
        let slot = world.depot.check_tree(&world.path("slots/one")).unwrap();
        for (what, to) in [
            ("check tree, cold", &base),
            ("check tree, switch", &rival.commit),
            ("check tree, switch", &built.commit),
        ] {
            let start = Instant::now();
            slot.switch_to(to).unwrap();
            timed(what, start);
        }
        let start = Instant::now();
        slot.verify_unedited(&built.tree).unwrap().unwrap();
        timed("verify unedited", start);
        let lease = IntegrationLease::acquire(&world.depot).unwrap();
        world.depot.begin_integration(&lease, "main_agents", &base).unwrap();
        let request = AdvanceRequest {
            user_repo: &world.user,
            branch: "main_agents",
            old: &base,
            user_old: Some(&base),
            new: &built.commit,
            note: "landed",
        };
        let start = Instant::now();
        world.depot.advance(&lease, &request).unwrap();
        timed("advance", start);
    });
}

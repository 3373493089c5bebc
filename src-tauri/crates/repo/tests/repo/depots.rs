use repo::{Depot, DepotRef, Expected, IntegrationLease, ObjectId, RepoError};

use crate::world::{commit, head, plain, rev, snapshot, with_every_git, write};

fn user(branch: &str) -> DepotRef {
    DepotRef::User(branch.into())
}

#[test]
fn the_users_repository_is_read_and_not_written() {
    with_every_git(|world| {
        write(&world.user, "dirty.txt", "mine");
        commit(&world.user, "More");
        write(&world.user, "README.md", "uncommitted");
        let before = snapshot(&world.user);
        let report = world.depot.sync_from(&world.user, &["main", "main_agents"]).unwrap();
        assert_eq!(before, snapshot(&world.user));
        assert_eq!(report.branches.len(), 2);
        let main = report.branches.iter().find(|found| found.branch == "main").unwrap();
        assert!(main.moved() && main.fast_forward);
        assert_eq!(world.depot.read_ref(&user("main")).unwrap(), Some(head(&world.user)));
        assert_eq!(world.depot.read_ref(&user("main_agents")).unwrap(), None);
    });
}

#[test]
fn rewritten_and_deleted_branches_are_reported() {
    with_every_git(|world| {
        plain(&world.user, &["branch", "main_agents"]);
        world.depot.sync_from(&world.user, &["main", "main_agents"]).unwrap();
        write(&world.user, "README.md", "rewritten\n");
        plain(&world.user, &["commit", "-q", "-a", "--amend", "-m", "Start again"]);
        plain(&world.user, &["branch", "-D", "main_agents"]);
        plain(&world.user, &["branch", "main_agents/below"]);
        let report =
            world.depot.sync_from(&world.user, &["main", "main_agents", "main_agents/below"]).unwrap();
        let get = |name: &str| report.branches.iter().find(|found| found.branch == name).unwrap();
        assert!(!get("main").fast_forward);
        assert_eq!(get("main").old, Some(world.main.clone()));
        assert_eq!(get("main_agents").new, None);
        assert!(!get("main_agents").fast_forward);
        assert_eq!(get("main_agents/below").new, Some(head(&world.user)));
        // What jobs may still stand on is not lost.
        assert!(world.depot.tree_of(&world.main).is_ok());
    });
}

#[test]
fn a_branch_that_only_the_remote_has_is_found() {
    with_every_git(|world| {
        plain(world.tmp.path(), &["clone", "-q", "user", "second"]);
        let second = world.path("second");
        plain(&second, &["checkout", "-q", "-b", "mine"]);
        plain(&second, &["branch", "-D", "main"]);
        let report = world.depot.sync_from(&second, &["main"]).unwrap();
        assert_eq!(report.branches[0].remote_ref.as_deref(), Some("refs/remotes/origin/main"));
        assert_eq!(report.branches[0].new, Some(world.main.clone()));
    });
}

#[test]
fn a_shallow_repository_gives_a_shallow_depot_that_works() {
    with_every_git(|world| {
        write(&world.user, "two", "2");
        commit(&world.user, "Two");
        let url = format!("file://{}", world.user.display());
        plain(world.tmp.path(), &["clone", "-q", "--depth=1", &url, "shallow"]);
        let shallow = world.path("shallow");
        let depot = Depot::open_or_create(&world.git, &world.path("second-depot.git")).unwrap();
        depot.sync_from(&shallow, &["main"]).unwrap();
        let tip = head(&shallow);
        assert_eq!(depot.log(&tip, None, 10).unwrap().len(), 1);
        let clone = depot.clone_for_job("w1", "j1", &tip, &world.path("shallow-job")).unwrap();
        write(&clone.dir, "three", "3");
        let made = commit(&clone.dir, "Three");
        let bundle = world.bundle(&clone);
        let limits = repo::IntakeLimits::default();
        let request = repo::IntakeRequest {
            job: "j1",
            branch: &clone.branch,
            base: &tip,
            scope: &repo::Scope::default(),
            limits: &limits,
        };
        assert_eq!(depot.take_in_bundle(&bundle, &request).unwrap().commit, made);
        // Syncing again after the user fetched the rest changes nothing for the worse.
        plain(&shallow, &["fetch", "-q", "--unshallow"]);
        write(&shallow, "four", "4");
        let four = commit(&shallow, "Four");
        depot.sync_from(&shallow, &["main"]).unwrap();
        assert_eq!(depot.read_ref(&user("main")).unwrap(), Some(four));
    });
}

#[test]
fn refs_move_only_from_where_they_were_expected() {
    with_every_git(|world| {
        let next = commit(&world.user, "Next");
        world.depot.sync_from(&world.user, &["main"]).unwrap();
        let land = DepotRef::Landing("e1".into());
        world.depot.write_ref(&land, &world.main, &Expected::Missing).unwrap();
        let error = world.depot.write_ref(&land, &next, &Expected::Missing).unwrap_err();
        assert_eq!(error.code(), "git.ref_moved");
        let error = world.depot.write_ref(&land, &next, &Expected::At(next.clone())).unwrap_err();
        assert!(matches!(error, RepoError::RefMoved { actual: Some(at), .. } if at == world.main));
        world.depot.write_ref(&land, &next, &Expected::At(world.main.clone())).unwrap();
        assert_eq!(world.depot.remove_ref(&land, &world.main).unwrap_err().code(), "git.ref_moved");
        world.depot.remove_ref(&land, &next).unwrap();
        assert_eq!(world.depot.read_ref(&land).unwrap(), None);
    });
}

#[test]
fn refs_are_listed_by_what_they_are_for() {
    with_every_git(|world| {
        world.depot.write_ref(&DepotRef::Job("j1".into()), &world.main, &Expected::Missing).unwrap();
        let names: Vec<_> = world.depot.list_refs().unwrap().into_iter().map(|(which, _)| which).collect();
        assert_eq!(names, [DepotRef::Job("j1".into()), user("main")]);
    });
}

#[test]
fn hostile_names_never_reach_git() {
    with_every_git(|world| {
        for name in ["../main", "-d", "x/../../heads/main", "a b", "a\nb", ""] {
            let which = DepotRef::Job(name.into());
            let error = world.depot.write_ref(&which, &world.main, &Expected::Missing).unwrap_err();
            assert_eq!(error.code(), "git.bad_ref", "{name:?}");
        }
        assert_eq!(world.depot.resolve("--all").unwrap_err().code(), "git.bad_ref");
        assert_eq!(world.depot.resolve("HEAD").unwrap_err().code(), "git.bad_ref");
        assert_eq!(world.depot.resolve(world.main.short()).unwrap(), world.main);
        assert!(ObjectId::parse("--upload-pack=touch").is_err());
        assert_eq!(
            world.depot.sync_from(&world.user, &["--upload-pack=x"]).unwrap_err().code(),
            "git.bad_ref"
        );
    });
}

#[test]
fn opening_again_keeps_the_depot_and_sweeps_what_a_crash_left() {
    with_every_git(|world| {
        let stale = world.depot.dir().join("incoming/999999999-1");
        std::fs::create_dir_all(&stale).unwrap();
        std::fs::write(
            world.depot.dir().join("config"),
            "[core]\n\tbare = true\n[pilothouse]\n\tdepot = 0\n",
        )
        .unwrap();
        let again = Depot::open_or_create(&world.git, world.depot.dir()).unwrap();
        assert!(!stale.exists());
        assert!(std::fs::read_to_string(again.dir().join("config")).unwrap().contains("fsync"));
        assert_eq!(again.read_ref(&user("main")).unwrap(), Some(world.main.clone()));
        let foreign = Depot::open_or_create(&world.git, &world.user.join(".git")).unwrap_err();
        assert_eq!(foreign.code(), "git.unreadable");
    });
}

#[test]
fn a_job_clone_stands_alone_and_borrows_objects() {
    with_every_git(|world| {
        let clone = world.job("j1");
        assert_eq!(clone.branch, "agent/w1/j1");
        assert_eq!(head(&clone.dir), world.main);
        assert_eq!(plain(&clone.dir, &["symbolic-ref", "HEAD"]), "refs/heads/agent/w1/j1");
        assert_eq!(plain(&clone.dir, &["status", "--porcelain"]), "");
        assert_eq!(plain(&clone.dir, &["config", "user.name"]), "Pilothouse worker");
        assert_eq!(plain(&clone.dir, &["remote"]), "");
        assert_eq!(plain(&clone.dir, &["for-each-ref", "--format=%(refname)"]), "refs/heads/agent/w1/j1");
        assert!(!clone.dir.join(".git/hooks").exists());
        let alternates = std::fs::read_to_string(clone.dir.join(".git/objects/info/alternates")).unwrap();
        assert_eq!(alternates.trim(), clone.depot_objects.to_str().unwrap());
        assert_eq!(world.depot.read_ref(&DepotRef::Base("j1".into())).unwrap(), Some(world.main.clone()));
        let again = world.depot.clone_for_job("w1", "j1", &world.main, &clone.dir).unwrap_err();
        assert_eq!(again.code(), "git.bad_ref");

        use std::os::unix::fs::PermissionsExt;
        std::fs::create_dir(clone.dir.join("locked")).unwrap();
        write(&clone.dir, "locked/x", "x");
        std::fs::set_permissions(clone.dir.join("locked"), std::fs::Permissions::from_mode(0o0)).unwrap();
        std::os::unix::fs::symlink(&world.user, clone.dir.join("link")).unwrap();
        world.depot.remove_clone(&clone.dir).unwrap();
        assert!(!clone.dir.exists());
        assert!(world.user.join("README.md").exists());
        world.depot.release_job("j1").unwrap();
        world.depot.release_job("j1").unwrap();
        assert_eq!(world.depot.read_ref(&DepotRef::Base("j1".into())).unwrap(), None);
        assert_eq!(rev(&world.user, "main"), world.main);
    });
}

#[test]
fn a_lock_that_a_killed_worker_left_on_a_jobs_base_does_not_hold_the_next_attempt_up() {
    with_every_git(|world| {
        let locks = world.depot.dir().join("refs/ph/base");
        std::fs::create_dir_all(&locks).unwrap();
        std::fs::write(locks.join("j1.lock"), "").unwrap();
        world.job("j1");
        assert_eq!(world.depot.read_ref(&DepotRef::Base("j1".into())).unwrap(), Some(world.main.clone()));
        assert!(!locks.join("j1.lock").exists());
    });
}

#[test]
fn a_lock_on_a_jobs_base_that_somebody_still_takes_again_and_again_is_left_to_them() {
    with_every_git(|world| {
        let locks = world.depot.dir().join("refs/ph/base");
        std::fs::create_dir_all(&locks).unwrap();
        let (lock, next) = (locks.join("j1.lock"), world.path("next.lock"));
        std::fs::write(&lock, "").unwrap();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        std::thread::scope(|scope| {
            let (lock, next) = (&lock, &next);
            let late = scope.spawn(move || {
                let pause = std::time::Duration::from_millis(20);
                while ended.recv_timeout(pause) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                    std::fs::write(next, "").unwrap();
                    std::fs::rename(next, lock).unwrap();
                }
            });
            let made = world.depot.clone_for_job("w1", "j1", &world.main, &world.path("late"));
            drop(end);
            late.join().unwrap();
            assert!(made.is_err(), "two at once");
            assert!(lock.exists());
        });
    });
}

#[test]
fn compacting_gathers_objects_and_loses_none() {
    with_every_git(|world| {
        let lease = IntegrationLease::acquire(&world.depot).unwrap();
        assert!(!world.depot.compact(&lease).unwrap(), "there is nothing to gather");
        let mut kept = Vec::new();
        for round in 0..20 {
            kept.push(world.hand_over(&format!("j{round}"), |dir| {
                for n in 0..400 {
                    write(dir, &format!("{n}.txt"), &format!("{round} {n}"));
                }
            }));
        }
        let borrowing = world.job_at("borrows", &kept[3].commit);
        let unreachable = kept[7].commit.clone();
        world.depot.remove_ref(&DepotRef::Job("j7".into()), &unreachable).unwrap();
        for round in 0..20 {
            world.depot.release_job(&format!("j{round}")).unwrap();
        }
        assert!(world.depot.compact(&lease).unwrap());
        assert!(!world.depot.objects_dir().join("17").exists());
        assert_eq!(plain(&borrowing.dir, &["status", "--porcelain"]), "");
        plain(&borrowing.dir, &["fsck", "--full", "--strict"]);
        for intake in kept {
            assert_eq!(world.depot.tree_of(&intake.commit).unwrap(), intake.tree);
        }
        assert_eq!(world.depot.list_refs().unwrap().len(), 21);
        assert_eq!(world.depot.read_ref(&user("main")).unwrap(), Some(world.main.clone()));
    });
}

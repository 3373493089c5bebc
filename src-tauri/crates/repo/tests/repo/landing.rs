use std::path::Path;

use repo::{
    Advance, AdvanceRequest, CheckoutBlock, DepotRef, Expected, IntegrationLease, ObjectId, RepoError,
    Strategy,
};

use crate::world::{World, commit, head, plain, rev, snapshot, try_plain, with_every_git, write};

const BRANCH: &str = "main_agents";

fn lease(world: &World) -> IntegrationLease {
    IntegrationLease::acquire(&world.depot).unwrap()
}

/// A world with an integration branch at `main` in both places.
fn begin(world: &World) -> ObjectId {
    plain(&world.user, &["branch", BRANCH]);
    world.depot.sync_from(&world.user, &["main", BRANCH]).unwrap();
    world.depot.begin_integration(&lease(world), BRANCH, &world.main).unwrap()
}

fn ready(world: &World, job: &str, tip: &ObjectId, edit: impl Fn(&Path)) -> ObjectId {
    world.built(tip, &world.hand_over(job, edit), Strategy::CherryPick).commit
}

fn advance(
    world: &World,
    old: &ObjectId,
    user_old: Option<&ObjectId>,
    new: &ObjectId,
) -> Result<Advance, RepoError> {
    let request = AdvanceRequest {
        user_repo: &world.user,
        branch: BRANCH,
        old,
        user_old,
        new,
        note: "pilothouse: landed e1",
    };
    world.depot.advance(&lease(world), &request)
}

fn depot_at(world: &World) -> Option<ObjectId> {
    world.depot.read_ref(&DepotRef::Integration(BRANCH.into())).unwrap()
}

fn user_at(world: &World) -> ObjectId {
    rev(&world.user, BRANCH)
}

fn landed(outcome: &Advance) -> usize {
    match outcome {
        Advance::Landed { checkouts } => checkouts.len(),
        other => panic!("{other:?}"),
    }
}

/// The user's repository without what a landing may write: the branch, its reflog, and new objects.
fn untouched(world: &World) -> Vec<(std::path::PathBuf, String)> {
    let allowed = ["refs/heads/main_agents", "logs/refs/heads/main_agents", "objects"];
    let all = snapshot(&world.user);
    all.into_iter()
        .filter(|(path, _)| !allowed.iter().any(|part| path.starts_with(Path::new(".git").join(part))))
        .collect()
}

#[test]
fn landing_moves_one_ref_and_touches_nothing_else_of_the_users() {
    with_every_git(|world| {
        let old = begin(world);
        write(&world.user, "README.md", "my unsaved work\n");
        write(&world.user, "staged.txt", "staged\n");
        plain(&world.user, &["add", "staged.txt"]);
        write(&world.user, "staged.txt", "staged and changed\n");
        write(&world.user, "untracked.txt", "untracked\n");
        plain(&world.user, &["stash", "list"]);
        plain(&world.user, &["tag", "v1"]);
        write(&world.user, ".git/FETCH_HEAD", "mine\n");
        let new = ready(world, "j1", &old, |dir| write(dir, "landed.txt", "x\n"));
        let before = untouched(world);
        assert_eq!(landed(&advance(world, &old, Some(&old), &new).unwrap()), 0);
        assert_eq!(before, untouched(world));
        assert_eq!(user_at(world), new);
        assert_eq!(depot_at(world), Some(new.clone()));
        assert_eq!(rev(&world.user, "main"), world.main);
        plain(&world.user, &["fsck", "--connectivity-only", "--no-dangling", BRANCH]);
        let log = plain(&world.user, &["reflog", "show", BRANCH]);
        assert!(log.contains("pilothouse: landed e1"), "{log}");
    });
}

#[test]
fn the_branch_is_made_when_the_user_has_none() {
    with_every_git(|world| {
        let old = world.depot.begin_integration(&lease(world), BRANCH, &world.main).unwrap();
        assert_eq!(old, world.main);
        let new = ready(world, "j1", &old, |dir| write(dir, "landed.txt", "x\n"));
        landed(&advance(world, &old, None, &new).unwrap());
        assert_eq!(user_at(world), new);
        assert_eq!(world.depot.begin_integration(&lease(world), BRANCH, &world.main).unwrap(), new);
    });
}

#[test]
fn landing_twice_is_landing_once() {
    with_every_git(|world| {
        let old = begin(world);
        let new = ready(world, "j1", &old, |dir| write(dir, "landed.txt", "x\n"));
        landed(&advance(world, &old, Some(&old), &new).unwrap());
        assert_eq!(advance(world, &old, Some(&old), &new).unwrap(), Advance::AlreadyThere);
        assert_eq!(user_at(world), new);
    });
}

#[test]
fn a_crash_between_depot_and_user_is_finished_by_the_same_call() {
    with_every_git(|world| {
        let old = begin(world);
        let new = ready(world, "j1", &old, |dir| write(dir, "landed.txt", "x\n"));
        let integration = DepotRef::Integration(BRANCH.into());
        world.depot.write_ref(&integration, &new, &Expected::At(old.clone())).unwrap();
        assert_eq!(user_at(world), old);
        landed(&advance(world, &old, Some(&old), &new).unwrap());
        assert_eq!(user_at(world), new);

        // The other way round: the user's branch moved, the depot's did not.
        let next = ready(world, "j2", &new, |dir| write(dir, "second.txt", "x\n"));
        plain(&world.user, &["fetch", "-q", world.depot.dir().to_str().unwrap(), next.as_str()]);
        plain(&world.user, &["update-ref", "refs/heads/main_agents", next.as_str()]);
        assert_eq!(advance(world, &new, Some(&new), &next).unwrap(), Advance::AlreadyThere);
        assert_eq!(depot_at(world), Some(next));
    });
}

#[test]
fn a_branch_the_user_moved_is_not_overwritten() {
    with_every_git(|world| {
        let old = begin(world);
        let new = ready(world, "j1", &old, |dir| write(dir, "landed.txt", "x\n"));
        plain(&world.user, &["checkout", "-q", BRANCH]);
        write(&world.user, "mine.txt", "mine\n");
        let mine = commit(&world.user, "Mine");
        let before = snapshot(&world.user);
        let outcome = advance(world, &old, Some(&old), &new).unwrap();
        assert_eq!(outcome, Advance::Moved { actual: Some(mine.clone()) });
        assert_eq!(before, snapshot(&world.user));
        assert_eq!(depot_at(world), Some(old.clone()));
        // A person's commit stands: the queue goes on from it.
        world.depot.sync_from(&world.user, &[BRANCH]).unwrap();
        world.depot.adopt_integration(&lease(world), BRANCH, &old, &mine).unwrap();
        assert_eq!(depot_at(world), Some(mine));
        plain(&world.user, &["checkout", "-q", "main"]);
        plain(&world.user, &["branch", "-q", "-D", BRANCH]);
        let outcome =
            advance(world, &depot_at(world).unwrap(), Some(&old), &depot_at(world).unwrap()).unwrap();
        assert_eq!(outcome, Advance::Moved { actual: None });
    });
}

#[test]
fn a_lost_compare_and_swap_in_the_depot_is_an_error_and_moves_nothing() {
    with_every_git(|world| {
        let old = begin(world);
        let new = ready(world, "j1", &old, |dir| write(dir, "landed.txt", "x\n"));
        let other = ready(world, "j2", &old, |dir| write(dir, "other.txt", "x\n"));
        landed(&advance(world, &old, Some(&old), &other).unwrap());
        let error = advance(world, &old, Some(&old), &new).unwrap_err();
        assert_eq!(error.code(), "git.ref_moved");
        assert_eq!(user_at(world), other);
    });
}

#[test]
fn only_a_continuation_lands() {
    with_every_git(|world| {
        let old = begin(world);
        let new = ready(world, "j1", &old, |dir| write(dir, "landed.txt", "x\n"));
        landed(&advance(world, &old, Some(&old), &new).unwrap());
        let error = advance(world, &new, Some(&new), &old).unwrap_err();
        assert_eq!(error.code(), "git.not_fast_forward");
        assert_eq!(user_at(world), new);
    });
}

#[test]
fn one_holds_the_lease_at_a_time() {
    with_every_git(|world| {
        let held = lease(world);
        assert_eq!(IntegrationLease::acquire(&world.depot).unwrap_err().code(), "git.lease_held");
        drop(held);
        let held = lease(world);
        let other = repo::Depot::open_or_create(&world.git, &world.path("other.git")).unwrap();
        let error = other.begin_integration(&held, BRANCH, &world.main).unwrap_err();
        assert_eq!(error.code(), "git.lease_held", "a lease is for one depot");
    });
}

#[test]
fn a_clean_checkout_of_the_branch_follows() {
    with_every_git(|world| {
        let old = begin(world);
        plain(&world.user, &["checkout", "-q", BRANCH]);
        write(&world.user, "untracked.txt", "mine\n");
        write(&world.user, "target/out", "ignored\n");
        let new = ready(world, "j1", &old, |dir| {
            write(dir, "landed/deep.txt", "x\n");
            write(dir, "README.md", "changed\n");
            std::fs::remove_file(dir.join("src/b.txt")).unwrap();
        });
        let Advance::Landed { checkouts } = advance(world, &old, Some(&old), &new).unwrap() else {
            panic!("not landed");
        };
        assert_eq!(checkouts[0].files, 3);
        assert_eq!(head(&world.user), new);
        assert_eq!(plain(&world.user, &["status", "--porcelain"]), "?? untracked.txt");
        assert_eq!(std::fs::read_to_string(world.user.join("README.md")).unwrap(), "changed\n");
        assert!(!world.user.join("src/b.txt").exists());
        assert!(world.user.join("target/out").exists());
    });
}

#[test]
fn a_linked_checkout_of_the_branch_follows_too() {
    with_every_git(|world| {
        let old = begin(world);
        plain(&world.user, &["worktree", "add", "-q", "../linked", BRANCH]);
        write(&world.user, "README.md", "dirty in main\n");
        let new = ready(world, "j1", &old, |dir| write(dir, "landed.txt", "x\n"));
        assert_eq!(landed(&advance(world, &old, Some(&old), &new).unwrap()), 1);
        let linked = world.path("linked");
        assert_eq!(head(&linked), new);
        assert_eq!(plain(&linked, &["status", "--porcelain"]), "");
        assert_eq!(plain(&world.user, &["status", "--porcelain"]), "M README.md");
    });
}

fn blocked(world: &World, old: &ObjectId, new: &ObjectId) -> CheckoutBlock {
    let before = untouched(world);
    let outcome = advance(world, old, Some(old), new).unwrap();
    assert_eq!(before, untouched(world));
    assert_eq!(user_at(world), *old);
    assert_eq!(depot_at(world).as_ref(), Some(old));
    match outcome {
        Advance::CheckedOutDirty { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

fn dirty(files: &[&str]) -> CheckoutBlock {
    CheckoutBlock::Dirty { files: files.iter().map(|file| (*file).to_owned()).collect() }
}

#[test]
fn a_dirty_checkout_of_the_branch_is_left_alone() {
    with_every_git(|world| {
        let old = begin(world);
        plain(&world.user, &["checkout", "-q", BRANCH]);
        let new = ready(world, "j1", &old, |dir| {
            write(dir, "landed/deep.txt", "x\n");
            write(dir, "README.md", "changed\n");
        });
        // Changed, also where the landing changes nothing.
        write(&world.user, "src/b.txt", "mine\n");
        assert_eq!(blocked(world, &old, &new), dirty(&["src/b.txt"]));
        plain(&world.user, &["add", "-A"]);
        assert_eq!(blocked(world, &old, &new), dirty(&["src/b.txt"]));
        plain(&world.user, &["reset", "-q", "--hard"]);
        std::fs::remove_file(world.user.join("README.md")).unwrap();
        assert_eq!(blocked(world, &old, &new), dirty(&["README.md"]));
        plain(&world.user, &["reset", "-q", "--hard"]);
        // An untracked file, or one that is ignored, where a new one belongs.
        write(&world.user, "landed/deep.txt", "mine\n");
        assert_eq!(blocked(world, &old, &new), dirty(&["landed/deep.txt"]));
        write(&world.user, ".git/info/exclude", "landed\n");
        assert_eq!(blocked(world, &old, &new), dirty(&["landed/deep.txt"]));
        std::fs::remove_dir_all(world.user.join("landed")).unwrap();
        write(&world.user, "landed", "a file where a folder belongs\n");
        assert_eq!(blocked(world, &old, &new), dirty(&["landed/deep.txt"]));
        std::fs::remove_file(world.user.join("landed")).unwrap();
        write(&world.user, ".git/index.lock", "");
        assert_eq!(blocked(world, &old, &new), CheckoutBlock::Busy);
        std::fs::remove_file(world.user.join(".git/index.lock")).unwrap();
        assert_eq!(landed(&advance(world, &old, Some(&old), &new).unwrap()), 1);
    });
}

#[test]
fn a_checkout_in_the_middle_of_something_is_left_alone() {
    with_every_git(|world| {
        let old = begin(world);
        let new = ready(world, "j1", &old, |dir| write(dir, "landed.txt", "x\n"));
        plain(&world.user, &["checkout", "-q", "-b", "other"]);
        write(&world.user, "src/b.txt", "other\n");
        commit(&world.user, "Other");
        // A rebase of the branch takes HEAD away from it and will set it at the end.
        plain(&world.user, &["checkout", "-q", BRANCH]);
        write(&world.user, "src/b.txt", "mine\n");
        let mine = commit(&world.user, "Mine");
        world.depot.sync_from(&world.user, &[BRANCH]).unwrap();
        world.depot.adopt_integration(&lease(world), BRANCH, &old, &mine).unwrap();
        let next = ready(world, "j2", &mine, |dir| write(dir, "second.txt", "x\n"));
        assert!(!try_plain(&world.user, &["rebase", "other"]).status.success());
        let reason = blocked(world, &mine, &next);
        assert_eq!(reason, CheckoutBlock::Unfinished { operation: "rebase".into() });
        plain(&world.user, &["rebase", "--abort"]);
        landed(&advance(world, &mine, Some(&mine), &next).unwrap());
        assert_ne!(new, next);
    });
}

#[test]
fn a_folder_that_needs_a_filter_or_is_gone_or_sparse_is_left_alone() {
    with_every_git(|world| {
        let marker = world.path("filter-ran");
        write(&world.user, ".gitattributes", "*.big filter=big\n");
        write(&world.user, "a.big", "1\n");
        let base = commit(&world.user, "With a filter");
        plain(&world.user, &["branch", BRANCH]);
        let run = format!("touch {}; cat", marker.display());
        for key in ["filter.big.clean", "filter.big.smudge"] {
            plain(&world.user, &["config", key, &run]);
        }
        world.depot.sync_from(&world.user, &["main", BRANCH]).unwrap();
        world.depot.begin_integration(&lease(world), BRANCH, &base).unwrap();
        let intake = world.hand_over_at("j1", &base, |dir| write(dir, "a.big", "2\n"));
        let new = world.built(&base, &intake, Strategy::CherryPick).commit;
        plain(&world.user, &["worktree", "add", "-q", "../linked", BRANCH]);
        let _ = std::fs::remove_file(&marker);
        assert_eq!(blocked(world, &base, &new), CheckoutBlock::Filtered { file: "a.big".into() });
        assert!(!marker.exists());
        std::fs::remove_dir_all(world.path("linked")).unwrap();
        assert_eq!(blocked(world, &base, &new), CheckoutBlock::Missing);
        plain(&world.user, &["worktree", "prune"]);
        plain(&world.user, &["checkout", "-q", BRANCH]);
        plain(&world.user, &["sparse-checkout", "set", "src"]);
        plain(&world.user, &["config", "core.sparseCheckout", "true"]);
        assert_eq!(blocked(world, &base, &new), CheckoutBlock::Sparse);
    });
}

/// What a landing leaves that dies while the files follow: its note, some files whole, one cut short, one
/// gone, and the index with its lock.
fn die_half_way(world: &World, old: &ObjectId, new: &ObjectId) {
    let note = serde_json::json!({
        "refname": "refs/heads/main_agents", "worktrees": [world.user], "old": old, "new": new,
    });
    std::fs::write(world.depot.dir().join("following.json"), note.to_string()).unwrap();
    write(&world.user, "landed/deep.txt", "whole\n");
    write(&world.user, "README.md", "cha");
    std::fs::remove_file(world.user.join("src/a.txt")).unwrap();
    write(&world.user, ".git/index.lock", "half an index");
    plain(&world.user, &["fetch", "-q", world.depot.dir().to_str().unwrap(), new.as_str()]);
}

fn to_die_for(world: &World, old: &ObjectId) -> ObjectId {
    plain(&world.user, &["checkout", "-q", BRANCH]);
    ready(world, "j1", old, |dir| {
        write(dir, "landed/deep.txt", "whole\n");
        write(dir, "README.md", "changed\n");
        write(dir, "src/a.txt", "changed too\n");
        std::fs::remove_file(dir.join("src/b.txt")).unwrap();
    })
}

#[test]
fn a_crash_while_files_followed_is_finished_by_the_same_call() {
    with_every_git(|world| {
        let old = begin(world);
        let new = to_die_for(world, &old);
        die_half_way(world, &old, &new);
        assert_eq!(landed(&advance(world, &old, Some(&old), &new).unwrap()), 1);
        assert_eq!(plain(&world.user, &["status", "--porcelain"]), "");
        assert_eq!(head(&world.user), new);
        assert!(!world.depot.dir().join("following.json").exists());
    });
}

#[test]
fn a_landing_that_died_and_is_given_up_leaves_the_old_files() {
    with_every_git(|world| {
        let old = begin(world);
        let new = to_die_for(world, &old);
        die_half_way(world, &old, &new);
        world.depot.settle_checkouts(&lease(world), &world.user).unwrap();
        assert_eq!(plain(&world.user, &["status", "--porcelain"]), "");
        assert_eq!(head(&world.user), old);
        assert!(!world.user.join("landed").exists());

        // All files and the index had arrived, the branch had not.
        die_half_way(world, &old, &new);
        std::fs::remove_file(world.user.join(".git/index.lock")).unwrap();
        plain(&world.user, &["read-tree", "--reset", "-u", new.as_str()]);
        world.depot.settle_checkouts(&lease(world), &world.user).unwrap();
        assert_eq!(plain(&world.user, &["status", "--porcelain"]), "");
    });
}

#[test]
fn what_the_user_did_after_a_crash_stays() {
    with_every_git(|world| {
        let old = begin(world);
        let new = to_die_for(world, &old);
        die_half_way(world, &old, &new);
        std::fs::remove_file(world.user.join(".git/index.lock")).unwrap();
        write(&world.user, "README.md", "changes of mine\n");
        let outcome = advance(world, &old, Some(&old), &new).unwrap();
        let Advance::CheckedOutDirty { reason, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!(reason, dirty(&["README.md"]));
        assert_eq!(std::fs::read_to_string(world.user.join("README.md")).unwrap(), "changes of mine\n");
        // On another branch by now: nothing there is ours to put back.
        plain(&world.user, &["checkout", "-q", "-f", "main"]);
        die_half_way(world, &old, &new);
        std::fs::remove_file(world.user.join(".git/index.lock")).unwrap();
        world.depot.settle_checkouts(&lease(world), &world.user).unwrap();
        assert_eq!(std::fs::read_to_string(world.user.join("README.md")).unwrap(), "cha");
    });
}

#[test]
fn a_locked_branch_is_waited_for_in_vain_and_nothing_moves() {
    with_every_git(|world| {
        let old = begin(world);
        let new = ready(world, "j1", &old, |dir| write(dir, "landed.txt", "x\n"));
        write(&world.user, ".git/refs/heads/main_agents.lock", "");
        let error = advance(world, &old, Some(&old), &new).unwrap_err();
        assert_eq!(error.code(), "git.failed");
        assert_eq!(depot_at(world), Some(old));
        std::fs::remove_file(world.user.join(".git/refs/heads/main_agents.lock")).unwrap();
    });
}

#[test]
fn a_landing_that_cannot_be_decided_leaves_no_lock_behind() {
    with_every_git(|world| {
        let old = begin(world);
        plain(&world.user, &["checkout", "-q", BRANCH]);
        let new = ready(world, "j1", &old, |dir| write(dir, "landed.txt", "x\n"));
        write(&world.user, "src/b.txt", "mine\n");
        blocked(world, &old, &new);
        assert!(!world.user.join(".git/refs/heads/main_agents.lock").exists());
        plain(&world.user, &["commit", "-q", "-a", "-m", "Mine"]);
    });
}

//! The clone a person gets, and reading back what they made of it.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use repo::{DepotRef, Intake, IntakeLimits, IntakeRequest, IntegrationLease, ObjectId, PersonClone, Scope};

use crate::world::{
    World, commit, committer, head, lines, plain, snapshot, try_plain, with_every_git, write,
};

const BRANCH: &str = "taken/j1";

fn kept(world: &World) -> ObjectId {
    world.hand_over("j1", |dir| write(dir, "src/a.txt", &lines(1..=21))).commit
}

fn make(world: &World, kept: Option<&ObjectId>) -> (PathBuf, PersonClone) {
    let dir = world.path("taken").join("j1");
    let made = world.depot.clone_for_person("j1", &world.main, kept, BRANCH, &dir).unwrap();
    (dir, made)
}

fn take_in(world: &World, dir: &Path, made: &PersonClone) -> repo::Result<Option<Intake>> {
    let (scope, limits) = (Scope::default(), IntakeLimits::default());
    let request =
        IntakeRequest { job: "j1", branch: BRANCH, base: &made.base, scope: &scope, limits: &limits };
    world.depot.take_in_person(dir, "By hand", &committer(), &request)
}

#[test]
fn a_person_gets_the_kept_work_on_a_branch_of_its_own_and_nothing_of_the_workers() {
    with_every_git(|world| {
        let kept = kept(world);
        let (dir, made) = make(world, Some(&kept));
        assert_eq!(made, PersonClone { base: world.main.clone(), kept: Some(kept.clone()) });
        assert_eq!(head(&dir), kept);
        assert_eq!(plain(&dir, &["branch", "--show-current"]), BRANCH);
        assert_eq!(plain(&dir, &["status", "--porcelain"]), "");
        assert_eq!(plain(&dir, &["log", "--format=%s"]), "Do j1\nStart");
        let git = dir.join(".git");
        assert!(!git.join("objects/info/alternates").exists(), "nothing is borrowed");
        assert!(!git.join("hooks").exists(), "no hooks, not even samples");
        let config = std::fs::read_to_string(git.join("config")).unwrap();
        for word in ["fsmonitor", "filter", "hooksPath", "remote", "include", "alias", "url"] {
            assert!(!config.contains(word), "{config}");
        }
        assert_eq!(world.depot.read_ref(&DepotRef::Base("j1".into())).unwrap(), Some(made.base));
    });
}

#[test]
fn the_clone_stays_whole_when_the_depot_is_packed_anew_and_even_when_it_is_gone() {
    with_every_git(|world| {
        let kept = kept(world);
        let (dir, _) = make(world, Some(&kept));
        let lease = IntegrationLease::acquire(&world.depot).unwrap();
        world.depot.compact(&lease).unwrap();
        plain(world.depot.dir(), &["repack", "-a", "-d", "-q"]);
        plain(&dir, &["fsck", "--full"]);
        std::fs::rename(world.depot.dir(), world.path("away.git")).unwrap();
        plain(&dir, &["fsck", "--full"]);
        plain(&dir, &["checkout", "-q", "HEAD~1"]);
        std::fs::rename(world.path("away.git"), world.depot.dir()).unwrap();
    });
}

#[test]
fn what_is_in_the_folder_comes_back_committed_there_or_not() {
    with_every_git(|world| {
        let kept = kept(world);
        let (dir, made) = make(world, Some(&kept));
        let since = made.kept.clone().unwrap();
        assert!(world.depot.changes_of_person(&dir, &made.base, &since).unwrap().is_empty());
        write(&dir, "src/b.txt", "committed\n");
        write(&dir, "target/report.txt", "ignored, but added all the same\n");
        plain(&dir, &["add", "--force", "target/report.txt"]);
        commit(&dir, "Mine");
        write(&dir, "new file.txt", "not committed\n");
        write(&dir, "target/noise.txt", "ignored\n");
        std::fs::remove_file(dir.join("README.md")).unwrap();
        let mut changed = world.depot.changes_of_person(&dir, &made.base, &since).unwrap();
        changed.sort();
        assert_eq!(changed, ["README.md", "new file.txt", "src/b.txt", "target/report.txt"]);
        let intake = take_in(world, &dir, &made).unwrap().unwrap();
        assert_eq!(intake.base, made.base);
        assert_eq!(intake.commits, 1);
        assert_eq!(world.depot.read_ref(&DepotRef::Job("j1".into())).unwrap(), Some(intake.commit.clone()));
        assert_eq!(world.show(&intake.commit, "src/b.txt"), "committed\n");
        assert_eq!(world.show(&intake.commit, "new file.txt"), "not committed\n");
        assert_eq!(world.show(&intake.commit, "src/a.txt"), lines(1..=21), "the kept work is part of it");
        assert!(world.depot.changes_of_person(&dir, &made.base, &intake.commit).unwrap().is_empty());
    });
}

#[test]
fn a_folder_without_a_change_gives_nothing_back() {
    with_every_git(|world| {
        let (dir, made) = make(world, None);
        assert_eq!(made.kept, None);
        assert_eq!(take_in(world, &dir, &made).unwrap(), None);
    });
}

#[test]
fn nothing_that_was_put_into_the_folders_git_runs_when_it_is_read_back() {
    with_every_git(|world| {
        let (dir, made) = make(world, None);
        let marker = world.path("ran");
        let evil = world.path("evil.sh");
        std::fs::write(&evil, format!("#!/bin/sh\ntouch '{}'\ncat\n", marker.display())).unwrap();
        std::fs::set_permissions(&evil, std::fs::Permissions::from_mode(0o755)).unwrap();
        let program = evil.to_str().unwrap();
        for (key, value) in [
            ("core.fsmonitor", program),
            ("core.hooksPath", world.tmp.path().to_str().unwrap()),
            ("filter.evil.clean", program),
            ("filter.evil.smudge", program),
            ("filter.evil.process", program),
            ("diff.external", program),
        ] {
            plain(&dir, &["config", key, value]);
        }
        write(&dir, ".gitattributes", "* filter=evil\n");
        write(&dir, "src/b.txt", "mine\n");
        // The control: an ordinary git runs it.
        assert!(try_plain(&dir, &["add", "-A"]).status.code().is_some());
        assert!(marker.exists(), "the trap works");
        std::fs::remove_file(&marker).unwrap();
        world.depot.changes_of_person(&dir, &made.base, &made.base).unwrap();
        let intake = take_in(world, &dir, &made).unwrap().unwrap();
        assert_eq!(world.show(&intake.commit, "src/b.txt"), "mine\n");
        assert!(!marker.exists(), "no program of the folder ran");
    });
}

#[test]
fn a_repository_inside_the_folder_is_neither_taken_apart_nor_taken_in() {
    with_every_git(|world| {
        let (dir, made) = make(world, None);
        let inner = dir.join("vendored");
        write(&inner, "x.txt", "x\n");
        plain(&inner, &["init", "-q"]);
        commit(&inner, "Inner");
        let before = snapshot(&inner);
        let intake = take_in(world, &dir, &made).unwrap().unwrap();
        assert_eq!(intake.submodules, ["vendored"], "whoever judges it refuses it");
        assert_eq!(snapshot(&inner), before);
    });
}

#[test]
fn a_folder_with_other_files_is_never_touched_and_the_same_clone_counts_again() {
    with_every_git(|world| {
        let (dir, made) = make(world, None);
        // A crash after the folder was made and before anybody noted it.
        assert_eq!(world.depot.clone_for_person("j1", &world.main, None, BRANCH, &dir).unwrap(), made);
        write(&dir, "src/b.txt", "mine\n");
        let before = snapshot(&dir);
        let refused = world.depot.clone_for_person("j1", &world.main, None, BRANCH, &dir).unwrap_err();
        assert_eq!(refused.code(), "git.unsupported");
        assert_eq!(snapshot(&dir), before);
    });
}

#[test]
fn a_folder_on_its_way_out_is_gone_at_once_and_its_rest_later() {
    with_every_git(|world| {
        let (dir, made) = make(world, None);
        world.depot.changes_of_person(&dir, &made.base, &made.base).unwrap();
        let place = dir.parent().unwrap();
        std::fs::create_dir_all(place.join("j0.gone-x/deep")).unwrap();
        std::fs::create_dir_all(place.join("j2")).unwrap();
        repo::retire_person_clone(&dir, "fresh").unwrap();
        repo::remove_retired(place).unwrap();
        let left: Vec<_> = std::fs::read_dir(place).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["j2"], "and what is not on its way out stays");
    });
}

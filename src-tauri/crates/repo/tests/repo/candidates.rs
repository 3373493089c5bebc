use repo::{
    Candidate, CandidateOutcome, CandidateRequest, DepotRef, Intake, ObjectId, Refusal, RevertRequest,
    Signature, Strategy, Trailers,
};

use crate::world::{World, commit, committer, lines, plain, with_every_git, write};

const ALL: [Strategy; 4] = [Strategy::CherryPick, Strategy::NoFf, Strategy::FfOnly, Strategy::Squash];

/// Another commit on top of `main`, as if something else had landed meanwhile.
fn moved_tip(world: &World, edit: impl Fn(&std::path::Path)) -> ObjectId {
    edit(&world.user);
    commit(&world.user, "Meanwhile");
    world.depot.sync_from(&world.user, &["main"]).unwrap();
    world.depot.read_ref(&DepotRef::User("main".into())).unwrap().unwrap()
}

fn cat(world: &World, id: &ObjectId) -> String {
    plain(world.depot.dir(), &["cat-file", "commit", id.as_str()])
}

fn change_line(n: u32, text: &str) -> impl Fn(&std::path::Path) {
    move |dir| write(dir, "src/a.txt", &lines(1..=20).replace(&format!("line {n}\n"), &format!("{text}\n")))
}

fn three_commits(world: &World) -> Intake {
    let clone = world.job("multi");
    for n in 1..=3 {
        write(&clone.dir, &format!("new-{n}.txt"), "x\n");
        commit(&clone.dir, &format!("Step {n}\n\nBody {n}."));
    }
    world.take_in("multi", &clone, &world.bundle(&clone)).unwrap()
}

#[test]
fn cherry_pick_keeps_every_commit_its_author_and_its_message() {
    with_every_git(|world| {
        let intake = three_commits(world);
        let tip = moved_tip(world, |dir| write(dir, "README.md", "other\n"));
        let built = world.built(&tip, &intake, Strategy::CherryPick);
        assert_eq!(built.commits.len(), 3);
        assert_eq!(built.parent, tip);
        let log = world.depot.log(&built.commit, Some(&tip), 10).unwrap();
        let subjects: Vec<_> = log.iter().map(|line| line.subject.as_str()).collect();
        assert_eq!(subjects, ["Step 3", "Step 2", "Step 1"]);
        // Some versions of git drop the dot already when the commit is first made.
        let first = cat(world, built.commits[0].from.as_ref().unwrap());
        let author = first.lines().find(|line| line.starts_with("author ")).unwrap();
        assert!(author.starts_with("author Ada Ångström Jr"), "{author}");
        assert!(author.ends_with(" <ada@example.org> 1600000000 +0530"), "{author}");
        assert_eq!(
            cat(world, &built.commits[0].to),
            format!(
                "tree {}\nparent {tip}\n{author}\n\
                 committer Pilothouse <git@pilothouse.invalid> 1700000000 +0100\n\n\
                 Step 1\n\nBody 1.\n\nJob: multi\nWorker: w1",
                world.depot.tree_of(&built.commits[0].to).unwrap()
            )
        );
        assert_eq!(world.show(&built.commit, "README.md"), "other\n");
        assert_eq!(world.show(&built.commit, "new-3.txt"), "x\n");
        assert_eq!(built.changed_files, 3);
    });
}

#[test]
fn the_same_input_gives_the_same_commit_on_every_git() {
    let results = std::cell::RefCell::new(Vec::new());
    with_every_git(|world| {
        let intake = three_commits(world);
        let tip = moved_tip(world, change_line(3, "moved"));
        for strategy in [Strategy::CherryPick, Strategy::NoFf, Strategy::Squash] {
            let built = world.built(&tip, &intake, strategy);
            assert_eq!(built, world.built(&tip, &intake, strategy));
            results.borrow_mut().push((strategy, built.commit, built.patch_hash));
        }
    });
    let results = results.into_inner();
    for round in results.chunks(3).skip(1) {
        assert_eq!(round, &results[..3]);
    }
}

#[test]
fn no_ff_makes_a_merge_commit_even_when_none_is_needed() {
    with_every_git(|world| {
        let intake = three_commits(world);
        let built = world.built(&world.main, &intake, Strategy::NoFf);
        let text = cat(world, &built.commit);
        assert!(text.contains(&format!("parent {}\nparent {}\n", world.main, intake.commit)), "{text}");
        assert!(text.ends_with("Bring it together\n\nJob: multi\nWorker: w1"), "{text}");
        assert_eq!(built.commits.len(), 1);
        assert_eq!(built.tree, intake.tree);
    });
}

#[test]
fn squash_makes_one_commit_of_many() {
    with_every_git(|world| {
        let intake = three_commits(world);
        let tip = moved_tip(world, change_line(3, "moved"));
        let built = world.built(&tip, &intake, Strategy::Squash);
        let log = world.depot.log(&built.commit, Some(&tip), 10).unwrap();
        assert_eq!(log.len(), 1);
        assert_eq!(built.changed_files, 3);
        assert!(world.show(&built.commit, "src/a.txt").contains("moved"));
    });
}

#[test]
fn ff_only_takes_the_entry_as_it_is_or_says_why_not() {
    with_every_git(|world| {
        let intake = three_commits(world);
        let built = world.built(&world.main, &intake, Strategy::FfOnly);
        assert_eq!(built.commit, intake.commit);
        assert_eq!(built.commits.len(), 3);
        let tip = moved_tip(world, change_line(3, "moved"));
        let refused = world.candidate(&tip, &intake, Strategy::FfOnly);
        assert_eq!(refused, CandidateOutcome::Refused(Refusal::NotFastForward { tip }));
        assert_eq!(refused.require().unwrap_err().code(), "git.strategy_refused");
    });
}

#[test]
fn a_clash_names_files_and_lines_and_builds_nothing() {
    with_every_git(|world| {
        let intake = world.hand_over("clash", change_line(5, "theirs"));
        let tip = moved_tip(world, change_line(5, "ours"));
        for strategy in [Strategy::CherryPick, Strategy::NoFf, Strategy::Squash] {
            let CandidateOutcome::Conflict { commit, files } = world.candidate(&tip, &intake, strategy)
            else {
                panic!("{strategy:?} did not conflict");
            };
            assert_eq!(commit, intake.commit);
            assert_eq!(files.len(), 1);
            assert_eq!(files[0].path, "src/a.txt");
            assert!(files[0].note.starts_with("CONFLICT (content)"), "{}", files[0].note);
            let error = world.candidate(&tip, &intake, strategy).require().unwrap_err();
            assert_eq!(
                (error.code(), error.to_string().as_str()),
                ("git.conflict", "the changes conflict in src/a.txt")
            );
            let hunk = &files[0].hunks[0];
            assert_eq!(hunk.line, 5);
            for part in ["<<<<<<< ", "ours", "||||||| ", "line 5", "=======", "theirs", ">>>>>>> "] {
                assert!(hunk.text.contains(part), "{part} in {}", hunk.text);
            }
        }
    });
}

#[test]
fn a_file_edited_here_and_deleted_there_is_a_conflict() {
    with_every_git(|world| {
        let intake = world.hand_over("edit", |dir| write(dir, "src/b.txt", "edited\n"));
        let tip = moved_tip(world, |dir| std::fs::remove_file(dir.join("src/b.txt")).unwrap());
        for strategy in [Strategy::CherryPick, Strategy::NoFf, Strategy::Squash] {
            let CandidateOutcome::Conflict { files, .. } = world.candidate(&tip, &intake, strategy) else {
                panic!("{strategy:?} did not conflict");
            };
            assert_eq!(files[0].path, "src/b.txt");
            assert!(files[0].note.contains("modify/delete"), "{}", files[0].note);
        }
    });
}

#[test]
fn edits_follow_a_file_that_was_renamed_meanwhile() {
    with_every_git(|world| {
        let intake = world.hand_over("edit", change_line(5, "edited"));
        let tip =
            moved_tip(world, |dir| std::fs::rename(dir.join("src/a.txt"), dir.join("moved.txt")).unwrap());
        for strategy in [Strategy::CherryPick, Strategy::NoFf, Strategy::Squash] {
            let built = world.built(&tip, &intake, strategy);
            assert!(world.show(&built.commit, "moved.txt").contains("edited"), "{strategy:?}");
            assert!(world.depot.read_file(&built.commit, "src/a.txt", 10).is_err());
        }
    });
}

#[test]
fn mode_changes_links_and_odd_names_survive() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    with_every_git(|world| {
        let intake = world.hand_over("modes", |dir| {
            let script = dir.join("src/b.txt");
            std::fs::set_permissions(script, std::fs::Permissions::from_mode(0o755)).unwrap();
            symlink("src/a.txt", dir.join("link")).unwrap();
            write(dir, "-odd \u{e4} name\n.txt", "odd\n");
        });
        let tip = moved_tip(world, change_line(2, "moved"));
        for strategy in [Strategy::CherryPick, Strategy::NoFf, Strategy::Squash] {
            let built = world.built(&tip, &intake, strategy);
            let patch = world
                .depot
                .patch(&world.depot.tree_of(&tip).unwrap(), &built.tree, "main_agents", strategy.name())
                .unwrap();
            assert_eq!(patch.hash, built.patch_hash);
            let modes: Vec<_> = patch
                .entries
                .iter()
                .map(|entry| (entry.path.as_str(), entry.new.as_ref().unwrap().mode.as_str()))
                .collect();
            let odd = "-odd \u{e4} name\n.txt";
            assert_eq!(modes, [(odd, "100644"), ("link", "120000"), ("src/b.txt", "100755")]);
            assert_eq!(world.show(&built.commit, odd), "odd\n");
        }
    });
}

#[test]
fn what_the_tip_has_already_is_empty() {
    with_every_git(|world| {
        let intake = world.hand_over("same", change_line(5, "same"));
        // The identical edit by somebody else, and the entry itself.
        let tip = moved_tip(world, change_line(5, "same"));
        for strategy in [Strategy::CherryPick, Strategy::NoFf, Strategy::Squash] {
            assert_eq!(world.candidate(&tip, &intake, strategy), CandidateOutcome::Empty, "{strategy:?}");
        }
        for strategy in ALL {
            assert_eq!(world.candidate(&intake.commit, &intake, strategy), CandidateOutcome::Empty);
        }
    });
}

#[test]
fn a_commit_the_tip_has_is_skipped_and_the_rest_lands() {
    with_every_git(|world| {
        let clone = world.job("part");
        change_line(5, "same")(&clone.dir);
        commit(&clone.dir, "First");
        write(&clone.dir, "second", "2");
        commit(&clone.dir, "Second");
        let intake = world.take_in("part", &clone, &world.bundle(&clone)).unwrap();
        let tip = moved_tip(world, change_line(5, "same"));
        let built = world.built(&tip, &intake, Strategy::CherryPick);
        assert_eq!((built.commits.len(), built.skipped.len()), (1, 1));
        assert_eq!(built.changed_files, 1);
    });
}

#[test]
fn commits_that_take_each_other_back_are_empty() {
    with_every_git(|world| {
        let clone = world.job("back");
        write(&clone.dir, "x", "1");
        commit(&clone.dir, "There");
        std::fs::remove_file(clone.dir.join("x")).unwrap();
        commit(&clone.dir, "And back");
        let intake = world.take_in("back", &clone, &world.bundle(&clone)).unwrap();
        let tip = moved_tip(world, change_line(5, "moved"));
        for strategy in [Strategy::CherryPick, Strategy::NoFf, Strategy::Squash] {
            assert_eq!(world.candidate(&tip, &intake, strategy), CandidateOutcome::Empty, "{strategy:?}");
        }
    });
}

#[test]
fn an_entry_with_a_merge_is_not_picked_but_merged_or_squashed() {
    with_every_git(|world| {
        let clone = world.job("merge");
        plain(&clone.dir, &["checkout", "-q", "-b", "side"]);
        write(&clone.dir, "side", "s");
        commit(&clone.dir, "Side");
        plain(&clone.dir, &["checkout", "-q", &clone.branch]);
        write(&clone.dir, "front", "f");
        commit(&clone.dir, "Front");
        plain(&clone.dir, &["merge", "-q", "--no-ff", "-m", "Join", "side"]);
        let intake = world.take_in("merge", &clone, &world.bundle(&clone)).unwrap();
        let tip = moved_tip(world, change_line(5, "moved"));
        let refused = world.candidate(&tip, &intake, Strategy::CherryPick);
        let commit = intake.commit.clone();
        assert_eq!(refused, CandidateOutcome::Refused(Refusal::MergeCommit { commit }));
        for strategy in [Strategy::NoFf, Strategy::Squash] {
            assert_eq!(world.built(&tip, &intake, strategy).changed_files, 2);
        }
    });
}

#[test]
fn an_approval_outlives_a_moved_tip_only_with_the_same_patch() {
    with_every_git(|world| {
        let intake = world.hand_over("approved", change_line(5, "edited"));
        let first = world.built(&world.main, &intake, Strategy::Squash);
        let elsewhere = moved_tip(world, |dir| write(dir, "README.md", "other\n"));
        let second = world.built(&elsewhere, &intake, Strategy::Squash);
        assert_ne!(first.commit, second.commit);
        assert_eq!(first.patch_hash, second.patch_hash);
        let same_file = moved_tip(world, change_line(15, "other"));
        let third = world.built(&same_file, &intake, Strategy::Squash);
        assert_ne!(first.patch_hash, third.patch_hash);
        assert_ne!(first.patch_hash, world.built(&world.main, &intake, Strategy::NoFf).patch_hash);
    });
}

fn revert(world: &World, tip: &ObjectId, built: &Candidate) -> CandidateOutcome {
    let request = RevertRequest {
        target: "main_agents",
        tip,
        landed: &built.commit,
        before: Some(&built.parent),
        trailers: &Trailers { job: Some("r1".into()), worker: None },
        committer: &committer(),
    };
    world.depot.build_revert(&request).unwrap()
}

#[test]
fn a_landed_entry_is_taken_back_whole_and_only_once() {
    with_every_git(|world| {
        let intake = three_commits(world);
        for strategy in ALL {
            let built = world.built(&world.main, &intake, strategy);
            let CandidateOutcome::Built(back) = revert(world, &built.commit, &built) else {
                panic!("{strategy:?} is not taken back");
            };
            assert_eq!(back.tree, world.depot.tree_of(&world.main).unwrap());
            assert_eq!(back.changed_files, 3);
            let text = cat(world, &back.commit);
            let subject = if matches!(strategy, Strategy::CherryPick | Strategy::FfOnly) {
                "Step 3"
            } else {
                "Bring it together"
            };
            let expected =
                format!("Revert \"{subject}\"\n\nThis reverts commit {}.\n\nJob: r1", built.commit);
            assert!(text.ends_with(&expected), "{text}");
            assert_eq!(revert(world, &back.commit, &built), CandidateOutcome::Empty);
        }
    });
}

#[test]
fn taking_back_what_was_built_upon_conflicts() {
    with_every_git(|world| {
        let first = world.hand_over("first", change_line(5, "first"));
        let built = world.built(&world.main, &first, Strategy::Squash);
        let second = world.hand_over_at("second", &built.commit, change_line(5, "second"));
        let later = world.built(&built.commit, &second, Strategy::Squash);
        assert!(matches!(revert(world, &later.commit, &built), CandidateOutcome::Conflict { .. }));
    });
}

#[test]
fn overlap_is_known_before_either_lands() {
    with_every_git(|world| {
        let one = world.hand_over("one", change_line(5, "one"));
        let two = world.hand_over("two", change_line(5, "two"));
        let far = world.hand_over("far", change_line(15, "far"));
        let clash = world.depot.overlap(&one.commit, &two.commit).unwrap();
        assert_eq!(clash[0].path, "src/a.txt");
        assert!(world.depot.overlap(&one.commit, &far.commit).unwrap().is_empty());
    });
}

#[test]
fn a_commit_without_name_or_message_lands_all_the_same() {
    with_every_git(|world| {
        let clone = world.job("bare");
        write(&clone.dir, "x", "1");
        plain(&clone.dir, &["add", "-A"]);
        let tree = plain(&clone.dir, &["write-tree"]);
        let object =
            format!("tree {tree}\nparent {}\nauthor  <> 5 +0000\ncommitter  <> 5 +0000\n\n", world.main);
        write(&clone.dir, "raw", &object);
        let id = plain(&clone.dir, &["hash-object", "-t", "commit", "-w", "raw"]);
        plain(&clone.dir, &["update-ref", "HEAD", &id]);
        let intake = world.take_in("bare", &clone, &world.bundle(&clone)).unwrap();
        let tip = moved_tip(world, change_line(5, "moved"));
        let built = world.built(&tip, &intake, Strategy::CherryPick);
        assert!(cat(world, &built.commit).contains("\nauthor  <> 5 +0000\n"));
        assert!(cat(world, &built.commit).ends_with("Change without a message\n\nJob: bare\nWorker: w1"));
    });
}

#[test]
fn the_first_commit_of_a_history_can_be_picked() {
    with_every_git(|world| {
        // A foreign history without any parent, handed over as if based on nothing we have.
        plain(&world.user, &["checkout", "-q", "--orphan", "island"]);
        plain(&world.user, &["rm", "-rfq", "."]);
        write(&world.user, "island.txt", "i\n");
        let island = commit(&world.user, "Island");
        world.depot.sync_from(&world.user, &["island"]).unwrap();
        let request = CandidateRequest {
            target: "main_agents",
            tip: &world.main,
            entry: &island,
            entry_base: &world.main,
            strategy: Strategy::CherryPick,
            message: "",
            trailers: &Trailers::default(),
            committer: &Signature { time: 5, ..committer() },
        };
        let CandidateOutcome::Built(built) = world.depot.build_candidate(&request).unwrap() else {
            panic!("not built");
        };
        assert_eq!(world.show(&built.commit, "island.txt"), "i\n");
        assert_eq!(world.show(&built.commit, "README.md"), "hello\n");
        let merged = world.depot.build_candidate(&CandidateRequest { strategy: Strategy::NoFf, ..request });
        assert_eq!(merged.unwrap(), CandidateOutcome::Refused(Refusal::Unrelated));
    });
}

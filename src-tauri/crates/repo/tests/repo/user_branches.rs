//! New branches in the user's repository, and commits of theirs that the depot takes in.

use crate::world::{commit, plain, with_every_git, write};
use repo::{ObjectId, RepoError, create_branch, users_commit};

#[test]
fn a_branch_is_made_and_neither_the_checkout_nor_another_branch_moves() {
    with_every_git(|world| {
        let hook = world.user.join(".git/hooks/reference-transaction");
        std::fs::write(&hook, "#!/bin/sh\ntouch hook-ran\n").unwrap();
        std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        write(&world.user, "README.md", "not committed\n");
        create_branch(&world.git, &world.user, "fix/login", &world.main).unwrap();
        assert_eq!(plain(&world.user, &["rev-parse", "fix/login"]).trim(), world.main.as_str());
        assert_eq!(plain(&world.user, &["symbolic-ref", "HEAD"]).trim(), "refs/heads/main");
        assert_eq!(plain(&world.user, &["status", "--short"]).trim(), "M README.md");
        assert!(!world.user.join("hook-ran").exists() && !world.user.join(".git/hook-ran").exists());
    });
}

#[test]
fn a_branch_that_is_there_stays_where_it_is_and_bad_names_are_refused() {
    with_every_git(|world| {
        let old = world.main.clone();
        let new = commit(&world.user, "Next");
        plain(&world.user, &["branch", "kept", old.as_str()]);
        let refused = create_branch(&world.git, &world.user, "kept", &new).unwrap_err();
        assert!(matches!(refused, RepoError::RefMoved { actual: Some(at), .. } if at == old));
        assert_eq!(plain(&world.user, &["rev-parse", "kept"]).trim(), old.as_str());
        for bad in ["-D", "a..b", "HEAD", "kept/inner"] {
            assert!(create_branch(&world.git, &world.user, bad, &new).is_err(), "{bad}");
        }
        let gone = ObjectId::parse(&"1".repeat(40)).unwrap();
        assert!(create_branch(&world.git, &world.user, "nowhere", &gone).is_err());
    });
}

#[test]
fn a_commit_of_another_branch_comes_into_the_depot_and_a_job_can_take_it() {
    with_every_git(|world| {
        plain(&world.user, &["checkout", "-q", "-b", "side"]);
        write(&world.user, "src/side.txt", "side\n");
        let side = commit(&world.user, "Side");
        plain(&world.user, &["checkout", "-q", "main"]);
        assert_eq!(users_commit(&world.user, side.short()).unwrap(), side);
        assert!(matches!(users_commit(&world.user, "0123456"), Err(RepoError::NotFound { .. })));
        assert!(users_commit(&world.user, "--all").is_err());
        assert!(world.depot.resolve(side.as_str()).is_err());
        world.depot.bring(&world.user, &side).unwrap();
        world.depot.bring(&world.user, &side).unwrap();
        let clone = world.job("job-1");
        plain(&clone.dir, &["cherry-pick", "--no-commit", side.short()]);
        assert_eq!(std::fs::read_to_string(clone.dir.join("src/side.txt")).unwrap(), "side\n");
    });
}

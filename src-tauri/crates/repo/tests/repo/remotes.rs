use repo::{DepotRef, IntakeLimits, IntakeRequest, ObjectId, Scope};

use crate::world::{World, commit, plain, rev, with_every_git, write};

/// A bare remote of the user's repository, and somebody else's clone of it with one commit pushed as `theirs`.
fn pushed(world: &World) -> ObjectId {
    let (bare, other) = (world.path("remote.git"), world.path("other"));
    plain(world.tmp.path(), &["clone", "-q", "--bare", "user", "remote.git"]);
    plain(&world.user, &["remote", "add", "origin", "../remote.git"]);
    plain(world.tmp.path(), &["clone", "-q", bare.to_str().unwrap(), "other"]);
    plain(&other, &["switch", "-q", "-c", "theirs"]);
    write(&other, "pushed.txt", "from elsewhere\n");
    let made = commit(&other, "From elsewhere");
    write(&other, "later.txt", "not named\n");
    commit(&other, "Later");
    plain(&other, &["push", "-q", "origin", "theirs"]);
    made
}

fn request<'a>(
    base: &'a ObjectId,
    branch: &'a str,
    scope: &'a Scope,
    limits: &'a IntakeLimits,
) -> IntakeRequest<'a> {
    IntakeRequest { job: "j1", branch, base, scope, limits }
}

fn leftovers(world: &World) -> usize {
    std::fs::read_dir(world.depot.dir().join("incoming")).unwrap().count()
}

#[test]
fn a_commit_that_was_only_pushed_is_taken_in_and_nothing_beyond_it() {
    with_every_git(|world| {
        let made = pushed(world);
        let before = crate::world::snapshot(&world.user.join(".git"));
        let fetched = world.depot.fetch_branch(&world.user, "theirs", &[&world.main]).unwrap().unwrap();
        let (scope, limits) = (Scope::default(), IntakeLimits::default());
        let request = request(&world.main, "theirs", &scope, &limits);
        let intake = world.depot.take_in_fetched(&fetched, &made, &request).unwrap();
        assert_eq!((intake.commit, intake.commits), (made.clone(), 1));
        assert_eq!(world.depot.read_ref(&DepotRef::Job("j1".into())).unwrap(), Some(made));
        drop(fetched);
        let later = rev(&world.path("other"), "theirs");
        assert!(world.depot.tree_of(&later).is_err(), "the newer commit of the branch stayed out");
        assert_eq!(leftovers(world), 0);
        assert!(
            before == crate::world::snapshot(&world.user.join(".git")),
            "the user's repository is read only"
        );
    });
}

#[test]
fn only_what_the_branch_has_counts_and_the_same_rules_hold() {
    with_every_git(|world| {
        let made = pushed(world);
        let other = world.hand_over("other", |dir| write(dir, "x", "1"));
        let fetched = world.depot.fetch_branch(&world.user, "theirs", &[&world.main]).unwrap().unwrap();
        let (scope, limits) = (Scope::default(), IntakeLimits::default());
        let of_another_job = world.depot.take_in_fetched(
            &fetched,
            &other.commit,
            &request(&world.main, "theirs", &scope, &limits),
        );
        assert_eq!(of_another_job.unwrap_err().code(), "git.not_found");
        let small = IntakeLimits { content_bytes: 1, ..limits };
        let refused =
            world.depot.take_in_fetched(&fetched, &made, &request(&world.main, "theirs", &scope, &small));
        assert_eq!(refused.unwrap_err().code(), "git.too_large");
        assert_eq!(world.depot.read_ref(&DepotRef::Job("j1".into())).unwrap(), None);
        assert!(world.depot.tree_of(&made).is_err());
    });
}

#[test]
fn no_remote_is_no_error_and_a_branch_or_a_remote_that_is_not_there_says_so() {
    with_every_git(|world| {
        let fetch = |branch: &str| world.depot.fetch_branch(&world.user, branch, &[&world.main]);
        assert!(fetch("theirs").unwrap().is_none());
        pushed(world);
        let missing = fetch("nowhere").unwrap_err();
        assert_eq!(missing.code(), "git.failed");
        assert!(missing.to_string().contains("nowhere"), "{missing}");
        assert_eq!(fetch("--upload-pack=x").unwrap_err().code(), "git.bad_ref");
        plain(&world.user, &["remote", "set-url", "origin", "ext::sh -c touch% ran"]);
        assert_eq!(fetch("theirs").unwrap_err().code(), "git.failed");
        plain(&world.user, &["remote", "set-url", "origin", "/no/such/place"]);
        assert_eq!(fetch("theirs").unwrap_err().code(), "git.failed");
        assert_eq!(leftovers(world), 0);
    });
}

//! Pushing to a bare repository with each git that is installed: leases, words of git, and nothing left behind.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use repo::{
    Lease, ObjectId, OwnCredentials, PushRequest, RemoteChoice, UserRemote, Watch, Watched, WatchedEnd,
    user_remote,
};

use crate::world::{World, commit, plain, rev, snapshot, with_every_git, write};

fn remote(world: &World) -> UserRemote {
    match user_remote(&world.git, &world.user, &OwnCredentials::default()).unwrap() {
        RemoteChoice::One(remote) => *remote,
        other => panic!("{other:?}"),
    }
}

fn push(world: &World, branch: &str, at: &ObjectId, lease: &Lease) -> Watched {
    let remote = remote(world);
    let request = PushRequest {
        user_repo: &world.user,
        depot: &world.depot,
        remote: &remote,
        commit: at,
        branch,
        lease,
        credentials: &OwnCredentials::default(),
    };
    let watch = Watch { limit: Duration::from_secs(60), cancelled: &|| false, progress: &|_| {} };
    world.git.push(&request, &watch).unwrap()
}

fn with_remote(world: &World) -> std::path::PathBuf {
    let bare = world.path("theirs.git");
    plain(world.tmp.path(), &["init", "-q", "--bare", bare.to_str().unwrap()]);
    plain(&world.user, &["remote", "add", "origin", bare.to_str().unwrap()]);
    bare
}

#[test]
fn a_commit_of_the_depot_is_pushed_and_nothing_is_written_in_the_users_repository() {
    with_every_git(|world| {
        let bare = with_remote(world);
        let made = world.hand_over("job-1", |dir| write(dir, "src/new.txt", "new\n"));
        let before = snapshot(&world.user);
        let said = push(world, "agent/w1/job-1", &made.commit, &Lease::At(None));
        assert_eq!(said.end, WatchedEnd::Exited(Some(0)), "{}", said.stderr);
        assert!(said.stdout.contains("\t[new branch]"), "{}", said.stdout);
        assert_eq!(rev(&bare, "agent/w1/job-1"), made.commit);
        assert!(
            push(world, "agent/w1/job-1", &made.commit, &Lease::At(None)).stdout.contains("[up to date]")
        );
        assert_eq!(snapshot(&world.user), before);
    });
}

#[test]
fn a_lease_keeps_what_others_pushed_and_lets_our_own_be_replaced() {
    with_every_git(|world| {
        let bare = with_remote(world);
        let first = world.hand_over("one", |dir| write(dir, "a", "1\n")).commit;
        let second = world.hand_over("two", |dir| write(dir, "a", "2\n")).commit;
        assert_eq!(push(world, "x", &first, &Lease::At(None)).end, WatchedEnd::Exited(Some(0)));
        let continued = push(world, "x", &second, &Lease::Continue);
        assert!(continued.stdout.contains("[rejected] (non-fast-forward)"), "{}", continued.stdout);
        let stale = push(world, "x", &second, &Lease::At(None));
        assert!(stale.stdout.contains("[rejected] (stale info)"), "{}", stale.stdout);
        assert_eq!(rev(&bare, "x"), first);
        let replaced = push(world, "x", &second, &Lease::At(Some(first.clone())));
        assert!(replaced.stdout.contains("(forced update)"), "{}", replaced.stdout);
        push(world, "x", &first, &Lease::At(Some(second.clone())));
        assert_eq!(rev(&bare, "x"), first);
        let own = OwnCredentials::default();
        let there = world.git.remote_branch(&world.user, &remote(world), "x", &own).unwrap();
        assert_eq!(there, Some(first));
        assert_eq!(world.git.remote_branch(&world.user, &remote(world), "y", &own).unwrap(), None);
        plain(&bare, &["symbolic-ref", "HEAD", "refs/heads/x"]);
        assert_eq!(world.git.remote_main(&world.user, &remote(world), &own).unwrap().as_deref(), Some("x"));
    });
}

#[test]
fn tags_hooks_and_settings_of_the_user_do_not_change_what_is_pushed() {
    with_every_git(|world| {
        let bare = with_remote(world);
        plain(&world.user, &["tag", "-a", "v1", "-m", "v1"]);
        for (key, value) in
            [("push.followTags", "true"), ("remote.origin.mirror", "true"), ("push.default", "matching")]
        {
            plain(&world.user, &["config", key, value]);
        }
        plain(&world.user, &["branch", "private"]);
        let hook = world.user.join(".git/hooks/pre-push");
        write(&world.user, ".git/hooks/pre-push", "#!/bin/sh\nexit 1\n");
        std::os::unix::fs::symlink("pre-push", world.user.join(".git/hooks/reference-transaction")).unwrap();
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
        let said = push(world, "x", &world.main, &Lease::Continue);
        assert_eq!(said.end, WatchedEnd::Exited(Some(0)), "{}", said.stderr);
        assert_eq!(plain(&bare, &["for-each-ref", "--format=%(refname)"]), "refs/heads/x");
    });
}

#[test]
fn a_push_that_hangs_is_ended_with_everything_it_started() {
    with_every_git(|world| {
        let bare = with_remote(world);
        let mark = world.path("entered");
        let script = format!("#!/bin/sh\ntouch {}\nsleep 600\n", mark.display());
        write(&bare, "hooks/pre-receive", &script);
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(bare.join("hooks/pre-receive"), std::fs::Permissions::from_mode(0o755))
            .unwrap();
        let remote = remote(world);
        let request = PushRequest {
            user_repo: &world.user,
            depot: &world.depot,
            remote: &remote,
            commit: &world.main,
            branch: "x",
            lease: &Lease::Continue,
            credentials: &OwnCredentials::default(),
        };
        let asked = AtomicBool::new(false);
        let cancelled = || {
            asked.fetch_or(mark.exists(), Ordering::AcqRel);
            asked.load(Ordering::Acquire)
        };
        let watch = Watch { limit: Duration::from_secs(60), cancelled: &cancelled, progress: &|_| {} };
        assert_eq!(world.git.push(&request, &watch).unwrap().end, WatchedEnd::Cancelled);
        assert!(!exists(&bare, "x"));
    });
}

#[test]
fn the_remote_is_origin_or_the_named_or_the_only_one_and_rewriting_counts() {
    with_every_git(|world| {
        let own = OwnCredentials::default();
        let find = || user_remote(&world.git, &world.user, &own).unwrap();
        assert_eq!(find(), RemoteChoice::None);
        plain(&world.user, &["remote", "add", "one", "https://h.example/a/one.git"]);
        assert!(matches!(find(), RemoteChoice::One(remote) if remote.name == "one"));
        plain(&world.user, &["remote", "add", "two", "https://h.example/a/two.git"]);
        assert!(matches!(find(), RemoteChoice::Several(names) if names == ["one", "two"]));
        plain(&world.user, &["config", "remote.pushDefault", "two"]);
        assert!(matches!(find(), RemoteChoice::One(remote) if remote.name == "two"));
        plain(&world.user, &["remote", "add", "origin", "https://u:secret@h.example/a/b.git"]);
        plain(&world.user, &["config", "url.git@h.example:.pushInsteadOf", "https://h.example/"]);
        plain(&world.user, &["remote", "set-url", "two", "https://h.example/a/two.git"]);
        let remote = remote(world);
        assert_eq!(remote.name, "origin");
        assert!(!format!("{remote:?}").contains("secret"));
        plain(&world.user, &["remote", "set-url", "origin", "https://h.example/a/b.git"]);
        let RemoteChoice::One(remote) = find() else { panic!() };
        assert_eq!(
            (remote.fetch_url.as_str(), remote.push_url.as_str()),
            ("https://h.example/a/b.git", "git@h.example:a/b.git")
        );
        commit(&world.user, "More");
    });
}

fn exists(bare: &Path, branch: &str) -> bool {
    bare.join("refs/heads").join(branch).exists()
}

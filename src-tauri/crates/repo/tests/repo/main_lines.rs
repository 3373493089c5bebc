//! Moving the user's own branch: by us, and by the user's own git with their hooks and their signature.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use repo::{
    Advance, CheckoutBlock, ForwardRequest, IntegrationLease, ObjectId, RepoError, Settled, Strategy,
    UserMerge, UserWay, UsersGit,
};

use crate::world::{World, commit, plain, rev, with_every_git, write};

/// Something that could land on `main`.
fn tip(world: &World) -> ObjectId {
    let handed = world.hand_over("j1", |dir| {
        write(dir, "src/new.txt", "new\n");
        write(dir, "src/b.txt", "b changed\n");
    });
    world.built(&world.main, &handed, Strategy::CherryPick).commit
}

fn forward(world: &World, new: &ObjectId) -> Result<Advance, RepoError> {
    let lease = IntegrationLease::acquire(&world.depot).unwrap();
    let request = ForwardRequest {
        user_repo: &world.user,
        branch: "main",
        old: &world.main,
        new,
        note: "pilothouse: test",
    };
    world.depot.forward_users_branch(&lease, &request)
}

#[test]
fn the_users_branch_goes_forward_and_their_clean_folder_follows() {
    with_every_git(|world| {
        let new = tip(world);
        let Ok(Advance::Landed { checkouts }) = forward(world, &new) else { panic!() };
        assert_eq!(checkouts.len(), 1);
        assert_eq!(rev(&world.user, "main"), new);
        assert_eq!(std::fs::read_to_string(world.user.join("src/new.txt")).unwrap(), "new\n");
        assert_eq!(plain(&world.user, &["status", "--porcelain"]), "");
        assert!(matches!(forward(world, &new), Ok(Advance::AlreadyThere)), "doing it again does nothing");
    });
}

#[test]
fn a_dirty_folder_and_a_branch_that_moved_are_left_as_they_are() {
    with_every_git(|world| {
        let new = tip(world);
        write(&world.user, "src/b.txt", "mine\n");
        let Ok(Advance::CheckedOutDirty { reason, .. }) = forward(world, &new) else { panic!() };
        assert_eq!(reason, CheckoutBlock::Dirty { files: vec!["src/b.txt".into()] });
        assert_eq!(rev(&world.user, "main"), world.main);
        assert_eq!(std::fs::read_to_string(world.user.join("src/b.txt")).unwrap(), "mine\n");
        plain(&world.user, &["checkout", "-q", "--", "src/b.txt"]);
        write(&world.user, "README.md", "moved\n");
        let moved = commit(&world.user, "By hand");
        assert!(matches!(forward(world, &new), Ok(Advance::Moved { actual: Some(at) }) if at == moved));
        assert_eq!(rev(&world.user, "main"), moved);
    });
}

#[test]
fn what_does_not_continue_the_branch_is_refused_before_anything_is_looked_at() {
    with_every_git(|world| {
        let new = tip(world);
        let lease = IntegrationLease::acquire(&world.depot).unwrap();
        let request =
            ForwardRequest { user_repo: &world.user, branch: "main", old: &new, new: &world.main, note: "x" };
        let refused = world.depot.forward_users_branch(&lease, &request);
        assert!(matches!(refused, Err(RepoError::NotFastForward { .. })));
    });
}

/// The user's environment, with a home of their own.
struct Person {
    home: PathBuf,
    environment: Vec<(String, String)>,
    guard: PathBuf,
}

impl Person {
    fn of(world: &World) -> Self {
        let home = world.path("home");
        std::fs::create_dir_all(&home).unwrap();
        std::fs::write(home.join(".gitconfig"), "[user]\n\tname = Uma\n\temail = uma@example.org\n").unwrap();
        let path = std::env::var("PATH").unwrap();
        let environment = [("PATH", path.as_str()), ("HOME", home.to_str().unwrap())];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { guard: home.join("guard"), home, environment }
    }

    fn git<'a>(&'a self, world: &'a World) -> UsersGit<'a> {
        UsersGit { git: &world.git, environment: &self.environment, folder: &world.user }
    }

    fn merge(&self, world: &World, new: &ObjectId, way: UserWay, limit: Duration) -> (Settled, String) {
        let request = self.request(world, new, way, limit);
        world.depot.merge_as_user(&self.git(world), &request).unwrap()
    }

    fn request<'a>(
        &'a self,
        world: &'a World,
        new: &'a ObjectId,
        way: UserWay,
        limit: Duration,
    ) -> UserMerge<'a> {
        UserMerge {
            branch: "main",
            old: &world.main,
            new,
            way,
            message: "Merge branch 'main_agents'",
            guard: &self.guard,
            limit,
        }
    }
}

const LONG: Duration = Duration::from_secs(60);
const MERGE: UserWay = UserWay::MergeCommit { sign: false };

fn hook(world: &World, name: &str, script: &str) {
    let path = world.user.join(".git/hooks").join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Branch, files and status.
fn state(world: &World) -> (ObjectId, String, String) {
    let files = std::fs::read_to_string(world.user.join("src/b.txt")).unwrap();
    (rev(&world.user, "main"), plain(&world.user, &["status", "--porcelain"]), files)
}

#[test]
fn the_users_git_runs_their_hooks_and_what_would_run_is_read_before() {
    with_every_git(|world| {
        let (person, new) = (Person::of(world), tip(world));
        hook(world, "post-merge", "echo merged by $(git config user.name); echo ran >> .git/ran");
        hook(world, "pre-merge-commit", "echo looked at");
        std::fs::write(world.user.join(".git/hooks/commit-msg"), "#!/bin/sh\nexit 1\n").unwrap();
        let setup = person.git(world).look().unwrap();
        let names: Vec<_> = setup.hooks.iter().map(|hook| (hook.name, hook.forward)).collect();
        assert_eq!(
            names,
            [("pre-merge-commit", false), ("post-merge", true)],
            "one that is not executable does not run"
        );
        assert!(!setup.signs && setup.format == "openpgp");

        let (settled, output) = person.merge(world, &new, UserWay::Forward, LONG);
        assert_eq!(settled, Settled::Landed { commit: new.clone() }, "{output}");
        assert!(output.contains("merged by Uma"), "{output}");
        assert!(!output.contains("looked at"), "a fast-forward makes no commit");
        assert_eq!(state(world).1, "");
        assert!(Path::new(&world.user.join(".git/ran")).exists());
    });
}

#[test]
fn a_merge_commit_of_theirs_has_exactly_the_tree_that_was_checked() {
    with_every_git(|world| {
        let (person, new) = (Person::of(world), tip(world));
        let (settled, output) = person.merge(world, &new, MERGE, LONG);
        let at = rev(&world.user, "main");
        assert_eq!(settled, Settled::Landed { commit: at }, "{output}");
        assert_eq!(rev(&world.user, "main^{tree}"), rev(&world.user, &format!("{new}^{{tree}}")));
        assert_eq!(rev(&world.user, "main^1"), world.main);
        assert_eq!(
            plain(&world.user, &["log", "-1", "--format=%an %s", "main"]),
            "Uma Merge branch 'main_agents'"
        );
    });
}

#[test]
fn a_hook_that_says_no_leaves_everything_as_it_was() {
    with_every_git(|world| {
        let (person, new) = (Person::of(world), tip(world));
        let before = state(world);
        for (name, way) in
            [("pre-merge-commit", MERGE), ("commit-msg", MERGE), ("reference-transaction", UserWay::Forward)]
        {
            hook(world, name, "echo not like this >&2; exit 1");
            let (settled, output) = person.merge(world, &new, way, LONG);
            std::fs::remove_file(world.user.join(".git/hooks").join(name)).unwrap();
            assert_eq!(settled, Settled::AsItWas { left: Vec::new() }, "{name}: {output}");
            assert!(output.contains("not like this"), "{name}: {output}");
            assert_eq!(state(world), before, "{name}");
            assert!(!world.user.join(".git/MERGE_HEAD").exists());
        }
        hook(world, "pre-merge-commit", "touch left-behind; exit 1");
        let (settled, _) = person.merge(world, &new, MERGE, LONG);
        assert_eq!(
            settled,
            Settled::AsItWas { left: vec!["left-behind".into()] },
            "what a hook leaves is named"
        );
    });
}

#[test]
fn a_hook_that_never_ends_is_ended_and_everything_is_put_back() {
    with_every_git(|world| {
        let (person, new) = (Person::of(world), tip(world));
        let before = state(world);
        hook(world, "pre-merge-commit", "echo waiting; sleep 600");
        let (settled, output) = person.merge(world, &new, MERGE, Duration::from_secs(2));
        assert_eq!(settled, Settled::AsItWas { left: Vec::new() }, "{output}");
        assert!(output.contains("did not end within"), "{output}");
        assert_eq!(state(world), before);
    });
}

#[test]
fn a_dirty_folder_is_not_given_to_the_users_git() {
    with_every_git(|world| {
        let (person, new) = (Person::of(world), tip(world));
        write(&world.user, "README.md", "mine\n");
        let (settled, _) = person.merge(world, &new, UserWay::Forward, LONG);
        assert!(matches!(settled, Settled::Blocked(CheckoutBlock::Dirty { .. })), "{settled:?}");
    });
}

#[test]
fn a_merge_is_signed_with_the_users_ssh_key() {
    with_every_git(|world| {
        let (person, new) = (Person::of(world), tip(world));
        let key = person.home.join("key");
        let made = std::process::Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-C", "uma@example.org", "-f"])
            .arg(&key)
            .status()
            .expect("ssh-keygen is installed");
        assert!(made.success());
        let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
        std::fs::write(person.home.join("signers"), format!("uma@example.org {public}")).unwrap();
        let config = format!(
            "[user]\n\tname = Uma\n\temail = uma@example.org\n\tsigningKey = {key}\n[gpg]\n\tformat = ssh\n[gpg \"ssh\"]\n\tallowedSignersFile = {home}/signers\n",
            key = key.display(),
            home = person.home.display(),
        );
        std::fs::write(person.home.join(".gitconfig"), config).unwrap();
        let setup = person.git(world).look().unwrap();
        assert_eq!((setup.signs, setup.format.as_str()), (false, "ssh"));
        let (settled, output) = person.merge(world, &new, UserWay::MergeCommit { sign: true }, LONG);
        assert!(matches!(settled, Settled::Landed { .. }), "{settled:?} {output}");
        let verified = std::process::Command::new(world.git.program())
            .args(["-C", world.user.to_str().unwrap(), "verify-commit", "--raw", "main"])
            .env("HOME", &person.home)
            .output()
            .unwrap();
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    });
}

#[test]
fn a_key_that_does_not_work_signs_nothing_and_moves_nothing() {
    with_every_git(|world| {
        let (person, new) = (Person::of(world), tip(world));
        let config = "[user]\n\tname = Uma\n\temail = u@example.org\n\tsigningKey = /nowhere/key\n[gpg]\n\tformat = ssh\n[commit]\n\tgpgSign = true\n";
        std::fs::write(person.home.join(".gitconfig"), config).unwrap();
        let before = state(world);
        assert!(person.git(world).look().unwrap().signs);
        let (settled, output) = person.merge(world, &new, MERGE, LONG);
        assert_eq!(settled, Settled::AsItWas { left: Vec::new() }, "{output}");
        assert_eq!(state(world), before);
    });
}

#[test]
fn what_a_crash_left_of_the_users_merge_is_found_out_and_put_back() {
    with_every_git(|world| {
        let (person, new) = (Person::of(world), tip(world));
        let (before, since) = (state(world), SystemTime::now() - Duration::from_secs(5));
        // As a server leaves it that dies while a hook runs: git went on, and was refused.
        plain(&world.user, &["fetch", "-q", world.depot.dir().to_str().unwrap(), new.as_str()]);
        plain(&world.user, &["merge", "--no-ff", "--no-commit", "-q", new.as_str()]);
        let request = person.request(world, &new, MERGE, LONG);
        let settled = world.depot.settle_merge_as_user(&person.git(world), &request, since).unwrap();
        assert_eq!(settled, Settled::AsItWas { left: Vec::new() });
        assert_eq!(state(world), before);
        // Half written files, an index nobody finished, and no word of a merge.
        write(&world.user, "src/b.txt", "b chan");
        write(&world.user, "src/new.txt", "");
        std::fs::write(world.user.join(".git/index.lock"), "").unwrap();
        let settled = world.depot.settle_merge_as_user(&person.git(world), &request, since).unwrap();
        assert_eq!(settled, Settled::AsItWas { left: Vec::new() });
        assert_eq!(state(world), before);
        // It had come about.
        plain(&world.user, &["merge", "--ff-only", "-q", new.as_str()]);
        let settled = world.depot.settle_merge_as_user(&person.git(world), &request, since).unwrap();
        assert_eq!(settled, Settled::Landed { commit: new.clone() });
    });
}

#[test]
fn a_git_that_outlived_its_server_is_waited_for() {
    with_every_git(|world| {
        let (person, new) = (Person::of(world), tip(world));
        let held = std::fs::File::create(&person.guard).unwrap();
        held.try_lock().unwrap();
        let request = person.request(world, &new, MERGE, LONG);
        let settled =
            world.depot.settle_merge_as_user(&person.git(world), &request, SystemTime::now()).unwrap();
        assert_eq!(settled, Settled::Running);
    });
}

//! The attacks that were measured to work on an ordinary set-up. A hostile worker has had its clone, its
//! bundle and its check tree; then every function of ours that comes near them runs. No row may leave a
//! marker file, and neither `main` nor `main_agents` may move but by our own landing.

use std::path::{Path, PathBuf};

use repo::{
    Advance, AdvanceRequest, CandidateOutcome, DiffLimits, GrepRequest, Intake, IntegrationLease, Strategy,
    inspect,
};

use crate::world::{World, commit, plain, rev, try_plain, with_every_git, write};

/// Programs that git starts instead of connecting, or leaves its own input to.
const CONNECTS: [&str; 6] =
    ["ssh-command", "git-proxy", "remote-ext", "submodule-ext", "modules-ext", "alternate-refs"];

/// Gives files to the programs of the poison; one has no driver of its own, and one has that of an included file.
const ATTRIBUTES: &str = "* filter=evil diff=evil merge=evil\nsrc/b.txt diff=inc\nsrc/plain.txt !diff\n";

struct Attack<'w> {
    world: &'w World,
    markers: PathBuf,
}

impl<'w> Attack<'w> {
    fn new(world: &'w World) -> Self {
        let markers = world.path("markers");
        std::fs::create_dir_all(&markers).unwrap();
        Self { world, markers }
    }

    /// A program that leaves a marker and passes its input on.
    fn program(&self, name: &str) -> String {
        use std::os::unix::fs::PermissionsExt;
        let path = self.world.path(&format!("evil-{name}"));
        let marker = self.markers.join(name);
        // In place of a connection it would wait for a far side that waits for it.
        let then = if CONNECTS.contains(&name) { "" } else { "[ -t 0 ] || cat\n" };
        std::fs::write(&path, format!("#!/bin/sh\ntouch '{}'\n{then}exit 0\n", marker.display())).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path.display().to_string()
    }

    fn ran(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.markers).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    fn forget(&self) {
        for name in self.ran() {
            std::fs::remove_file(self.markers.join(name)).unwrap();
        }
    }

    /// Every key of configuration and every hook that was measured to run code, in one git folder.
    fn poison(&self, git_dir: &Path) {
        let set = |key: &str, value: &str| {
            let mut text = std::fs::read_to_string(git_dir.join("config")).unwrap_or_default();
            let (section, name) = key.rsplit_once('.').unwrap();
            let section = match section.split_once('.') {
                Some((top, sub)) => format!("[{top} \"{sub}\"]"),
                None => format!("[{section}]"),
            };
            text.push_str(&format!("{section}\n\t{name} = \"{value}\"\n"));
            std::fs::write(git_dir.join("config"), text).unwrap();
        };
        std::fs::create_dir_all(git_dir).unwrap();
        let included = self.world.path("included");
        // Something that nothing else sets: the last one of a key counts.
        std::fs::write(&included, format!("[diff \"inc\"]\n\tcommand = {}\n", self.program("include-path")))
            .unwrap();
        set("include.path", included.to_str().unwrap());
        set("core.fsmonitor", &self.program("fsmonitor"));
        set("core.sshCommand", &self.program("ssh-command"));
        set("core.askPass", &self.program("ask-pass"));
        set("core.editor", &self.program("editor"));
        set("core.pager", &self.program("pager"));
        set("core.gitProxy", &self.program("git-proxy"));
        set("core.alternateRefsCommand", &self.program("alternate-refs"));
        set("diff.external", &self.program("diff-external"));
        set("diff.evil.textconv", &self.program("textconv"));
        set("diff.evil.command", &self.program("diff-command"));
        set("filter.evil.clean", &self.program("filter-clean"));
        set("filter.evil.smudge", &self.program("filter-smudge"));
        set("filter.talk.process", &self.program("filter-process"));
        set("merge.evil.driver", &self.program("merge-driver"));
        set("credential.helper", &self.program("credential-helper"));
        set("gpg.program", &self.program("gpg"));
        set("commit.gpgsign", "true");
        set("protocol.ext.allow", "always");
        set("uploadpack.packObjectsHook", &self.program("pack-objects-hook"));
        set("remote.origin.url", &format!("ext::{}", self.program("remote-ext")));
        set("remote.origin.uploadpack", &self.program("upload-pack"));
        set("submodule.sub.url", &format!("ext::{}", self.program("submodule-ext")));
        set("submodule.sub.update", &format!("!{}", self.program("submodule-update")));
        set("trailer.Job.command", &self.program("trailer"));
        set("init.templateDir", "/nowhere");
        set("gc.auto", "1");
        let hooks = git_dir.join("hooks");
        std::fs::create_dir_all(&hooks).unwrap();
        for hook in [
            "pre-commit",
            "post-commit",
            "post-checkout",
            "post-merge",
            "pre-push",
            "reference-transaction",
            "post-index-change",
            "pre-receive",
            "update",
            "post-receive",
            "post-update",
            "fsmonitor-watchman",
            "pre-auto-gc",
            "post-rewrite",
            "prepare-commit-msg",
            "commit-msg",
            "pre-merge-commit",
            "pre-rebase",
            "applypatch-msg",
            "proc-receive",
            "push-to-checkout",
            "sendemail-validate",
        ] {
            std::fs::copy(self.program(&format!("hook-{hook}")), hooks.join(hook)).unwrap();
        }
    }

    /// Everything of ours that a hand-over and its commit pass through.
    fn go_through(&self, intake: &Intake) {
        let world = self.world;
        let (main, depot) = (&world.main, &world.depot);
        let limits = DiffLimits::default();
        depot.diff(main, &intake.commit, &limits).unwrap();
        depot.diff_text(main, &intake.commit, &limits).unwrap();
        depot.list_files(&intake.commit, 1000).unwrap();
        depot.log(&intake.commit, Some(main), 100).unwrap();
        depot.read_file(&intake.commit, "src/a.txt", 100).unwrap();
        let grep = GrepRequest {
            commit: &intake.commit,
            pattern: "line",
            regex: true,
            ignore_case: true,
            paths: &[],
            limit: 10,
        };
        depot.grep(&grep).unwrap();
        let rival = world.hand_over("rival", |dir| write(dir, "src/a.txt", "rival\n"));
        depot.overlap(&intake.commit, &rival.commit).unwrap();
        for strategy in [Strategy::CherryPick, Strategy::NoFf, Strategy::FfOnly, Strategy::Squash] {
            world.candidate(&rival.commit, intake, strategy);
            let CandidateOutcome::Built(built) = world.candidate(main, intake, strategy) else {
                panic!("{strategy:?} is not built");
            };
            let slot = depot.check_tree(&world.path("slots/evil")).unwrap();
            slot.switch_to(&built.commit).unwrap();
            assert_eq!(slot.verify_unedited(&built.tree).unwrap(), Ok(()));
            self.poison(&slot.dir().join(".git"));
            self.poison(&slot.dir().join("src/.git"));
            std::fs::create_dir_all(slot.dir().join("sub")).unwrap();
            plain(&slot.dir().join("sub"), &["init", "-q"]);
            self.poison(&slot.dir().join("sub/.git"));
            write(slot.dir(), ".gitattributes", ATTRIBUTES);
            write(slot.dir(), "src/b.txt", "edited by the check\n");
            assert!(slot.verify_unedited(&built.tree).unwrap().is_err());
            slot.switch_to(main).unwrap();
            slot.switch_to(&built.commit).unwrap();
            assert_eq!(slot.verify_unedited(&built.tree).unwrap(), Ok(()));
            slot.purge_untracked().unwrap();
        }
        depot.sync_from(&world.user, &["main", "main_agents"]).unwrap();
        let next = depot.clone_for_job("w2", "next", &intake.commit, &world.path("next")).unwrap();
        depot.remove_clone(&next.dir).unwrap();
        depot.release_job("next").unwrap();
        inspect(&world.user).unwrap();
        self.land(intake);
        assert_eq!(self.ran(), Vec::<String>::new());
        assert_eq!(rev(&world.user, "main"), world.main);
    }

    fn land(&self, intake: &Intake) {
        let world = self.world;
        let lease = IntegrationLease::acquire(&world.depot).unwrap();
        let old = world.depot.begin_integration(&lease, "main_agents", &world.main).unwrap();
        let built = world.built(&old, intake, Strategy::CherryPick);
        let request = AdvanceRequest {
            user_repo: &world.user,
            branch: "main_agents",
            old: &old,
            user_old: None,
            new: &built.commit,
            note: "--landed",
        };
        assert!(matches!(world.depot.advance(&lease, &request).unwrap(), Advance::Landed { .. }));
        assert_eq!(rev(&world.user, "main_agents"), built.commit);
    }
}

/// Asks as a push over HTTPS does; helpers that know nothing leave it to the program that asks.
fn asked_for_a_password(dir: &Path) {
    use std::io::Write as _;
    let mut call = std::process::Command::new("git");
    call.args(["credential", "fill"]).current_dir(dir).env("HOME", dir.parent().unwrap());
    let mut asked = call
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    asked.stdin.take().unwrap().write_all(b"protocol=https\nhost=nowhere.invalid\n\n").unwrap();
    asked.wait().unwrap();
}

#[test]
fn the_poison_works_on_an_ordinary_git() {
    with_every_git(|world| {
        let attack = Attack::new(world);
        let clone = world.job("control");
        attack.poison(&clone.dir.join(".git"));
        write(&clone.dir, ".gitattributes", ATTRIBUTES);
        for name in ["a", "b", "plain"] {
            write(&clone.dir, &format!("src/{name}.txt"), "x\n");
        }
        // The attributes stay beside what is committed, so that they hold for every commit.
        try_plain(&clone.dir, &["add", "src"]);
        try_plain(&clone.dir, &["status"]);
        try_plain(&clone.dir, &["-c", "commit.gpgsign=false", "commit", "-a", "-m", "x"]);
        for name in ["a", "b", "plain"] {
            write(&clone.dir, &format!("src/{name}.txt"), "y\n");
        }
        try_plain(&clone.dir, &["diff", "HEAD"]);
        let unsigned =
            |args: &[&str]| try_plain(&clone.dir, &[&["-c", "commit.gpgsign=false"], args].concat());
        unsigned(&["commit", "-a", "--amend"]);
        try_plain(&clone.dir, &["commit", "--allow-empty", "-m", "signed"]);
        try_plain(&clone.dir, &["cat-file", "--textconv", "HEAD:src/a.txt"]);
        try_plain(&clone.dir, &["checkout", "-b", "aside", "HEAD~1"]);
        write(&clone.dir, "src/a.txt", "z\n");
        unsigned(&["commit", "-a", "-m", "aside"]);
        unsigned(&["merge", "-m", "both", "-"]);
        try_plain(&clone.dir, &["reset", "--hard"]);
        unsigned(&["rebase", "--force-rebase", "HEAD~1"]);
        // Programs in place of a connection: none is made.
        try_plain(&clone.dir, &["fetch", "origin"]);
        try_plain(&clone.dir, &["fetch", "ssh://nowhere.invalid/x"]);
        try_plain(&clone.dir, &["fetch", "git://nowhere.invalid/x"]);
        try_plain(&clone.dir, &["interpret-trailers", "--trailer", "Job=x", "src/a.txt"]);
        asked_for_a_password(&clone.dir);
        // What the receiver of a push runs, and its sender.
        let here = clone.dir.to_str().unwrap();
        try_plain(&clone.dir, &["push", here, "HEAD:refs/heads/pushed"]);
        let ran = attack.ran();
        // Not here: what needs a far side of its own (the two packs), a terminal (the pager), a
        // submodule, mail, patches by mail, or so many objects that git tidies up by itself.
        for name in [
            "fsmonitor",
            "include-path",
            "filter-clean",
            "filter-smudge",
            "diff-command",
            "diff-external",
            "textconv",
            "merge-driver",
            "editor",
            "gpg",
            "ssh-command",
            "git-proxy",
            "remote-ext",
            "credential-helper",
            "ask-pass",
            "trailer",
            "alternate-refs",
            "hook-pre-push",
            "hook-pre-receive",
            "hook-update",
            "hook-post-receive",
            "hook-post-update",
            "hook-pre-commit",
            "hook-prepare-commit-msg",
            "hook-commit-msg",
            "hook-post-commit",
            "hook-post-checkout",
            "hook-post-index-change",
            "hook-post-rewrite",
            "hook-pre-rebase",
            "hook-reference-transaction",
        ] {
            assert!(
                ran.iter().any(|found| found == name),
                "{name} did not run, so this suite shows nothing: {ran:?}"
            );
        }
    });
}

#[test]
fn a_poisoned_clone_runs_nothing_of_ours() {
    with_every_git(|world| {
        let attack = Attack::new(world);
        let clone = world.job("evil");
        write(&clone.dir, ".gitattributes", &format!("{ATTRIBUTES}*.md text=auto ident filter=talk\n"));
        write(&clone.dir, "src/a.txt", "line 1\nevil\n");
        write(
            &clone.dir,
            ".gitmodules",
            &format!("[submodule \"sub\"]\n\tpath = sub\n\turl = ext::{}\n", attack.program("modules-ext")),
        );
        commit(&clone.dir, "Evil\n\nJob: other");
        let bundle = world.bundle(&clone);
        attack.poison(&clone.dir.join(".git"));
        write(&clone.dir, ".git/objects/info/alternates", "/\n../../../../user/.git/objects\n");
        let intake = world.take_in("evil", &clone, &bundle).unwrap();
        attack.go_through(&intake);
        world.depot.remove_clone(&clone.dir).unwrap();
        world.depot.release_job("evil").unwrap();
        assert_eq!(attack.ran(), Vec::<String>::new());
    });
}

#[test]
fn files_are_collected_from_a_poisoned_clone_without_using_its_git() {
    with_every_git(|world| {
        let attack = Attack::new(world);
        let clone = world.job("evil");
        attack.poison(&clone.dir.join(".git"));
        write(&clone.dir, ".gitattributes", "* filter=evil diff=evil merge=evil\n*.md filter=talk\n");
        write(&clone.dir, "src/a.txt", "evil\n");
        std::os::unix::fs::symlink(&world.user, clone.dir.join("out")).unwrap();
        for nested in ["sub", "new/deep"] {
            write(&clone.dir, &format!("{nested}/file.txt"), "nested\n");
            plain(&clone.dir.join(nested), &["init", "-q"]);
            attack.poison(&clone.dir.join(nested).join(".git"));
        }
        attack.forget();
        let bundle = world.path("collected.bundle");
        let harvest = world.harvest(&clone, &bundle).unwrap().unwrap();
        let intake = world.take_in("evil", &clone, &bundle).unwrap();
        assert_eq!(intake.commit, harvest.commit);
        let paths: Vec<_> = intake.changes.iter().map(|change| change.path.as_str()).collect();
        assert_eq!(paths, [".gitattributes", "new/deep/file.txt", "out", "src/a.txt", "sub/file.txt"]);
        assert!(intake.submodules.is_empty());
        attack.go_through(&intake);
    });
}

#[test]
fn a_submodule_with_a_program_for_an_address_is_never_visited() {
    with_every_git(|world| {
        let attack = Attack::new(world);
        let clone = world.job("evil");
        write(
            &clone.dir,
            ".gitmodules",
            &format!(
                "[submodule \"sub\"]\n\tpath = sub\n\turl = ext::{}\n\tupdate = none\n",
                attack.program("modules-ext")
            ),
        );
        let link = format!("160000,{},sub", world.main);
        plain(&clone.dir, &["update-index", "--add", "--cacheinfo", &link]);
        plain(&clone.dir, &["add", ".gitmodules"]);
        plain(&clone.dir, &["commit", "-q", "-m", "Submodule"]);
        let intake = world.take_in("evil", &clone, &world.bundle(&clone)).unwrap();
        assert_eq!(intake.submodules, ["sub"]);
        attack.go_through(&intake);
    });
}

#[test]
fn the_users_own_hooks_and_monitors_do_not_run_for_us() {
    with_every_git(|world| {
        let attack = Attack::new(world);
        attack.poison(&world.user.join(".git"));
        let intake = {
            let clone = world.job("j1");
            write(&clone.dir, "x", "1");
            commit(&clone.dir, "X");
            world.take_in("j1", &clone, &world.bundle(&clone)).unwrap()
        };
        attack.go_through(&intake);
    });
}

#[test]
fn a_checkout_follows_without_the_users_hooks_monitors_or_filters() {
    with_every_git(|world| {
        let attack = Attack::new(world);
        plain(&world.user, &["checkout", "-q", "-b", "main_agents"]);
        world.depot.sync_from(&world.user, &["main", "main_agents"]).unwrap();
        let intake = world.hand_over("j1", |dir| {
            write(dir, "src/a.txt", "new\n");
            write(dir, "src/.gitattributes", "* diff=evil merge=evil ident\n");
        });
        attack.poison(&world.user.join(".git"));
        let lease = IntegrationLease::acquire(&world.depot).unwrap();
        let old = world.depot.begin_integration(&lease, "main_agents", &world.main).unwrap();
        let built = world.built(&old, &intake, Strategy::CherryPick);
        let request = AdvanceRequest {
            user_repo: &world.user,
            branch: "main_agents",
            old: &old,
            user_old: Some(&old),
            new: &built.commit,
            note: "landed",
        };
        let outcome = world.depot.advance(&lease, &request).unwrap();
        assert!(matches!(&outcome, Advance::Landed { checkouts } if checkouts.len() == 1), "{outcome:?}");
        assert_eq!(std::fs::read_to_string(world.user.join("src/a.txt")).unwrap(), "new\n");
        assert_eq!(attack.ran(), Vec::<String>::new());
    });
}

#[test]
fn a_clone_that_claims_to_be_elsewhere_redirects_nobody() {
    with_every_git(|world| {
        let attack = Attack::new(world);
        let clone = world.job("evil");
        write(&clone.dir, "x", "1");
        commit(&clone.dir, "X");
        let bundle = world.bundle(&clone);
        plain(&clone.dir, &["config", "core.worktree", world.user.to_str().unwrap()]);
        std::fs::remove_dir_all(clone.dir.join(".git/refs")).unwrap();
        std::os::unix::fs::symlink(world.user.join(".git/refs"), clone.dir.join(".git/refs")).unwrap();
        let before = crate::world::snapshot(&world.user);
        let intake = world.take_in("evil", &clone, &bundle).unwrap();
        world.depot.remove_clone(&clone.dir).unwrap();
        assert_eq!(before, crate::world::snapshot(&world.user));
        attack.go_through(&intake);
    });
}

/// Mode, name, object.
type TreeEntry<'a> = (&'a str, &'a str, &'a str);

/// A commit whose root tree has these entries, made without git's own checks.
fn raw_tree(dir: &Path, entries: &[TreeEntry<'_>]) -> String {
    let mut bytes = Vec::new();
    for (mode, name, id) in entries {
        bytes.extend(format!("{mode} {name}\0").bytes());
        bytes.extend((0..40).step_by(2).map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap()));
    }
    std::fs::write(dir.join(".git/raw"), bytes).unwrap();
    plain(dir, &["hash-object", "-t", "tree", "-w", "--literally", ".git/raw"])
}

#[test]
fn trees_that_git_would_not_make_are_refused() {
    with_every_git(|world| {
        let blob = plain(&world.user, &["rev-parse", "main:README.md"]);
        let tree = plain(&world.user, &["rev-parse", "main:src"]);
        let rows: [(&str, &[TreeEntry<'_>]); 6] = [
            (".git folder", &[("40000", ".git", &tree)]),
            (".GIT folder", &[("40000", ".GIT", &tree)]),
            ("NTFS short name", &[("40000", "git~1", &tree)]),
            ("parent folder", &[("40000", "..", &tree)]),
            ("path as a name", &[("100644", "a/../../b", &blob)]),
            ("same name twice", &[("100644", "a", &blob), ("100644", "a", &blob)]),
        ];
        for (row, (what, entries)) in rows.into_iter().enumerate() {
            let job = format!("tree-{row}");
            let clone = world.job(&job);
            let tree = raw_tree(&clone.dir, entries);
            let made = plain(&clone.dir, &["commit-tree", &tree, "-p", "HEAD", "-m", what]);
            plain(&clone.dir, &["update-ref", "HEAD", &made]);
            let error = world.take_in(&job, &clone, &world.bundle(&clone)).unwrap_err();
            assert_eq!(error.code(), "git.bundle_invalid", "{what}: {error}");
            assert!(world.depot.resolve(&made).is_err(), "{what}");
        }
        // The same among so many objects that they stay a pack.
        let clone = world.job("tree-pack");
        for n in 0..700 {
            write(&clone.dir, &format!("many/{n}"), &n.to_string());
        }
        commit(&clone.dir, "Many");
        let tree =
            raw_tree(&clone.dir, &[("40000", ".git", &plain(&clone.dir, &["rev-parse", "HEAD:many"]))]);
        let made = plain(&clone.dir, &["commit-tree", &tree, "-p", "HEAD", "-m", "Pack"]);
        plain(&clone.dir, &["update-ref", "HEAD", &made]);
        let error = world.take_in("tree-pack", &clone, &world.bundle(&clone)).unwrap_err();
        assert_eq!(error.code(), "git.bundle_invalid", "{error}");
        assert!(world.depot.resolve(&made).is_err());
    });
}

#[test]
fn a_tree_that_names_billions_of_paths_is_refused_at_once() {
    with_every_git(|world| {
        let clone = world.job("bomb");
        let mut tree = plain(&clone.dir, &["rev-parse", "HEAD:src"]);
        for _ in 0..12 {
            let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
            let entries: Vec<_> = names.iter().map(|name| ("40000", *name, tree.as_str())).collect();
            tree = raw_tree(&clone.dir, &entries);
        }
        let made = plain(&clone.dir, &["commit-tree", &tree, "-p", "HEAD", "-m", "Bomb"]);
        plain(&clone.dir, &["update-ref", "HEAD", &made]);
        let started = std::time::Instant::now();
        let error = world.take_in("bomb", &clone, &world.bundle(&clone)).unwrap_err();
        assert_eq!(error.code(), "git.too_large", "{error}");
        // To walk through all of them would take weeks.
        assert!(started.elapsed().as_secs() < 150);
    });
}

#[test]
fn malformed_commits_and_submodule_files_are_refused() {
    with_every_git(|world| {
        let clone = world.job("evil");
        // An option in place of an address: `git submodule` would run it.
        write(&clone.dir, ".gitmodules", "[submodule \"sub\"]\n\tpath = sub\n\turl = --upload-pack=touch\n");
        commit(&clone.dir, "Option");
        let error = world.take_in("evil", &clone, &world.bundle(&clone)).unwrap_err();
        assert_eq!(error.code(), "git.bundle_invalid", "{error}");

        let clone = world.job("second");
        let object = format!(
            "tree {}\nparent {}\nauthor x\n\nno dates\n",
            world.depot.tree_of(&world.main).unwrap(),
            world.main
        );
        std::fs::write(clone.dir.join(".git/raw"), object).unwrap();
        let made = plain(&clone.dir, &["hash-object", "-t", "commit", "-w", "--literally", ".git/raw"]);
        plain(&clone.dir, &["update-ref", "HEAD", &made]);
        let error = world.take_in("second", &clone, &world.bundle(&clone)).unwrap_err();
        assert_eq!(error.code(), "git.bundle_invalid", "{error}");
    });
}

#[test]
fn a_link_out_of_the_tree_is_flagged_and_never_written_through() {
    with_every_git(|world| {
        let attack = Attack::new(world);
        let clone = world.job("evil");
        std::os::unix::fs::symlink(&world.user, clone.dir.join("out")).unwrap();
        std::os::unix::fs::symlink("../../user/.git/hooks", clone.dir.join("hooks")).unwrap();
        commit(&clone.dir, "Links");
        let intake = world.take_in("evil", &clone, &world.bundle(&clone)).unwrap();
        let flagged: Vec<_> = intake.risky.iter().map(|risk| risk.path.as_str()).collect();
        assert_eq!(flagged, ["hooks", "out"]);
        attack.go_through(&intake);
        // The next entry has a folder where the link is: its files must not land in the user's repository.
        let second = world.hand_over("second", |dir| write(dir, "out/README.md", "through the link\n"));
        let slot = world.depot.check_tree(&world.path("slots/evil")).unwrap();
        slot.switch_to(&intake.commit).unwrap();
        slot.switch_to(&second.commit).unwrap();
        slot.switch_to(&intake.commit).unwrap();
        assert_eq!(std::fs::read_to_string(world.user.join("README.md")).unwrap(), "hello\n");
        attack.forget();
    });
}

#[test]
fn a_bundle_cannot_reach_for_what_its_job_did_not_have() {
    with_every_git(|world| {
        // A commit that the depot has and the job's base has not.
        write(&world.user, "secret.txt", "secret\n");
        let secret = commit(&world.user, "Secret");
        world.depot.sync_from(&world.user, &["main"]).unwrap();
        let clone = world.job("evil");
        plain(&clone.dir, &["update-ref", "refs/secret", secret.as_str()]);
        write(&clone.dir, "x", "1");
        plain(&clone.dir, &["add", "x"]);
        let tree = plain(&clone.dir, &["write-tree"]);
        let made =
            plain(&clone.dir, &["commit-tree", &tree, "-p", "HEAD", "-p", secret.as_str(), "-m", "Reach"]);
        plain(&clone.dir, &["update-ref", "HEAD", &made]);
        let out = world.path("reach.bundle");
        let not = format!("^{secret}");
        plain(&clone.dir, &["bundle", "create", "-q", out.to_str().unwrap(), &clone.branch, &not]);
        let error = world.take_in("evil", &clone, &out).unwrap_err();
        assert_eq!(error.code(), "git.bundle_invalid", "{error}");
        assert!(error.to_string().contains("not in the job's base"), "{error}");
    });
}

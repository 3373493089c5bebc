use repo::{ChangeStatus, DepotRef, IntakeLimits, IntakeRequest, ObjectId, RiskReason, Scope};

use crate::world::{World, commit, plain, rev, with_every_git, write};

fn refused(world: &World, job: &str, error: repo::RepoError, code: &str, says: &str) {
    assert_eq!(error.code(), code, "{error}");
    assert!(error.to_string().contains(says), "{error}");
    assert_eq!(world.depot.read_ref(&DepotRef::Job(job.into())).unwrap(), None);
}

fn raw_bundle(world: &World, text: &str) -> std::path::PathBuf {
    let path = world.path("raw.bundle");
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_hand_over_is_described_path_by_path() {
    with_every_git(|world| {
        let intake = world.hand_over("j1", |dir| {
            write(dir, "new.txt", "new\n");
            write(dir, "README.md", "changed\n");
            std::fs::rename(dir.join("src/b.txt"), dir.join("src/c.txt")).unwrap();
        });
        assert_eq!(intake.commits, 1);
        assert_eq!(world.depot.read_ref(&DepotRef::Job("j1".into())).unwrap(), Some(intake.commit.clone()));
        let all: Vec<_> = intake.changes.iter().map(|change| (change.path.as_str(), change.status)).collect();
        assert_eq!(
            all,
            [
                ("README.md", ChangeStatus::Modified),
                ("new.txt", ChangeStatus::Added),
                ("src/b.txt", ChangeStatus::Deleted),
                ("src/c.txt", ChangeStatus::Added)
            ]
        );
        assert_eq!(intake.changes[3].renamed_from.as_deref(), Some("src/b.txt"));
        assert_eq!(intake.scope.files, 3);
        assert!(intake.risky.is_empty());
        assert_eq!(intake.content_bytes, 4 + 8 + 2);
        let json = serde_json::to_value(&intake).unwrap();
        assert_eq!(json["changes"][1]["status"], "added");
    });
}

#[test]
fn a_revised_hand_over_replaces_the_first_and_the_same_again_is_fine() {
    with_every_git(|world| {
        let clone = world.job("j1");
        write(&clone.dir, "x", "1");
        commit(&clone.dir, "One");
        let bundle = world.bundle(&clone);
        let first = world.take_in("j1", &clone, &bundle).unwrap();
        assert_eq!(first, world.take_in("j1", &clone, &bundle).unwrap());
        write(&clone.dir, "x", "2");
        commit(&clone.dir, "Two");
        let second = world.take_in("j1", &clone, &world.bundle(&clone)).unwrap();
        assert_eq!(second.commits, 2);
        assert_eq!(world.depot.read_ref(&DepotRef::Job("j1".into())).unwrap(), Some(second.commit));
    });
}

#[test]
fn a_hand_over_of_thousands_of_files_arrives_as_a_pack() {
    with_every_git(|world| {
        let intake = world.hand_over("big", |dir| {
            for n in 0..1200 {
                write(dir, &format!("many/{}/{n}.txt", n % 30), &format!("{n}\n"));
            }
        });
        assert_eq!(intake.changes.len(), 1200);
        assert_eq!(world.show(&intake.commit, "many/7/7.txt"), "7\n");
        let packs = world.depot.dir().join("objects/pack");
        assert!(std::fs::read_dir(packs).unwrap().count() >= 2);
        assert_eq!(std::fs::read_dir(world.depot.dir().join("incoming")).unwrap().count(), 0);
        plain(world.depot.dir(), &["fsck", "--strict", "--no-dangling"]);
    });
}

#[test]
fn scope_is_checked_on_both_ends_of_a_rename() {
    with_every_git(|world| {
        let clone = world.job("j1");
        std::fs::rename(clone.dir.join("README.md"), clone.dir.join("src/README.md")).unwrap();
        commit(&clone.dir, "Move");
        let scope =
            Scope { write_globs: Some(vec!["src/**".into()]), max_files: Some(5), ..Scope::default() };
        let intake = world.take_in_scoped("j1", &clone, &world.bundle(&clone), &scope).unwrap();
        assert_eq!(intake.scope.outside, ["README.md"]);
        assert_eq!(intake.scope.require().unwrap_err().code(), "git.out_of_scope");
    });
}

#[test]
fn what_deserves_a_look_is_flagged() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    with_every_git(|world| {
        write(&world.user, "package.json", r#"{"name":"x","scripts":{"test":"a"},"dependencies":{"a":"1"}}"#);
        write(&world.user, "other/package.json", r#"{"scripts":{"test":"a"},"version":"1"}"#);
        let base = commit(&world.user, "Packages");
        world.depot.sync_from(&world.user, &["main"]).unwrap();
        let intake = world.hand_over_at("j1", &base, |dir| {
            write(dir, "package.json", r#"{"name":"x","scripts":{"test":"b"},"dependencies":{"a":"1"}}"#);
            write(dir, "other/package.json", r#"{"version":"2","scripts":{"test":"a"}}"#);
            write(dir, ".github/workflows/ci.yml", "on: push\n");
            write(dir, ".pilothouse/config.toml", "checks = []\n");
            write(dir, "SRC/A.txt", "collides\n");
            write(dir, "src/A.TXT", "collides too\n");
            write(dir, "run.sh", "#!/bin/sh\n");
            std::fs::set_permissions(dir.join("run.sh"), std::fs::Permissions::from_mode(0o755)).unwrap();
            symlink("/etc/passwd", dir.join("out")).unwrap();
            symlink("src/a.txt", dir.join("in")).unwrap();
            write(dir, "src/b.txt", "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n");
            std::fs::write(dir.join("image.bin"), vec![0u8; 2 << 20]).unwrap();
        });
        let flagged: Vec<_> = intake.risky.iter().map(|risk| (risk.path.as_str(), risk.reason)).collect();
        assert_eq!(
            flagged,
            [
                (".github/workflows/ci.yml", RiskReason::Ci),
                (".pilothouse/config.toml", RiskReason::OwnConfiguration),
                ("SRC/A.txt", RiskReason::CaseCollision),
                ("out", RiskReason::LinkLeavesTree),
                ("package.json", RiskReason::PackageScripts),
                ("run.sh", RiskReason::ExecutableBit),
                ("src/A.TXT", RiskReason::CaseCollision),
            ]
        );
        assert_eq!(intake.conflict_markers, ["src/b.txt"]);
        assert_eq!(intake.binary_files, ["image.bin"]);
        assert_eq!(intake.large_files, ["image.bin"]);
    });
}

#[test]
fn nothing_but_the_expected_branch_comes_in() {
    with_every_git(|world| {
        let clone = world.job("j1");
        write(&clone.dir, "x", "1");
        commit(&clone.dir, "One");
        plain(&clone.dir, &["branch", "main"]);
        let bundle = |refs: &[&str]| {
            let out = world.path("b.bundle");
            let mut args = vec!["bundle", "create", "-q", out.to_str().unwrap()];
            args.extend(refs);
            let not = format!("^{}", clone.base);
            args.push(&not);
            plain(&clone.dir, &args);
            out
        };
        let two = world.take_in("j1", &clone, &bundle(&[&clone.branch, "main"])).unwrap_err();
        refused(world, "j1", two, "git.bundle_invalid", "\"refs/heads/main\"");
        let other = world.take_in("j1", &clone, &bundle(&["main"])).unwrap_err();
        refused(world, "j1", other, "git.bundle_invalid", "instead of the job's branch");
        assert_eq!(world.depot.list_refs().unwrap().len(), 2, "main of the user, base of the job");
        assert_eq!(rev(&world.user, "main"), world.main);
    });
}

#[test]
fn broken_bundles_are_refused_with_a_reason() {
    with_every_git(|world| {
        let clone = world.job("j1");
        write(&clone.dir, "x", "1");
        let made = commit(&clone.dir, "One");
        let good = std::fs::read(world.bundle(&clone)).unwrap();
        let name = format!("refs/heads/{}", clone.branch);
        let head = "# v2 git bundle\n";
        for (text, says) in [
            (String::new(), "cut short"),
            ("PACK".into(), "cut short"),
            ("not a bundle\n".into(), "not a git bundle"),
            (head.into(), "cut short"),
            (format!("{head}\n"), "exactly one ref, it holds 0"),
            (format!("{head}{made} {name}\n{made} {name}\n\n"), "exactly one ref, it holds 2"),
            (format!("{head}{made} --upload-pack=touch\n\n"), "instead of the job's branch"),
            (format!("{head}{} {name}\n\n", "0".repeat(40)), "not an id"),
            (format!("{head}-{made} x\n{made} {name}\n\n"), "not in the job's base"),
            (format!("# v3 git bundle\n@filter=blob:none\n{made} {name}\n\n"), "it needs"),
            (format!("{head}{made} {name}\n\n"), "git refuses"),
            (format!("{head}{}", "-x".repeat(5000)), "cut short"),
        ] {
            let error = world.take_in("j1", &clone, &raw_bundle(world, &text)).unwrap_err();
            refused(world, "j1", error, "git.bundle_invalid", says);
        }
        for end in [good.len() - 1, good.len() - 30, good.len() / 2] {
            let path = world.path("cut.bundle");
            std::fs::write(&path, &good[..end]).unwrap();
            let error = world.take_in("j1", &clone, &path).unwrap_err();
            assert_eq!(error.code(), "git.bundle_invalid", "{error}");
        }
        let mut flipped = good.clone();
        let at = flipped.len() - 40;
        flipped[at] ^= 0xff;
        let path = world.path("flipped.bundle");
        std::fs::write(&path, &flipped).unwrap();
        assert_eq!(world.take_in("j1", &clone, &path).unwrap_err().code(), "git.bundle_invalid");
        assert_eq!(std::fs::read_dir(world.depot.dir().join("incoming")).unwrap().count(), 0);
        assert!(world.depot.tree_of(&made).is_err(), "nothing of it is in the depot");
    });
}

#[test]
fn a_link_or_a_pipe_instead_of_a_bundle_is_refused() {
    with_every_git(|world| {
        let clone = world.job("j1");
        write(&clone.dir, "x", "1");
        commit(&clone.dir, "One");
        let bundle = world.bundle(&clone);
        let link = world.path("link.bundle");
        std::os::unix::fs::symlink(&bundle, &link).unwrap();
        assert_eq!(world.take_in("j1", &clone, &link).unwrap_err().code(), "git.bundle_invalid");
        let pipe = world.path("pipe.bundle");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert_eq!(world.take_in("j1", &clone, &pipe).unwrap_err().code(), "git.bundle_invalid");
        assert!(world.take_in("j1", &clone, &world.path("missing")).is_err());
    });
}

fn limited(world: &World, limits: IntakeLimits, edit: impl Fn(&std::path::Path)) -> String {
    let clone = world.job("limited");
    edit(&clone.dir);
    commit(&clone.dir, "Too much");
    let request = IntakeRequest {
        job: "limited",
        branch: &clone.branch,
        base: &clone.base,
        scope: &Scope::default(),
        limits: &limits,
    };
    let error = world.depot.take_in_bundle(&world.bundle(&clone), &request).unwrap_err();
    assert_eq!(error.code(), "git.too_large", "{error}");
    assert!(world.depot.tree_of(&rev(&clone.dir, "HEAD")).is_err());
    world.depot.remove_clone(&clone.dir).unwrap();
    error.to_string()
}

#[test]
fn each_limit_refuses_the_whole_hand_over() {
    with_every_git(|world| {
        let usual = IntakeLimits::default;
        let said = limited(world, IntakeLimits { bundle_bytes: 200, ..usual() }, |dir| write(dir, "x", "1"));
        assert!(said.starts_with("the bundle is"), "{said}");
        let said = limited(world, IntakeLimits { commits: 1, ..usual() }, |dir| {
            write(dir, "x", "1");
            commit(dir, "One");
        });
        assert!(said.contains("commits"), "{said}");
        let said = limited(world, IntakeLimits { paths: 3, ..usual() }, |dir| {
            for n in 0..5 {
                write(dir, &n.to_string(), "");
            }
        });
        assert!(said.contains("changed paths"), "{said}");
        let said = limited(world, IntakeLimits { content_bytes: 1 << 20, ..usual() }, |dir| {
            std::fs::write(dir.join("zeros"), vec![0u8; 4 << 20]).unwrap();
        });
        assert!(said.contains("changed content"), "{said}");
    });
}

#[test]
fn a_history_that_does_not_continue_the_base_is_refused() {
    with_every_git(|world| {
        let clone = world.job("j1");
        plain(&clone.dir, &["checkout", "-q", "--orphan", "island"]);
        commit(&clone.dir, "Island");
        plain(&clone.dir, &["update-ref", &format!("refs/heads/{}", clone.branch), "HEAD"]);
        let out = world.path("island.bundle");
        plain(&clone.dir, &["bundle", "create", "-q", out.to_str().unwrap(), &clone.branch]);
        let error = world.take_in("j1", &clone, &out).unwrap_err();
        refused(world, "j1", error, "git.bundle_invalid", "do not continue");
    });
}

#[test]
fn a_commit_left_in_the_users_repository_is_taken_in_by_the_same_rules() {
    with_every_git(|world| {
        plain(&world.user, &["checkout", "-q", "-b", "foreign"]);
        write(&world.user, ".envrc", "x\n");
        let made = commit(&world.user, "Foreign");
        let scope = Scope::default();
        let limits = IntakeLimits::default();
        let request =
            IntakeRequest { job: "f1", branch: "foreign", base: &world.main, scope: &scope, limits: &limits };
        let intake = world.depot.take_in_commit(&world.user, &made, &request).unwrap();
        assert_eq!(intake.commit, made);
        assert_eq!(intake.risky[0].reason, RiskReason::Environment);
        assert_eq!(world.depot.read_ref(&DepotRef::Job("f1".into())).unwrap(), Some(made));
        let missing = ObjectId::parse(&"1".repeat(40)).unwrap();
        let error = world.depot.take_in_commit(&world.user, &missing, &request).unwrap_err();
        assert_eq!(error.code(), "git.not_found");
    });
}

#[test]
fn a_hand_over_without_a_change_counts_zero_commits() {
    with_every_git(|world| {
        let request = IntakeRequest {
            job: "f1",
            branch: "foreign",
            base: &world.main,
            scope: &Scope::default(),
            limits: &IntakeLimits::default(),
        };
        let intake = world.depot.take_in_commit(&world.user, &world.main, &request).unwrap();
        assert_eq!((intake.commits, intake.changes.len()), (0, 0));
    });
}

#[test]
fn a_workers_files_become_one_commit_without_ignored_ones() {
    with_every_git(|world| {
        let clone = world.job("j1");
        let bundle = world.path("h.bundle");
        assert_eq!(world.harvest(&clone, &bundle).unwrap(), None, "nothing was changed");
        write(&clone.dir, "README.md", "changed\n");
        write(&clone.dir, "target/out", "ignored\n");
        write(&clone.dir, "laid/package.txt", "by set-up\n");
        write(&clone.dir, "src/deep/new.txt", "new\n");
        std::fs::remove_file(clone.dir.join("src/b.txt")).unwrap();
        plain(&clone.dir, &["commit", "-q", "-a", "-m", "An own commit of the agent's"]);
        write(&clone.dir, "late.txt", "not committed\n");
        let harvest = world.harvest(&clone, &bundle).unwrap().unwrap();
        assert_eq!(harvest.commit, world.harvest(&clone, &bundle).unwrap().unwrap().commit);
        let intake = world.take_in("j1", &clone, &bundle).unwrap();
        assert_eq!((intake.commits, intake.commit.clone()), (1, harvest.commit));
        let paths: Vec<_> = intake.changes.iter().map(|change| change.path.as_str()).collect();
        assert_eq!(paths, ["README.md", "late.txt", "src/b.txt", "src/deep/new.txt"]);
    });
}

use std::path::{Path, PathBuf};

use repo::{CheckTree, ObjectId, Strategy};

use crate::world::{World, plain, with_every_git, write};

fn slot(world: &World) -> CheckTree {
    let tree = world.depot.check_tree(&world.path("slots/one")).unwrap();
    tree.switch_to(&world.main).unwrap();
    tree
}

fn other(world: &World) -> ObjectId {
    let intake = world.hand_over("j1", |dir| {
        write(dir, "src/new/deep.txt", "deep\n");
        std::fs::remove_file(dir.join("src/b.txt")).unwrap();
    });
    world.built(&world.main, &intake, Strategy::Squash).commit
}

fn edited(world: &World, tree: &CheckTree, commit: &ObjectId) -> Vec<String> {
    let expected = world.depot.tree_of(commit).unwrap();
    tree.verify_unedited(&expected).unwrap().err().map(|edited| edited.paths).unwrap_or_default()
}

fn files(dir: &Path) -> Vec<PathBuf> {
    crate::world::snapshot(dir).into_keys().filter(|path| dir.join(path).is_file()).collect()
}

#[test]
fn switching_gives_exactly_the_commits_files_and_keeps_build_folders() {
    with_every_git(|world| {
        let tree = slot(world);
        assert!(edited(world, &tree, &world.main).is_empty());
        write(tree.dir(), "target/cache", "warm");
        write(tree.dir(), "src/stray.txt", "stray");
        write(tree.dir(), "src/a.txt", "edited");
        let next = other(world);
        tree.switch_to(&next).unwrap();
        let names: Vec<_> = files(tree.dir()).iter().map(|path| path.display().to_string()).collect();
        assert_eq!(names, [".gitignore", "README.md", "src/a.txt", "src/new/deep.txt", "target/cache"]);
        assert!(edited(world, &tree, &next).is_empty());
        tree.switch_to(&world.main).unwrap();
        assert!(!tree.dir().join("src/new").exists());
        tree.purge_untracked().unwrap();
        assert!(!tree.dir().join("target").exists());
        assert!(edited(world, &tree, &world.main).is_empty());
        let git_dir = world.path("slots/one.git");
        assert!(git_dir.is_dir());
        world.depot.remove_check_tree(tree.dir()).unwrap();
        assert!(!git_dir.exists());
    });
}

#[test]
fn a_check_that_edits_what_it_checks_is_found_out() {
    use std::os::unix::fs::PermissionsExt;
    with_every_git(|world| {
        let tree = slot(world);
        let dir = tree.dir().to_owned();
        write(&dir, "target/fine", "ignored");
        assert!(edited(world, &tree, &world.main).is_empty());
        let cases: [(&str, &dyn Fn()); 8] = [
            ("README.md", &|| write(&dir, "README.md", "hellO\n")),
            ("README.md", &|| std::fs::remove_file(dir.join("README.md")).unwrap()),
            ("README.md", &|| {
                std::fs::set_permissions(dir.join("README.md"), std::fs::Permissions::from_mode(0o755))
                    .unwrap();
            }),
            ("added.txt", &|| write(&dir, "added.txt", "x")),
            (".gitignore", &|| write(&dir, ".gitignore", "*\n")),
            (".git", &|| write(&dir, ".git/config", "x")),
            ("src/.git", &|| write(&dir, "src/.git", "gitdir: /elsewhere\n")),
            ("README.md", &|| {
                // Same size, and the time put back.
                let path = dir.join("README.md");
                let time = std::fs::metadata(&path).unwrap().modified().unwrap();
                std::fs::write(&path, "HELLO\n").unwrap();
                std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
            }),
        ];
        for (path, edit) in cases {
            edit();
            assert!(edited(world, &tree, &world.main).contains(&path.to_owned()), "{path}");
            tree.switch_to(&world.main).unwrap();
            assert!(edited(world, &tree, &world.main).is_empty(), "{path} after switching");
        }
    });
}

#[test]
fn what_is_kept_out_stays_over_a_switch_and_is_no_edit_and_nothing_else_is_hidden() {
    with_every_git(|world| {
        let tree = slot(world);
        tree.keep_out(&["packages [1]/x".into(), "src/a.txt".into()]).unwrap();
        write(tree.dir(), "packages [1]/x/index.js", "laid");
        assert!(edited(world, &tree, &world.main).is_empty());
        let next = other(world);
        tree.switch_to(&next).unwrap();
        assert!(tree.dir().join("packages [1]/x/index.js").exists());
        write(tree.dir(), "packages [1]/y.js", "an edit");
        assert_eq!(edited(world, &tree, &next), ["packages [1]/y.js"]);
        write(tree.dir(), "src/a.txt", "a tracked file is still looked at");
        assert!(edited(world, &tree, &next).contains(&"src/a.txt".to_owned()));
        tree.keep_out(&[]).unwrap();
        tree.switch_to(&next).unwrap();
        assert!(!tree.dir().join("packages [1]").exists());
    });
}

#[test]
fn what_is_kept_out_of_a_job_clone_is_not_committed_from_it() {
    with_every_git(|world| {
        let clone = world.depot.clone_for_job("w", "j9", &world.main, &world.path("kept")).unwrap();
        clone.keep_out(&["node_modules".into()]).unwrap();
        write(&clone.dir, "node_modules/a/index.js", "laid");
        write(&clone.dir, "src/new.txt", "work");
        assert_eq!(plain(&clone.dir, &["status", "--porcelain"]).trim(), "?? src/new.txt");
    });
}

#[test]
fn the_tree_that_was_checked_must_be_the_one_expected() {
    with_every_git(|world| {
        let tree = slot(world);
        let next = other(world);
        let expected = world.depot.tree_of(&next).unwrap();
        assert_eq!(tree.verify_unedited(&expected).unwrap_err().code(), "git.not_found");
    });
}

#[test]
fn a_restart_finds_its_slot_and_frees_its_lock() {
    with_every_git(|world| {
        let tree = slot(world);
        write(tree.dir(), "target/cache", "warm");
        std::fs::write(world.path("slots/one.git/index.lock"), "").unwrap();
        let again = world.depot.check_tree(tree.dir()).unwrap();
        again.switch_to(&other(world)).unwrap();
        assert!(tree.dir().join("target/cache").exists());
        std::fs::remove_dir_all(tree.dir()).unwrap();
        again.switch_to(&world.main).unwrap();
        assert!(edited(world, &again, &world.main).is_empty());
    });
}

#[test]
fn links_and_locked_folders_lead_nowhere() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    with_every_git(|world| {
        let tree = slot(world);
        let dir = tree.dir().to_owned();
        let precious = world.path("precious");
        write(&precious, "a.txt", "precious");
        write(&precious, ".git/config", "precious");
        for round in 0..2 {
            std::fs::remove_dir_all(dir.join("src")).unwrap();
            symlink(&precious, dir.join("src")).unwrap();
            assert!(!edited(world, &tree, &world.main).is_empty());
            if round == 0 {
                tree.switch_to(&world.main).unwrap();
            } else {
                tree.purge_untracked().unwrap();
            }
            assert!(edited(world, &tree, &world.main).is_empty());
        }
        write(&dir, "locked/x", "x");
        std::fs::set_permissions(dir.join("locked"), std::fs::Permissions::from_mode(0o0)).unwrap();
        tree.switch_to(&world.main).unwrap();
        assert!(!dir.join("locked").exists());
        std::fs::remove_dir_all(&dir).unwrap();
        symlink(&precious, &dir).unwrap();
        assert!(!edited(world, &tree, &world.main).is_empty());
        tree.switch_to(&world.main).unwrap();
        assert!(edited(world, &tree, &world.main).is_empty());
        assert_eq!(std::fs::read_to_string(precious.join("a.txt")).unwrap(), "precious");
        assert_eq!(std::fs::read_to_string(precious.join(".git/config")).unwrap(), "precious");
        assert_eq!(files(&precious).len(), 2);
        assert_eq!(plain(&world.user, &["status", "--porcelain"]), "");
    });
}

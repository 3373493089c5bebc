//! A clone made ahead of its job is the same as a fresh one, and whatever is odd about it makes it useless.

use crate::world::{commit, plain, with_every_git, write};
use std::path::Path;

/// Every file of a clone but its index, which holds times.
fn contents(dir: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut left = vec![dir.to_owned()];
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(dir).unwrap().to_string_lossy().into_owned();
            match path.is_dir() {
                true => left.push(path),
                // Their times are those of their making.
                false if name.starts_with(".git/logs/") => found.push((name, String::new())),
                false if name != ".git/index" => {
                    found.push((name, String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned()));
                }
                false => {}
            }
        }
    }
    found.sort();
    found
}

#[test]
fn it_becomes_what_a_fresh_clone_is_also_on_another_base() {
    with_every_git(|world| {
        for n in 0..40 {
            write(&world.user, &format!("many/{n}.txt"), &format!("{n}\n"));
        }
        let old = commit(&world.user, "Many");
        write(&world.user, "many/3.txt", "another\n");
        write(&world.user, "new/file.txt", "new\n");
        std::fs::remove_file(world.user.join("many/7.txt")).unwrap();
        let new = commit(&world.user, "Moved on");
        world.depot.sync_from(&world.user, &["main"]).unwrap();
        for (n, base) in [&old, &new].into_iter().enumerate() {
            let spare = world.path(&format!("spare-{n}"));
            world.depot.make_spare(&old, &spare).unwrap();
            let job = format!("job-{n}");
            let ours = world.path(&format!("ours-{n}"));
            let warm = world.depot.spare_for_job(&spare, "w1", &job, base, &ours).unwrap();
            assert!(!spare.exists() && warm.files().unwrap() >= 40);
            let fresh = world.path(&format!("fresh-{n}"));
            let cold = world.depot.clone_for_job("w1", &job, base, &fresh).unwrap();
            assert_eq!(
                (warm.branch, warm.base, warm.depot_objects),
                (cold.branch, cold.base, cold.depot_objects)
            );
            let (warm, cold) = (contents(&ours), contents(&fresh));
            let names =
                |all: &[(String, String)]| all.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
            assert_eq!(names(&warm), names(&cold));
            assert_eq!(warm, cold);
            assert_eq!(plain(&ours, &["status", "--porcelain"]), "");
            assert_eq!(plain(&ours, &["rev-parse", "HEAD"]), base.as_str());
        }
    });
}

#[test]
fn one_that_somebody_was_in_is_thrown_away() {
    with_every_git(|world| {
        let base = &world.main;
        for (n, name) in ["left.txt", ".envrc", "deep/er.txt"].into_iter().enumerate() {
            let (spare, dir) = (world.path(&format!("spare-{n}")), world.path(&format!("job-{n}")));
            world.depot.make_spare(base, &spare).unwrap();
            write(&spare, name, "mine\n");
            assert!(world.depot.spare_for_job(&spare, "w1", "j1", base, &dir).is_err());
            assert!(!spare.exists() && !dir.exists());
        }
    });
}

#[test]
fn a_folder_that_is_not_free_is_left_alone() {
    with_every_git(|world| {
        let (spare, dir) = (world.path("spare"), world.path("taken"));
        world.depot.make_spare(&world.main, &spare).unwrap();
        write(&dir, "kept.txt", "kept\n");
        assert!(world.depot.spare_for_job(&spare, "w1", "j1", &world.main, &dir).is_err());
        assert!(!spare.exists() && dir.join("kept.txt").exists());
    });
}

/// Device and number of a folder: what a sandbox that shows it goes on seeing.
fn real(dir: &Path) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    let found = std::fs::metadata(dir).unwrap();
    (found.dev(), found.ino())
}

#[test]
fn a_folder_that_is_there_and_empty_is_filled_and_stays_the_same_one() {
    with_every_git(|world| {
        let (spare, warm, cold) = (world.path("spare"), world.path("warm"), world.path("cold"));
        world.depot.make_spare(&world.main, &spare).unwrap();
        for (n, dir) in [&warm, &cold].into_iter().enumerate() {
            std::fs::create_dir(dir).unwrap();
            let before = real(dir);
            let clone = match n {
                0 => world.depot.spare_for_job(&spare, "w1", "j1", &world.main, dir).unwrap(),
                _ => world.depot.clone_for_job("w1", "j1", &world.main, dir).unwrap(),
            };
            assert_eq!(real(dir), before);
            assert!(clone.dir.join("src/a.txt").exists());
        }
        assert!(!spare.exists());
        assert_eq!(contents(&warm), contents(&cold));
    });
}

#[test]
fn a_folder_stays_the_same_one_also_when_the_spare_is_of_no_use() {
    with_every_git(|world| {
        let (spare, dir) = (world.path("spare"), world.path("job"));
        world.depot.make_spare(&world.main, &spare).unwrap();
        write(&spare, "left.txt", "mine\n");
        std::fs::create_dir(&dir).unwrap();
        let before = real(&dir);
        assert!(world.depot.spare_for_job(&spare, "w1", "j1", &world.main, &dir).is_err());
        assert!(!spare.exists() && std::fs::read_dir(&dir).unwrap().next().is_none());
        world.depot.clone_for_job("w1", "j1", &world.main, &dir).unwrap();
        assert_eq!(real(&dir), before);
        assert!(!dir.join("left.txt").exists());
    });
}

#[test]
fn a_link_or_a_file_is_no_folder_for_a_clone() {
    with_every_git(|world| {
        let (elsewhere, link, file) = (world.path("elsewhere"), world.path("link"), world.path("file"));
        std::fs::create_dir(&elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &link).unwrap();
        std::fs::write(&file, "kept\n").unwrap();
        for (n, dir) in [&link, &file].into_iter().enumerate() {
            let spare = world.path(&format!("spare-{n}"));
            world.depot.make_spare(&world.main, &spare).unwrap();
            let refused = world.depot.spare_for_job(&spare, "w1", "j1", &world.main, dir).unwrap_err();
            assert!(refused.to_string().contains("a real folder"), "{refused}");
            assert!(world.depot.clone_for_job("w1", "j1", &world.main, dir).is_err());
        }
        assert!(std::fs::read_dir(&elsewhere).unwrap().next().is_none(), "nothing went through the link");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "kept\n");
    });
}

/// Only root can make a folder somebody else's.
#[test]
fn a_folder_of_another_users_is_not_filled() {
    with_every_git(|world| {
        let dir = world.path("theirs");
        std::fs::create_dir(&dir).unwrap();
        if std::os::unix::fs::chown(&dir, Some(65_534), None).is_err() {
            return eprintln!("skipped: only root can make a folder somebody else's");
        }
        let refused = world.depot.clone_for_job("w1", "j1", &world.main, &dir).unwrap_err();
        assert!(refused.to_string().contains("this user's"), "{refused}");
    });
}

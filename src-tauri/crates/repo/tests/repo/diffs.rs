use repo::{DiffLimits, FileStatus, GrepRequest, LineKind, ObjectId, Strategy};

use crate::world::{World, lines, with_every_git, write};

fn changed(world: &World) -> ObjectId {
    let intake = world.hand_over("j1", |dir| {
        write(dir, "src/a.txt", &lines(1..=20).replace("line 10\n", "line ten\nand more\n"));
        std::fs::rename(dir.join("src/b.txt"), dir.join("src/renamed.txt")).unwrap();
        std::fs::write(dir.join("image.bin"), [0u8, 1, 2, 0]).unwrap();
        write(dir, "no-newline", "end");
        std::fs::remove_file(dir.join("README.md")).unwrap();
    });
    world.built(&world.main, &intake, Strategy::Squash).commit
}

#[test]
fn a_diff_is_data_and_text() {
    with_every_git(|world| {
        let new = changed(world);
        let diff = world.depot.diff(&world.main, &new, &DiffLimits::default()).unwrap();
        assert!(!diff.truncated);
        assert_eq!((diff.total_files, diff.additions, diff.deletions), (5, 3, 2));
        let get = |path: &str| diff.files.iter().find(|file| file.path == path).unwrap();
        assert_eq!(get("README.md").status, FileStatus::Deleted);
        assert!(get("image.bin").binary && get("image.bin").hunks.is_none());
        let renamed = get("src/renamed.txt");
        assert_eq!((renamed.status, renamed.old_path.as_deref()), (FileStatus::Renamed, Some("src/b.txt")));
        assert!(get("no-newline").hunks.as_ref().unwrap()[0].lines[0].no_newline);
        let edited = get("src/a.txt");
        assert_eq!((edited.status, edited.additions, edited.deletions), (FileStatus::Modified, 2, 1));
        let hunk = &edited.hunks.as_ref().unwrap()[0];
        assert_eq!((hunk.old_start, hunk.old_lines, hunk.new_start, hunk.new_lines), (7, 7, 7, 8));
        let kinds: Vec<_> = hunk.lines.iter().map(|line| line.kind).collect();
        assert_eq!(kinds.iter().filter(|kind| **kind == LineKind::Context).count(), 6);
        assert_eq!(hunk.lines[4].text, "line ten");
        let (text, cut) = world.depot.diff_text(&world.main, &new, &DiffLimits::default()).unwrap();
        assert!(!cut);
        assert!(text.contains("\n-line 10\n+line ten\n+and more\n"), "{text}");
        assert!(text.contains("rename from src/b.txt\nrename to src/renamed.txt\n"), "{text}");
        assert!(text.contains("\\ No newline at end of file"), "{text}");
    });
}

#[test]
fn a_diff_stays_within_its_limits() {
    with_every_git(|world| {
        let new = changed(world);
        let few = DiffLimits { files: 2, ..DiffLimits::default() };
        let diff = world.depot.diff(&world.main, &new, &few).unwrap();
        assert_eq!((diff.files.len(), diff.total_files, diff.truncated), (2, 5, true));
        let short = DiffLimits { lines: 3, text: 100, ..DiffLimits::default() };
        let diff = world.depot.diff(&world.main, &new, &short).unwrap();
        let edited = diff.files.iter().find(|file| file.path == "src/a.txt").unwrap();
        assert!(diff.truncated && edited.hunks.is_none());
        assert_eq!(edited.additions, 2, "the numbers are known all the same");
        let (text, cut) = world.depot.diff_text(&world.main, &new, &short).unwrap();
        assert!(cut && text.len() <= 100);
    });
}

#[test]
fn files_are_read_and_listed_at_a_commit() {
    with_every_git(|world| {
        let new = changed(world);
        let file = world.depot.read_file(&new, "src/a.txt", 6).unwrap();
        assert_eq!((file.bytes.as_slice(), file.truncated, file.binary), (b"line 1".as_slice(), true, false));
        assert!(world.depot.read_file(&new, "image.bin", 10).unwrap().binary);
        assert_eq!(world.depot.read_file(&new, "src", 10).unwrap_err().code(), "git.not_a_file");
        for path in ["", "missing", "../user/README.md", "/etc/passwd", "src/../README.md", "a\0b", "-x"] {
            assert_eq!(
                world.depot.read_file(&new, path, 10).unwrap_err().code(),
                "git.not_found",
                "{path:?}"
            );
        }
        let (paths, more) = world.depot.list_files(&new, 100).unwrap();
        assert_eq!(paths, [".gitignore", "image.bin", "no-newline", "src/a.txt", "src/renamed.txt"]);
        assert!(!more);
        assert_eq!(world.depot.list_files(&new, 2).unwrap().0.len(), 2);
        assert!(world.depot.list_files(&new, 2).unwrap().1);
        assert_eq!(world.depot.log(&new, None, 1).unwrap().len(), 1);
        assert_eq!(world.depot.log(&new, None, 10).unwrap()[1].commit, world.main);
    });
}

#[test]
fn a_file_behind_a_link_is_neither_read_nor_taken_for_missing() {
    with_every_git(|world| {
        let intake = world.hand_over("links", |dir| {
            std::os::unix::fs::symlink("src/a.txt", dir.join("to-file")).unwrap();
            std::os::unix::fs::symlink("src", dir.join("to-folder")).unwrap();
        });
        for path in ["to-file", "to-folder", "to-folder/a.txt", "to-folder/missing/deep"] {
            let error = world.depot.read_file(&intake.commit, path, 10).unwrap_err();
            assert_eq!(error.code(), "git.not_a_file", "{path}: {error}");
        }
        assert_eq!(
            world.depot.read_file(&intake.commit, "src/none/deep", 10).unwrap_err().code(),
            "git.not_found"
        );
    });
}

fn grep(
    world: &World,
    pattern: &str,
    regex: bool,
    paths: &[&str],
    limit: usize,
) -> Vec<(String, usize, String)> {
    let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
    let request =
        GrepRequest { commit: &world.main, pattern, regex, ignore_case: false, paths: &paths, limit };
    let found = world.depot.grep(&request).unwrap();
    found.hits.into_iter().map(|hit| (hit.path, hit.line, hit.text)).collect()
}

#[test]
fn grep_finds_lines_and_takes_no_options_from_data() {
    with_every_git(|world| {
        let hit = |line, text: &str| ("src/a.txt".to_owned(), line, text.to_owned());
        assert_eq!(grep(world, "line 7", false, &[], 10), [hit(7, "line 7")]);
        assert_eq!(grep(world, "line 1.$", true, &["src/**"], 2), [hit(10, "line 10"), hit(11, "line 11")]);
        assert!(grep(world, "line 1.$", false, &[], 10).is_empty());
        assert!(grep(world, "line", false, &["docs/**"], 10).is_empty());
        assert!(grep(world, "--open-files-in-pager=touch x", false, &[], 10).is_empty());
        assert!(grep(world, "-O", false, &["--output=x"], 10).is_empty());
        let request = |pattern| GrepRequest {
            commit: &world.main,
            pattern,
            regex: true,
            ignore_case: false,
            paths: &[],
            limit: 10,
        };
        assert_eq!(world.depot.grep(&request("(")).unwrap_err().code(), "git.failed");
        assert_eq!(world.depot.grep(&request("")).unwrap_err().code(), "git.bad_ref");
    });
}

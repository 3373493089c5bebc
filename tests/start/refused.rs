//! Folders that are no repository to work on.

use testkit::world::{RefusedStart, Start, TestRepo};

fn start(repo: &std::path::Path, data: &tempfile::TempDir) -> Start {
    Start::on(data.path(), repo).workers(0)
}

#[test]
fn a_folder_that_is_no_usable_repository_is_named_with_the_next_step() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let git = |args: &[&str]| {
        assert!(
            std::process::Command::new("git")
                .current_dir(folder.path())
                .args(args)
                .output()
                .unwrap()
                .status
                .success()
        )
    };
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("plain")).unwrap();
    RefusedStart::of(&start(&at("plain"), &data))
        .assert_says(4, &["plain", "not inside a git repository", "git init"]);
    RefusedStart::of(&start(&at("absent"), &data))
        .assert_says(4, &["absent does not exist", "Choose a folder"]);
    git(&["init", "--quiet", "--bare", "bare.git"]);
    RefusedStart::of(&start(&at("bare.git"), &data)).assert_says(4, &["bare.git", "bare", "Choose a clone"]);
    git(&["init", "--quiet", "empty"]);
    RefusedStart::of(&start(&at("empty"), &data)).assert_says(3, &["empty", "no commit yet", "first commit"]);
    git(&["init", "--quiet", "broken"]);
    std::fs::write(at("broken/.git/HEAD"), "nonsense\n").unwrap();
    RefusedStart::of(&start(&at("broken"), &data)).assert_says(4, &["broken"]);
}

#[test]
fn a_relative_path_is_shown_as_the_folder_it_means() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::create_dir(folder.path().join("plain")).unwrap();
    let mut start = start(std::path::Path::new("plain"), &data);
    start = start.under(&["env", "-C", &folder.path().to_string_lossy()]);
    RefusedStart::of(&start).assert_says(4, &[&folder.path().join("plain").to_string_lossy()]);
}

#[test]
fn a_detached_head_without_a_branch_to_start_from_says_how_to_make_one() {
    let (repo, data) = (TestRepo::with(&[("a", "a\n")]), tempfile::tempdir().unwrap());
    repo.git(&["switch", "--quiet", "--detach"]);
    repo.git(&["branch", "-D", "main"]);
    RefusedStart::of(&start(repo.path(), &data)).assert_says(4, &["on no branch", "git switch -c"]);
}

#[test]
fn one_bad_repository_among_good_ones_refuses_the_start_and_loses_nothing() {
    let (good, data, plain) =
        (TestRepo::with(&[("a", "a\n")]), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let before = good.fingerprint();
    let mut both = start(good.path(), &data);
    both.repos.push(plain.path().to_owned());
    RefusedStart::of(&both).assert_says(4, &["not inside a git repository"]);
    assert_eq!(good.fingerprint(), before);
    let server = testkit::world::RunningServer::start(&start(good.path(), &data));
    assert_eq!(server.terminate(), Some(0));
}

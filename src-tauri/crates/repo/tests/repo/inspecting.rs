use std::path::Path;

use repo::{BaseSource, Blocked, Head, State, inspect};

use crate::world::{commit, plain, snapshot, try_plain, write};

fn fresh() -> (tempfile::TempDir, std::path::PathBuf) {
    let tmp = tempfile::tempdir().unwrap();
    let dir = tmp.path().join("repo");
    std::fs::create_dir(&dir).unwrap();
    plain(&dir, &["init", "-q", "-b", "main"]);
    (tmp, dir)
}

fn with_commit() -> (tempfile::TempDir, std::path::PathBuf) {
    let (tmp, dir) = fresh();
    write(&dir, "Cargo.toml", "[package]\n");
    write(&dir, "src/main.rs", "fn main() {}\n");
    write(&dir, "src/lib.rs", "\n");
    write(&dir, "web/package.json", "{}\n");
    commit(&dir, "First");
    (tmp, dir)
}

fn blocked(path: &Path) -> Vec<(&'static str, Blocked)> {
    inspect(path).unwrap().blockers().into_iter().map(|found| (found.code, found.blocks)).collect()
}

#[test]
fn an_ordinary_repository_is_described_and_left_untouched() {
    let (_tmp, dir) = with_commit();
    write(&dir, "src/main.rs", "fn main() { }\n");
    write(&dir, "new.txt", "n\n");
    plain(&dir, &["add", "src/main.rs"]);
    write(&dir, "src/main.rs", "fn main() {  }\n");
    plain(&dir, &["remote", "add", "origin", "https://me:secret@host.example/a.git"]);
    let before = snapshot(&dir);
    let facts = inspect(&dir.join("src")).unwrap();
    assert_eq!(before, snapshot(&dir));
    assert_eq!(facts.root.canonicalize().unwrap(), dir.canonicalize().unwrap());
    assert!(matches!(&facts.head, Head::Branch { name, .. } if name == "main"));
    assert_eq!(facts.state, State::Clean);
    assert_eq!(facts.base.as_ref().unwrap().name, "main");
    assert_eq!(facts.base.as_ref().unwrap().source, BaseSource::Main);
    assert_eq!(facts.remotes[0].url, "https://host.example/a.git");
    assert_eq!(facts.languages[0].name, "Rust");
    assert_eq!(facts.languages[0].files, 2);
    let manifests: Vec<_> = facts.manifests.iter().map(|found| found.path.as_str()).collect();
    assert_eq!(manifests, ["Cargo.toml", "web/package.json"]);
    assert_eq!(facts.recent[0].subject, "First");
    assert_eq!(facts.dirty.total, Some(2));
    let main = facts.dirty.files.iter().find(|file| file.path == "src/main.rs").unwrap();
    assert!(main.staged && main.unstaged);
    assert!(facts.dirty.files.iter().any(|file| file.path == "new.txt" && file.untracked));
    assert!(facts.writable);
    assert!(facts.blockers().is_empty());
}

#[test]
fn a_folder_without_git_is_not_a_repository() {
    let tmp = tempfile::tempdir().unwrap();
    assert_eq!(inspect(tmp.path()).unwrap_err().code(), "git.not_a_repository");
    assert_eq!(inspect(&tmp.path().join("missing")).unwrap_err().code(), "git.not_a_repository");
}

#[test]
fn a_bare_repository_is_refused() {
    let tmp = tempfile::tempdir().unwrap();
    plain(tmp.path(), &["init", "-q", "--bare", "x.git"]);
    assert_eq!(inspect(&tmp.path().join("x.git")).unwrap_err().code(), "git.bare");
}

#[test]
fn an_empty_repository_is_a_fact_that_blocks_jobs() {
    let (_tmp, dir) = fresh();
    let facts = inspect(&dir).unwrap();
    assert!(matches!(&facts.head, Head::Unborn { name } if name == "main"));
    assert!(facts.base.is_none());
    assert_eq!(blocked(&dir), [("git.empty", Blocked::Jobs)]);
    assert!(facts.blockers()[0].next_step.contains("git commit"));
}

#[test]
fn a_detached_head_blocks_only_without_a_base() {
    let (_tmp, dir) = with_commit();
    plain(&dir, &["checkout", "-q", "--detach"]);
    assert!(matches!(inspect(&dir).unwrap().head, Head::Detached { .. }));
    assert!(blocked(&dir).is_empty());
    plain(&dir, &["branch", "-m", "main", "odd"]);
    assert_eq!(blocked(&dir), [("git.no_base", Blocked::Jobs)]);
}

#[test]
fn a_shallow_clone_is_a_fact() {
    let (tmp, dir) = with_commit();
    write(&dir, "more", "x");
    commit(&dir, "Second");
    let url = format!("file://{}", dir.display());
    plain(tmp.path(), &["clone", "-q", "--depth=1", &url, "shallow"]);
    let shallow = tmp.path().join("shallow");
    let facts = inspect(&shallow).unwrap();
    assert!(facts.shallow);
    assert_eq!(facts.recent.len(), 1);
    assert_eq!(facts.base.as_ref().unwrap().source, BaseSource::RemoteHead);
    assert_eq!(facts.tracking.as_ref().unwrap().ahead, 0);
    assert_eq!(blocked(&shallow), [("git.shallow", Blocked::OldHistory)]);
}

#[test]
fn an_unfinished_merge_blocks_only_the_checkout() {
    let (_tmp, dir) = with_commit();
    plain(&dir, &["checkout", "-q", "-b", "other"]);
    write(&dir, "src/lib.rs", "other\n");
    commit(&dir, "Other");
    plain(&dir, &["checkout", "-q", "main"]);
    write(&dir, "src/lib.rs", "main\n");
    commit(&dir, "Main");
    assert!(!try_plain(&dir, &["merge", "other"]).status.success());
    let facts = inspect(&dir).unwrap();
    assert_eq!(facts.state, State::Merge);
    assert!(facts.dirty.files.iter().any(|file| file.conflicted));
    assert_eq!(blocked(&dir), [("git.mid_merge", Blocked::UpdateCheckout)]);
}

#[test]
fn what_cannot_be_read_says_why() {
    let (_tmp, dir) = with_commit();
    write(&dir, ".git/HEAD", "nonsense\n");
    assert_eq!(inspect(&dir).unwrap_err().code(), "git.unreadable");
    let (_tmp, dir) = with_commit();
    write(&dir, ".git/index", "nonsense");
    assert_eq!(inspect(&dir).unwrap_err().code(), "git.unreadable");
    let (_tmp, dir) = with_commit();
    write(&dir, ".git/config", "[core\nbroken");
    assert_eq!(inspect(&dir).unwrap_err().code(), "git.unreadable");
    let (_tmp, dir) = with_commit();
    plain(&dir, &["config", "core.repositoryformatversion", "1"]);
    plain(&dir, &["config", "extensions.objectformat", "sha256"]);
    let error = inspect(&dir).unwrap_err();
    assert_eq!(error.code(), "git.unsupported", "{error}");
}

#[test]
fn the_base_is_what_the_remote_calls_its_default() {
    let (_tmp, dir) = with_commit();
    plain(&dir, &["branch", "trunk"]);
    plain(&dir, &["remote", "add", "origin", "/nowhere"]);
    plain(&dir, &["update-ref", "refs/remotes/origin/trunk", "HEAD"]);
    plain(&dir, &["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk"]);
    let base = inspect(&dir).unwrap().base.unwrap();
    assert_eq!((base.name.as_str(), base.source, base.local), ("trunk", BaseSource::RemoteHead, true));
    plain(&dir, &["branch", "-D", "trunk"]);
    assert!(!inspect(&dir).unwrap().base.unwrap().local);
}

#[test]
fn a_linked_working_folder_is_recognised() {
    let (tmp, dir) = with_commit();
    plain(&dir, &["worktree", "add", "-q", "../linked", "-b", "feature"]);
    let facts = inspect(&tmp.path().join("linked")).unwrap();
    assert!(facts.linked_worktree);
    assert_eq!(facts.common_dir.canonicalize().unwrap(), dir.join(".git").canonicalize().unwrap());
    assert!(matches!(&facts.head, Head::Branch { name, .. } if name == "feature"));
}

#[test]
fn a_repository_of_another_user_is_not_opened() {
    let (_tmp, dir) = with_commit();
    // Only root can give a folder away; elsewhere there is nothing to try.
    if std::os::unix::fs::chown(&dir, Some(54321), None).is_ok() {
        std::os::unix::fs::chown(dir.join(".git"), Some(54321), None).unwrap();
        assert_eq!(inspect(&dir).unwrap_err().code(), "git.foreign_owner");
    }
}

#[test]
fn a_folder_that_must_not_be_read_or_written_says_so() {
    use std::os::unix::fs::PermissionsExt;
    let set =
        |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    let (_tmp, dir) = with_commit();
    set(&dir.join(".git"), 0o500);
    let facts = inspect(&dir).unwrap();
    let root = std::fs::write(dir.join(".git/probe"), "").is_ok();
    assert_eq!(facts.writable, root);
    assert_eq!(facts.blockers().iter().any(|found| found.code == "git.read_only"), !root);
    set(&dir.join(".git"), 0o000);
    if !root {
        assert!(inspect(&dir).is_err());
    }
    set(&dir.join(".git"), 0o700);
}

#[test]
fn what_an_action_needs_can_be_asked_for() {
    let (_tmp, dir) = fresh();
    assert_eq!(inspect(&dir).unwrap().require_base().unwrap_err().code(), "git.empty");
    let (_tmp, dir) = with_commit();
    assert_eq!(inspect(&dir).unwrap().require_base().unwrap().name, "main");
    inspect(&dir).unwrap().require_settled().unwrap();
    write(&dir, ".git/MERGE_HEAD", &format!("{}\n", crate::world::head(&dir)));
    assert_eq!(inspect(&dir).unwrap().require_settled().unwrap_err().code(), "git.mid_merge");
}

#[test]
fn a_partial_clone_is_a_blocker_and_is_not_synced() {
    let (tmp, dir) = with_commit();
    plain(&dir, &["config", "remote.origin.promisor", "true"]);
    plain(&dir, &["config", "remote.origin.url", "/nowhere"]);
    assert_eq!(blocked(&dir), [("git.partial", Blocked::Jobs)]);
    let git = repo::Git::on_path(std::env::var_os("PATH").unwrap(), &tmp.path().join("blank")).unwrap();
    let depot = repo::Depot::open_or_create(&git, &tmp.path().join("depot.git")).unwrap();
    assert_eq!(depot.sync_from(&dir, &["main"]).unwrap_err().code(), "git.unsupported");
}

//! `/pick`, `/revert`, `/branch`, `/apply` by three-way merge, `/publish`.

use crate::scene::{QUIET, Scene};
use testkit::world::TestRepo;

fn repo() -> TestRepo {
    let numbers: String = (1..=30).map(|n| format!("line {n}\n")).collect();
    TestRepo::with(&[("numbers.txt", &numbers), (".pilothouse/config.toml", QUIET)])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_of_another_branch_is_picked_and_reverted_again() {
    let repo = repo();
    repo.git(&["switch", "--quiet", "--create", "side"]);
    repo.write("side.txt", "side\n");
    repo.commit_all("Side");
    let side = repo.git(&["rev-parse", "HEAD"]);
    repo.git(&["switch", "--quiet", "main"]);
    let scene = Scene::on(repo);
    scene.landed(&format!("cherry-pick {}", &side[..10])).await;
    assert_eq!(scene.landed_file("side.txt"), "side");
    let picked = scene.repo.git(&["rev-parse", "main_agents"]);
    assert_ne!(picked, side);
    scene.landed(&format!("revert {}", &picked[..10])).await;
    assert!(!scene.repo.try_git(&["show", "main_agents:side.txt"]).0);
    let told = scene.told("/pick 0123456").await;
    assert!(told.contains("0123456") && told.contains("does not exist"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_is_made_and_one_that_is_there_is_not_moved() {
    let scene = Scene::on(repo());
    let main = scene.repo.git(&["rev-parse", "main"]);
    let told = scene.told("create a branch named fix/login").await;
    assert!(told.contains("The branch `fix/login` is made"), "{told}");
    assert_eq!(scene.repo.git(&["rev-parse", "fix/login"]), main);
    assert_eq!(scene.repo.git(&["symbolic-ref", "--short", "HEAD"]), "main");
    scene.repo.write("more.txt", "more\n");
    scene.repo.commit_all("More");
    let told = scene.told("/branch fix/login").await;
    assert!(told.contains("is there already") && told.contains("not moved"), "{told}");
    assert_eq!(scene.repo.git(&["rev-parse", "fix/login"]), main);
    assert!(scene.told("/branch main_agents").await.contains("belongs to the merge queue"));
    let told = scene.told("/publish").await;
    assert!(told.contains("(`no-remote`)"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_made_from_an_older_file_is_merged_and_one_that_conflicts_changes_nothing() {
    let repo = repo();
    let old = repo.git(&["show", "HEAD:numbers.txt"]) + "\n";
    let edited = |from: &str, to: &str| {
        repo.write("numbers.txt", &old.replace(from, to));
        let patch = repo.git(&["diff"]) + "\n";
        repo.write("numbers.txt", &old);
        patch
    };
    let fits = edited("line 20\n", "line twenty\n");
    let conflicts = edited("line 10\n", "line TEN\n");
    // The lines around the patch are others now, so that it stands nowhere as it is written.
    repo.write("numbers.txt", &old.replace("line 10\n", "line ten\n").replace("line 17\n", "line 17\nnew\n"));
    repo.commit_all("Other lines");
    let scene = Scene::on(repo);
    scene.landed(&format!("/apply\n{fits}")).await;
    let landed = scene.landed_file("numbers.txt");
    assert!(
        landed.contains("line twenty") && landed.contains("17\nnew\n") && landed.contains("line ten"),
        "{landed}"
    );
    let told = scene.told(&format!("/apply\n{conflicts}")).await;
    assert!(told.contains("A three-way merge fails too"), "{told}");
    assert!(scene.landed_file("numbers.txt").contains("line ten"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_says_where_the_users_folder_stands_and_what_landed_beside_it() {
    let scene = Scene::on(TestRepo::with(&[("a.txt", "one\n"), (".pilothouse/config.toml", QUIET)]));
    let told = scene.told("/status").await;
    let head = scene.repo.git(&["rev-parse", "--short=10", "HEAD"]);
    assert!(told.contains(&format!("- Your branch: `main` at `{head}`\n- Uncommitted: nothing\n")), "{told}");
    assert!(!told.contains("- Landed"), "{told}");
    scene.landed("/replace one two a.txt").await;
    for n in 1..=7 {
        scene.repo.write(&format!("new_{n}.txt"), "new\n");
    }
    let told = scene.told("what is the status").await;
    assert!(told.contains("- Uncommitted: `new_1.txt`, ") && told.contains(" and 2 more\n"), "{told}");
    assert!(told.contains("- Landed: `main_agents` is 1 commit ahead of `main`\n"), "{told}");
    assert!(told.contains("- Requests: ") && told.contains("- Waiting for you: 0 approvals"), "{told}");
}

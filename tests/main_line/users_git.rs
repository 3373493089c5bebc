//! The user's own git, with their hooks and their signature, in their checkout.

use crate::scene::Scene;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn hooks_are_named_before_and_run_and_their_output_is_shown() {
    let scene = Scene::new();
    scene.land("append a line \"more\" to NOTES.md").await;
    scene.hook("post-merge", "echo after the merge of $(git config user.name)");
    scene.hook("commit-msg", "exit 1");
    let line = scene.show().await;
    let hooks: Vec<_> = line["git"]["hooks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|h| (h["name"].clone(), h["with"].clone()))
        .collect();
    assert_eq!(
        hooks,
        [(json!("commit-msg"), json!(["my_merge"])), (json!("post-merge"), json!(["my_git", "my_merge"]))]
    );
    let landing = scene.land_main("my_git", false).await;
    assert_eq!(landing["state"], "landed", "{landing:#}");
    assert!(landing["output"].as_str().unwrap().contains("after the merge of Uma"), "{landing:#}");
    assert_eq!(scene.rev("main"), scene.rev("main_agents"));
    assert_eq!(scene.repo.git(&["status", "--porcelain"]), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_says_no_leaves_everything_as_it_was_and_is_told_with_its_words() {
    let scene = Scene::new();
    scene.land("append a line \"more\" to NOTES.md").await;
    scene.hook("pre-merge-commit", "echo my tests are red; exit 1");
    let before = scene.repo.fingerprint();
    let landing = scene.land_main("my_merge", false).await;
    assert_eq!(
        (&landing["state"], &landing["code"]),
        (&json!("refused"), &json!("main.hook")),
        "{landing:#}"
    );
    assert!(landing["output"].as_str().unwrap().contains("my tests are red"));
    assert_eq!(scene.repo.fingerprint(), before);
    let (ok, said) = scene.cli(&["main", "land", "--with", "my-merge"]);
    assert!(!ok && said.contains("runs pre-merge-commit") && said.contains("my tests are red"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_was_not_shown_does_not_run() {
    let scene = Scene::new();
    scene.land("append a line \"more\" to NOTES.md").await;
    let line = scene.show().await;
    let ran = scene.data.path().join("ran");
    scene.hook("post-merge", &format!("touch {}", ran.display()));
    let body = json!({
        "workspaceId": line["workspaceId"], "expectedTip": line["tip"], "hash": line["git"]["hash"], "with": "my_git",
    });
    let stale = scene.call("main.land", body).await.unwrap_err();
    assert_eq!(stale.code.as_str(), "stale");
    let body = json!({ "workspaceId": line["workspaceId"], "expectedTip": line["tip"], "with": "my_git" });
    assert_eq!(scene.call("main.land", body).await.unwrap_err().code.as_str(), "bad_request");
    assert!(!ran.exists(), "nothing of it ran");
    assert_ne!(scene.rev("main"), scene.rev("main_agents"));
    // Once it is shown, it is the same hook that runs.
    let landing = scene.land_main("my_git", false).await;
    assert_eq!((&landing["state"], ran.exists()), (&json!("landed"), true), "{landing:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_merge_commit_is_signed_with_the_users_key() {
    let scene = Scene::new();
    scene.land("append a line \"more\" to NOTES.md").await;
    let (home, key) = (scene.home(), scene.home().join("key"));
    let made = std::process::Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "uma@example.org", "-f"])
        .arg(&key)
        .status()
        .expect("ssh-keygen is installed");
    assert!(made.success());
    let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    std::fs::write(home.join("signers"), format!("uma@example.org {public}")).unwrap();
    let config = format!(
        "[user]\n\tname = Uma\n\temail = uma@example.org\n\tsigningKey = {}\n[commit]\n\tgpgSign = true\n[gpg]\n\tformat = ssh\n[gpg \"ssh\"]\n\tallowedSignersFile = {}/signers\n",
        key.display(),
        home.display()
    );
    std::fs::write(home.join(".gitconfig"), config).unwrap();
    let line = scene.show().await;
    assert_eq!((&line["git"]["signs"], &line["git"]["format"]), (&json!(true), &json!("ssh")));
    let landing = scene.land_main("my_merge", false).await;
    assert_eq!(landing["state"], "landed", "{landing:#}");
    assert_eq!(landing["commit"], scene.rev("main").as_str());
    assert_eq!(scene.rev("main^{tree}"), scene.rev("main_agents^{tree}"));
    let verified = std::process::Command::new("git")
        .args(["verify-commit", "--raw", "main"])
        .current_dir(scene.repo.path())
        .env("HOME", &home)
        .output()
        .unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    // Work goes on from the merge.
    scene.land("append a line \"and more\" to NOTES.md").await;
    assert_eq!(scene.show().await["ahead"], 1);
}

//! Large files of a remote over SSH: the OpenSSH server says where they go, as forges do it, and git-lfs takes them there.
//! git-lfs and OpenSSH are the distribution's; the batch interface and its storage are a scripted stand-in.

use crate::https::ADA;
use crate::large::kept;
use crate::scene::{Scene, at, landed_with};
use serde_json::json;
use testkit::git_host::{self, HttpsGit, LfsFault, SshGit};

const CONTENT: &[u8] = b"a picture of many bytes\n";

#[tokio::test(flavor = "multi_thread")]
async fn contents_go_where_the_ssh_server_says_and_the_branch_behind_them() {
    let remotes = tempfile::tempdir().unwrap();
    let bare = remotes.path().join("tern.git");
    git_host::bare(&bare);
    let https = HttpsGit::start(remotes.path(), ADA);
    let ssh = SshGit::start();
    let scene = Scene::made(|places, start| {
        let sees = format!("[http]\n\tsslCAInfo = {}\n", https.authority().display());
        places.configure(&format!("{sees}[lfs \"transfer\"]\n\tmaxretries = 1\n"));
        places.push_to(&ssh.address(&bare));
        start.env("GIT_SSH_COMMAND", &ssh.command("user", true))
    });
    let (pointer, oid) = kept(&scene.repo, CONTENT);
    let tip = landed_with(&scene.repo, "Add a picture", "picture.bin", &pointer);
    let publish = |title: &'static str| scene.publish(json!({ "create-pr": false, "title": title }));

    // A server that knows nothing of large files.
    let answer = publish("nowhere").await;
    assert_eq!((&answer["status"], &answer["pushed"]), (&json!("error"), &json!(false)), "{answer}");
    assert!(answer["message"].as_str().unwrap().contains("the branch was not pushed"), "{answer}");
    assert_eq!(at(&bare, "pilothouse/dev"), None);

    ssh.large_files(&format!("{}/info/lfs", https.address("tern.git")), &format!("Basic {ADA}"));
    https.fail_large_files(Some(LfsFault::Refused));
    let answer = publish("refused").await;
    assert_eq!(
        (&answer["reason"], &answer["pushed"]),
        (&json!("remote-rejected"), &json!(false)),
        "{answer}"
    );
    assert_eq!(at(&bare, "pilothouse/dev"), None, "{:?}", ssh.commands());

    https.fail_large_files(None);
    let answer = publish("now").await;
    assert_eq!(answer["status"], "pushed", "{answer} {:?} {:?}", https.log(), ssh.commands());
    assert_eq!(https.large_file(&oid).as_deref(), Some(CONTENT));
    assert_eq!(at(&bare, "pilothouse/dev"), Some(tip));
    let commands = ssh.commands();
    let last = |name: &str| commands.iter().rposition(|command| command.starts_with(name));
    assert!(last("git-lfs-authenticate") < last("git-receive-pack"), "{commands:?}");
}

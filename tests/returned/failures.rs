//! A failed check goes back with what tells why.

use crate::scene::{Scene, checks, write};

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_check_returns_with_its_first_error_and_its_end_and_what_it_stood_on() {
    let script = "i=0; while [ $i -lt 3000 ]; do echo \"building part $i of many\"; i=$((i+1)); [ $i -eq 40 ] && printf '\\033[31merror: the sum is wrong\\033[0m\\n'; done; test $(($(cat a.txt) + $(cat b.txt))) -le 3 || { echo 'two tests failed'; exit 1; }";
    let scene = Scene::with(&[
        ("a.txt", "1\n"),
        ("b.txt", "1\n"),
        (".pilothouse/config.toml", &checks(&[("the sum", script)])),
    ]);
    let second = scene.job("two in b").await;
    let commit = scene.commit("main", "b", |dir| write(dir, "b.txt", "2\n"));
    let first = scene.change("main", "a", |dir| write(dir, "a.txt", "2\n")).await;
    scene.landed(&first).await;
    let entry = scene.hand_over(&second, &commit, "b").await;
    let back = scene.told(&entry, "merge.entry.returned").await;
    assert_eq!(back["reason"], "merge.check_failed");
    let known = &back["entry"]["repair"]["cameBack"];
    let check = &known["check"];
    assert_eq!(check["name"], "the sum");
    assert_eq!(check["passedAlone"], true);
    assert_eq!(check["tree"], back["entry"]["tree"]);
    let log = check["log"].as_str().unwrap();
    assert!(log.contains("error: the sum is wrong") && log.ends_with("two tests failed"), "{log}");
    assert!(!log.contains('\u{1b}'), "no colours: {log}");
    assert!(log.len() < 8_000 && check["leftOut"].as_u64().unwrap() > 1_000, "{}", log.len());
    assert_eq!(known["beside"][0]["entryId"], first.as_str(), "what landed since it was begun: {known}");

    let mending = scene.claim().await;
    let told = mending.params["fixUpContext"].as_str().unwrap();
    assert!(told.contains("error: the sum is wrong") && told.contains("passed its own validation"), "{told}");
    let mended = scene.commit("main_agents", "b-again", |dir| write(dir, "b.txt", "0\n"));
    let next = scene.hand_over(&mending, &mended, "b-again").await;
    scene.landed(&next).await;
}

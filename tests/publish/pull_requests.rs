//! Pull requests on the scripted forge: opened, found again, and everything it can answer instead.

use crate::scene::{Scene, TOKEN, landed};
use serde_json::{Value, json};
use testkit::forge::Play;

#[tokio::test(flavor = "multi_thread")]
async fn it_is_opened_with_title_and_body_and_the_open_one_is_used_again() {
    let scene = Scene::new();
    let made = scene.publish(json!({ "title": "Prices", "body": "Rounded." })).await;
    assert_eq!(made["status"], "pr-created", "{made}");
    assert_eq!(made["pr-url"], format!("{}/ada/tern/pull/1", scene.forge.url()));
    assert_eq!((&made["base-branch"], &made["head-branch"]), (&json!("main"), &json!("pilothouse/dev")));
    let pull = &scene.forge.pulls()[0];
    assert_eq!(
        (&pull["title"], &pull["body"], &pull["head"]["ref"]),
        (&json!("Prices"), &json!("Rounded."), &json!("pilothouse/dev"))
    );
    landed(&scene.repo, "Round taxes");
    let again = scene.publish(json!({})).await;
    assert_eq!((&again["status"], &again["pr-url"]), (&json!("pr-created"), &made["pr-url"]), "{again}");
    assert_eq!((scene.forge.openings().len(), scene.forge.pulls().len()), (1, 1));
    scene.forge.close(1, true);
    landed(&scene.repo, "Round more");
    let next = scene.publish(json!({})).await;
    assert_eq!(next["pr-url"], format!("{}/ada/tern/pull/2", scene.forge.url()));
    let order = ["git.push.started", "git.push.succeeded", "git.pr.started", "git.pr.succeeded"].repeat(3);
    assert_eq!(scene.told().await, order);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_the_page_to_open_it_by_hand_is_told_and_other_hosts_get_the_push_alone() {
    let scene = Scene::with(|start| start.env("FORGE_TOKEN", ""));
    let manual = scene.publish(json!({ "title": "A & B" })).await;
    assert_eq!(
        (&manual["status"], &manual["reason"]),
        (&json!("manual-pr-required"), &json!("no-credentials")),
        "{manual}"
    );
    let page = manual["manual-pr-url"].as_str().unwrap();
    assert!(page.contains("/ada/tern/compare/main...pilothouse/dev?expand=1&title=A%20%26%20B"), "{page}");
    assert!(scene.forge.calls().is_empty());
    let order = ["git.push.started", "git.push.succeeded", "git.pr.started", "git.pr.manual no-credentials"];
    assert_eq!(scene.told().await, order);
    scene.repo.git(&["remote", "set-url", "origin", "https://gitlab.example/ada/tern.git"]);
    let other = scene.publish(json!({})).await;
    assert_eq!(
        (&other["status"], &other["reason"], &other["pushed"]),
        (&json!("error"), &json!("unsupported-host"), &json!(true))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_of_the_forge_has_a_reason_and_the_push_stays_said() {
    let scene = Scene::new();
    let say = |status: u16, body: Value| Play::Say(status, Vec::new(), body.to_string());
    let message = |text: &str| json!({ "message": text });
    let limited =
        vec![("x-ratelimit-remaining", "0".to_owned()), ("x-ratelimit-reset", "4000000000".to_owned())];
    let rows = [
        (say(401, message("Bad credentials")), "auth"),
        (say(403, message("Resource not accessible by personal access token")), "forbidden"),
        (say(404, message("Not Found")), "not-found"),
        (
            say(
                422,
                json!({ "message": "Validation Failed", "errors": [{ "field": "base", "code": "invalid" }] }),
            ),
            "refused",
        ),
        (
            say(
                422,
                json!({ "message": "Validation Failed", "errors": [{ "message": "A pull request already exists for ada:x." }] }),
            ),
            "refused",
        ),
        (
            say(
                422,
                json!({ "message": "Validation Failed", "errors": [{ "message": "No commits between main and x" }] }),
            ),
            "no-commits",
        ),
        (Play::Say(403, limited, message("API rate limit exceeded").to_string()), "rate-limited"),
        (Play::Say(429, vec![("retry-after", "30".into())], String::new()), "rate-limited"),
        (say(502, message("Server Error")), "network"),
        (Play::Say(201, Vec::new(), "<html>garbage".into()), "bad-answer"),
        (Play::Say(302, vec![("location", "http://127.0.0.1:1/steal".into())], String::new()), "not-found"),
    ];
    for (n, (play, reason)) in rows.into_iter().enumerate() {
        scene.forge.play(play);
        let answer = scene.publish(json!({ "title": format!("Try {n}") })).await;
        assert_eq!(
            (&answer["status"], &answer["reason"], &answer["pushed"]),
            (&json!("error"), &json!(reason), &json!(true)),
            "{answer}"
        );
        assert!(answer["manual-pr-url"].as_str().unwrap().contains("/compare/"), "{answer}");
        if n == 6 {
            assert_eq!(answer["retry-at"], "2096-10-02T07:06:40.000Z", "{answer}");
        }
        assert!(!answer.to_string().contains(TOKEN));
    }
    assert!(scene.told().await.contains(&"git.pr.failed rate-limited".to_owned()));
    assert!(scene.forge.pulls().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_whose_answer_was_lost_is_found_and_not_opened_twice() {
    let scene = Scene::new();
    scene.forge.play(Play::OpenAndCut);
    let answer = scene.publish(json!({})).await;
    assert_eq!(answer["status"], "pr-created", "{answer}");
    assert_eq!((scene.forge.openings().len(), scene.forge.pulls().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forge_that_does_not_answer_is_left_after_its_time() {
    let scene = Scene::new();
    scene.forge.play(Play::Hang);
    let answer = scene.publish(json!({})).await;
    assert_eq!((&answer["reason"], &answer["pushed"]), (&json!("timeout"), &json!(true)), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_came_in_between_is_found_when_the_forge_says_that_there_is_one() {
    let scene = Scene::new();
    assert_eq!(scene.publish(json!({ "title": "First" })).await["status"], "pr-created");
    landed(&scene.repo, "Say more");
    scene.forge.play(Play::ShowLate);
    let answer = scene.publish(json!({ "title": "Second" })).await;
    assert_eq!(answer["status"], "pr-created", "{answer}");
    assert_eq!((scene.forge.openings().len(), scene.forge.pulls().len()), (2, 1), "the second was refused");
    let latest = scene.shown().await["latest"].clone();
    assert_eq!((&latest["pr"]["reused"], &latest["pr"]["number"]), (&json!(true), &json!(1)), "{latest}");
}

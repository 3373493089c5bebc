//! Answers of the forge, each with what it comes to.

use super::*;
use crate::publish::host::Forge;
use serde_json::json;

fn repository() -> Repository {
    let forge = Forge {
        host: "github.com".into(),
        api: "https://api.github.com".into(),
        web: "https://github.com".into(),
    };
    Repository { forge, owner: "ada".into(), name: "tern".into(), head_owner: None }
}

fn answer(status: u16, body: Value) -> Answer {
    Answer { status, body: body.to_string().into_bytes(), ..Answer::default() }
}

fn why(opened: Opened) -> (PublishReason, Option<i64>) {
    match opened {
        Opened::Failed(failure) => {
            assert!(!failure.message.is_empty());
            (failure.reason, failure.retry_at)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_pull_request_is_read_and_its_link_is_one_of_the_forge() {
    let body = json!({ "number": 7, "html_url": "https://github.com/ada/tern/pull/7", "state": "open", "head": { "sha": "abc" } });
    let Opened::Created(pull) = opened(&answer(201, body), &repository(), 0) else { panic!() };
    assert_eq!(
        (pull.number, pull.url.as_str(), pull.state.as_str()),
        (7, "https://github.com/ada/tern/pull/7", "open")
    );
    for foreign in [
        "javascript:alert(1)",
        "https://github.com.evil.example/x",
        "http://github.com/x",
        "https://github.com/a b",
    ] {
        let body = json!({ "number": 7, "html_url": foreign });
        let Opened::Created(pull) = opened(&answer(201, body), &repository(), 0) else { panic!() };
        assert_eq!(pull.url, "https://github.com/ada/tern/pull/7", "{foreign}");
    }
}

#[test]
fn refusals_have_stable_reasons() {
    use PublishReason::*;
    let exists = json!({ "message": "Validation Failed", "errors": [{ "resource": "PullRequest", "code": "custom", "message": "A pull request already exists for ada:x." }] });
    assert_eq!(opened(&answer(422, exists), &repository(), 0), Opened::Exists);
    let empty =
        json!({ "message": "Validation Failed", "errors": [{ "message": "No commits between main and x" }] });
    let field = json!({ "message": "Validation Failed", "errors": [{ "field": "base", "code": "invalid" }] });
    let plain = |text: &str| json!({ "message": text });
    let rows = [
        (422, empty, NoCommits),
        (422, field, Refused),
        (401, plain("Bad credentials"), Auth),
        (403, plain("Resource not accessible by personal access token"), Forbidden),
        (403, plain("API rate limit exceeded for user ID 1."), RateLimited),
        (403, plain("You have exceeded a secondary rate limit"), RateLimited),
        (404, plain("Not Found"), NotFound),
        (410, plain("Gone"), NotFound),
        (301, plain("Moved Permanently"), NotFound),
        (429, plain("Too many"), RateLimited),
        (500, plain("x"), Network),
        (503, json!("x"), Network),
        (418, plain("x"), BadAnswer),
        (200, plain("x"), BadAnswer),
        (201, json!({ "no": "number" }), BadAnswer),
        (201, json!([]), BadAnswer),
    ];
    for (status, body, reason) in rows {
        let shown = body.to_string();
        assert_eq!(why(opened(&answer(status, body), &repository(), 0)).0, reason, "{status} {shown}");
    }
    for garbage in [&b""[..], b"<html>", b"{", b"\xff\xfe", b"null"] {
        let made = Answer { status: 201, body: garbage.to_vec(), ..Answer::default() };
        assert_eq!(why(opened(&made, &repository(), 0)).0, BadAnswer, "{garbage:?}");
        let made = Answer { status: 403, body: garbage.to_vec(), ..Answer::default() };
        assert_eq!(why(opened(&made, &repository(), 0)).0, Forbidden, "{garbage:?}");
    }
}

#[test]
fn a_rate_limit_says_when_it_ends() {
    let mut limited = answer(403, json!({ "message": "API rate limit exceeded" }));
    (limited.remaining, limited.reset) = (Some(0), Some(1_700_000_000));
    assert_eq!(
        why(opened(&limited, &repository(), 5)),
        (PublishReason::RateLimited, Some(1_700_000_000_000))
    );
    limited.retry_after = Some(60);
    assert_eq!(why(opened(&limited, &repository(), 5)).1, Some(60_005));
    (limited.retry_after, limited.reset) = (Some(u64::MAX), Some(u64::MAX));
    assert!(why(opened(&limited, &repository(), 5)).1.is_some());
}

#[test]
fn the_open_one_is_that_of_the_same_head_and_base() {
    let one = |number: u64, label: &str, head: &str, base: &str| json!({ "number": number, "html_url": "", "state": "open", "head": { "label": label, "ref": head, "sha": "s" }, "base": { "ref": base } });
    let all = json!([
        one(1, "eve:x", "x", "main"),
        one(2, "ada:x", "x", "dev"),
        one(3, "ada:y", "y", "main"),
        one(4, "ada:x", "x", "main")
    ]);
    let found = listed(&answer(200, all), &repository(), "main", "x", 0).unwrap();
    assert_eq!(found.map(|pull| pull.number), Some(4));
    assert_eq!(listed(&answer(200, json!([])), &repository(), "main", "x", 0), Ok(None));
    assert_eq!(
        listed(&answer(200, json!({})), &repository(), "main", "x", 0).unwrap_err().reason,
        PublishReason::BadAnswer
    );
    assert_eq!(
        listed(&answer(404, json!({})), &repository(), "main", "x", 0).unwrap_err().reason,
        PublishReason::NotFound
    );
}

#[test]
fn merged_and_closed_are_told_apart() {
    let read = |body| shown(&answer(200, body), &repository(), 0).unwrap().state;
    assert_eq!(read(json!({ "number": 1, "state": "closed", "merged": true })), "merged");
    assert_eq!(read(json!({ "number": 1, "state": "closed", "merged_at": null })), "closed");
    assert_eq!(read(json!({ "number": 1, "state": "open" })), "open");
}

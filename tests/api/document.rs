//! `/openapi.json` against the tables the server is made from.

use crate::scene::Scene;
use crate::surface;
use protocol::ops::{Method, OTHER_NAMES};

/// Where routes are written down; the document must know every one of them.
const TABLE: &str = include_str!("../../src-tauri/crates/server/src/rest/routes.rs");
const ROUTER: &str = include_str!("../../src-tauri/crates/server/src/start.rs");

/// Addresses named in calls of one of `names`.
fn addresses(source: &str, names: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for name in names {
        for rest in source.split(&format!("{name}(")).skip(1) {
            let Some(text) = rest.trim_start().strip_prefix("\"/") else { continue };
            found.push(format!("/{}", text.split('"').next().unwrap()));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_lists_every_route_and_every_method() {
    let scene = Scene::quiet();
    let (routes, document) = surface::read(&scene).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
    let mut wanted = addresses(TABLE, &["get", "get_one", "post", "create"]);
    assert!(wanted.len() > 40, "{wanted:?}");
    wanted.extend(
        addresses(ROUTER, &[".route"])
            .into_iter()
            .filter(|p| p != "/" && p != "/v1/rpc/{method}")
            .map(|p| p.replace("{*path}", "{path}")),
    );
    wanted.extend(Method::ALL.iter().map(|m| format!("/v1/rpc/{}", m.operation().name)));
    wanted.extend(OTHER_NAMES.iter().map(|(other, _)| format!("/v1/rpc/{other}")));
    for path in wanted {
        assert!(routes.iter().any(|r| r.path == path), "{path} is missing");
    }
    // Another name is told as one, and is the same to everybody else.
    for (other, method) in OTHER_NAMES {
        let name = method.operation().name;
        let of = |name: &str| document["paths"][format!("/v1/rpc/{name}")]["post"].clone();
        let (mut same, own) = (of(other), of(name));
        assert!(
            same["description"].as_str().unwrap().starts_with(&format!("The same as {name}. ")),
            "{same}"
        );
        for field in ["operationId", "description"] {
            same[field].clone_from(&own[field]);
        }
        assert_eq!(same, own, "{other}");
    }
    // Every reference leads somewhere.
    let text = document.to_string();
    for name in text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(!document["components"]["schemas"][name].is_null(), "{name} is named and not there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_get_route_lists_what_may_stand_behind_its_question_mark() {
    let (_, document) = surface::read(&Scene::quiet()).await;
    let names = |path: &str, place: &str| -> Vec<String> {
        let all = document["paths"][path]["get"]["parameters"].as_array().cloned().unwrap_or_default();
        let of_place = all.iter().filter(|one| one["in"] == place);
        of_place.map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    for field in ["status", "limit", "workspaceId", "sessionId"] {
        assert!(names("/jobs", "query").contains(&field.to_owned()), "{field}");
    }
    assert_eq!(names("/jobs/{id}", "path"), ["id"]);
    assert!(!names("/jobs/{id}", "query").contains(&"id".to_owned()));
}

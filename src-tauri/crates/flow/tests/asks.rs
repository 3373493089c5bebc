//! Every kind of question with its sentence, as the page's tests read them. `npm run gen` writes the file anew; without
//! that it has to be equal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use flow::asks::sentence;
use protocol::asks::{Asks, SetupReach};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn text(text: &str) -> String {
    text.to_owned()
}

fn questions() -> Vec<Asks> {
    let (branch, job, remote) = (text("main_agents"), text("src/a.rs: Opening hours"), text("origin.git"));
    let push =
        |over, opens| Asks::Push { branch: text("pilothouse/dev"), remote: remote.clone(), over, opens };
    let setup =
        |reach| Asks::SetupNetwork { command: text("./ci.sh"), hosts: text("registry.npmjs.org"), reach };
    let mut all = vec![
        Asks::Land { title: job.clone(), branch: branch.clone() },
        Asks::LandMain { branch: text("release/1"), to: branch.clone(), commits: 1 },
        Asks::LandMain { branch: text("release/1"), to: branch, commits: 3 },
        Asks::Trust { checks: 0, commands: String::new() },
        Asks::Trust { checks: 1, commands: text("./test.sh") },
        Asks::Trust { checks: 2, commands: text("./test.sh; ./lint.sh") },
        Asks::ImageBuild {
            file: text(".devcontainer/Dockerfile"),
            digest: text("0123456789ab"),
            described_by: text(".devcontainer/devcontainer.json"),
        },
        Asks::JobNetwork { job: job.clone(), target: text("a.example:443") },
        Asks::JobCommand { job: job.clone(), command: text("./deploy.sh") },
        Asks::JobWrite { job, paths: text("Cargo.toml, src/b.rs") },
        Asks::Bisect { command: text("./test.sh") },
        Asks::LocalCommand { command: text("./count.sh") },
        Asks::Recipe { name: text("docs.all") },
        push(None, false),
        push(None, true),
        push(Some(text("0123456")), true),
        Asks::Tool { name: text("web.fetch") },
    ];
    all.extend(SetupReach::ALL.iter().map(|reach| setup(*reach)));
    all
}

fn kinds(schema: schemars::Schema) -> BTreeSet<String> {
    let schema = serde_json::to_value(schema).unwrap();
    let one_of = schema["oneOf"].as_array().unwrap();
    one_of.iter().map(|one| one["properties"]["kind"]["const"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_kind_has_its_sentence_in_the_file_that_the_page_is_tried_with() {
    let questions: Vec<Value> =
        questions().iter().map(|one| json!({ "asks": one, "text": sentence(one) })).collect();
    let shown: BTreeSet<String> =
        questions.iter().map(|one| one["asks"]["kind"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds(schemars::schema_for!(Asks)), shown, "a question has no example");

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../ui/src/model/asks.fixture.json");
    let now = serde_json::to_string_pretty(&json!({ "questions": questions })).unwrap() + "\n";
    if std::env::var_os("PILOTHOUSE_GEN").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == now, "ui/src/model/asks.fixture.json differs from the sentences: run `npm run gen`");
}

//! Typing, watching, handing over, cutting and coming back.

use crate::scene::{Scene, attach, type_in};
use crate::wire::{ACK, EXIT, Frame, INPUT, OUTPUT, SNAPSHOT};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_runs_in_the_workspace_with_a_clean_environment() {
    let scene = Scene::trusted();
    let (_, opened) =
        scene.rpc("terminals.open", json!({ "folder": "inner", "cols": 100, "rows": 30 })).await;
    let id = opened["terminal"]["id"].as_str().unwrap().to_owned();
    let mut wire = scene.wire().await;
    let (stream, attached) = attach(&mut wire, &id, json!({})).await;
    assert_eq!((attached["controls"].as_bool(), attached["inputOffset"].as_u64()), (Some(true), Some(0)));
    let typed = b"cat file.txt; stty size; env; echo \"<$((40+2))>\"\n";
    wire.binary(INPUT, stream, 0, typed).await;
    let shown = wire.shown(stream, "<42>").await;
    assert!(
        shown.contains("here\r\n") && shown.contains("30 100") && shown.contains("TERM=xterm-256color"),
        "{shown}"
    );
    assert!(!shown.contains("s3cret") && !shown.contains("PILOTHOUSE_DATA"), "{shown}");
    type_in(&mut wire, stream, "exit 5\n").await;
    let (_, end) = wire.exit(stream).await;
    assert_eq!((end["state"].as_str(), end["exitCode"].as_u64()), (Some("exited"), Some(5)));
    assert_eq!(scene.listed(&id).await.unwrap()["end"]["exitCode"], 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_look_at_one_terminal_and_control_is_handed_over() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    let (mut ann, mut bob) = (scene.wire().await, scene.wire().await);
    let (a, _) = attach(&mut ann, &id, json!({})).await;
    let (b, watching) = attach(&mut bob, &id, json!({})).await;
    assert_eq!(watching["controls"], false);
    type_in(&mut ann, a, "echo one-$((1+1))\n").await;
    ann.shown(a, "one-2").await;
    bob.shown(b, "one-2").await;
    let refused = bob.call("terminals.input", json!({ "stream": b, "text": "x" })).await.unwrap_err();
    assert_eq!(refused["code"], "terminal.not_controlled");
    let refused =
        bob.call("terminals.resize", json!({ "stream": b, "cols": 9, "rows": 9 })).await.unwrap_err();
    assert_eq!(refused["code"], "terminal.not_controlled");
    bob.binary(INPUT, b, 0, b"echo never\n").await;
    loop {
        if let Frame::Text(frame) = bob.frame().await
            && frame["t"] == "refused"
        {
            assert_eq!(frame["error"]["code"], "terminal.not_controlled");
            break;
        }
    }
    bob.call("terminals.take_control", json!({ "stream": b })).await.unwrap();
    // Who was in control is told.
    loop {
        if let Frame::Text(frame) = ann.frame().await
            && frame["t"] == "term"
            && frame["controls"] == false
        {
            break;
        }
    }
    bob.call("terminals.resize", json!({ "stream": b, "cols": 77, "rows": 20 })).await.unwrap();
    type_in(&mut bob, b, "stty size; echo two-$((1+1))\n").await;
    let shown = ann.shown(a, "two-2").await;
    assert!(shown.contains("20 77") && !shown.contains("never"), "{shown}");
    bob.shown(b, "two-2").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_over_cut_connections_arrives_whole_and_once() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    let mut wire = scene.wire().await;
    let (mut stream, attached) = attach(&mut wire, &id, json!({})).await;
    let seat = attached["seat"].as_str().unwrap().to_owned();
    type_in(&mut wire, stream, "stty -echo; PS1=; echo be''gin; seq 1 300000; echo en''d; exit\n").await;
    let (mut all, mut cuts, mut end) = (Vec::new(), 0, None);
    while end.is_none() {
        match wire.frame().await {
            Frame::Binary { kind: OUTPUT, offset, bytes, .. } => {
                assert_eq!(offset, all.len() as u64);
                all.extend_from_slice(&bytes);
                if all.len() / 300_000 > cuts {
                    cuts += 1;
                    // No goodbye, and no word of what has come.
                    drop(wire);
                    wire = scene.wire().await;
                    let again = json!({ "after": all.len(), "seat": seat });
                    let (next, attached) = attach(&mut wire, &id, again).await;
                    assert_eq!(
                        (attached["controls"].as_bool(), attached["seat"].as_str()),
                        (Some(true), Some(&*seat))
                    );
                    stream = next;
                } else {
                    wire.binary(ACK, stream, all.len() as u64, &[]).await;
                }
            }
            Frame::Binary { kind: EXIT, offset, .. } => end = Some(offset),
            Frame::Binary { kind: ACK, .. } | Frame::Text(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(cuts >= 5 && end == Some(all.len() as u64), "{cuts}");
    let text = String::from_utf8(all).unwrap();
    let flood = text.split("begin\r\n").nth(1).unwrap().split("end\r\n").next().unwrap();
    let expected: String = (1..=300_000).map(|n| format!("{n}\r\n")).collect();
    assert!(flood == expected, "{} bytes of {}", flood.len(), expected.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn input_that_is_sent_again_after_a_cut_is_typed_once() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    let mut wire = scene.wire().await;
    let (stream, attached) = attach(&mut wire, &id, json!({})).await;
    wire.binary(INPUT, stream, 0, b"echo first-$((0+1))\n").await;
    wire.shown(stream, "first-1").await;
    drop(wire);
    let mut wire = scene.wire().await;
    let (stream, again) = attach(&mut wire, &id, json!({ "seat": attached["seat"] })).await;
    assert_eq!(again["inputOffset"], 20);
    wire.binary(INPUT, stream, 0, b"echo first-$((0+1))\necho second-$((1+1))\n").await;
    let shown = wire.shown(stream, "second-2").await;
    assert_eq!(shown.matches("first-1").count(), 1, "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_late_gets_a_small_picture_with_the_prompt() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    let mut wire = scene.wire().await;
    let (stream, _) = attach(&mut wire, &id, json!({})).await;
    type_in(&mut wire, stream, "seq 1 1200000; echo rea''dy\n").await;
    wire.shown(stream, "ready\r\n").await;
    let mut late = scene.wire().await;
    let (stream, attached) = attach(&mut late, &id, json!({ "after": null, "viewOnly": true })).await;
    assert!(attached["terminal"]["bytes"].as_u64().unwrap() > 8 << 20);
    let (of, bytes) = loop {
        match late.frame().await {
            Frame::Binary { kind: SNAPSHOT, replay: true, stream, bytes, .. } => break (stream, bytes),
            Frame::Text(_) => {}
            other => panic!("{other:?}"),
        }
    };
    assert!(of == stream && bytes.len() < 200 * 1024, "{}", bytes.len());
    assert!(String::from_utf8_lossy(&bytes).contains("ready"));
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_ends_all_that_runs_in_it_and_lists_are_told() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    let mut wire = scene.wire().await;
    let (stream, _) = attach(&mut wire, &id, json!({})).await;
    type_in(&mut wire, stream, "setsid nohup sleep 5151 & sleep 5151 & echo star''ted\n").await;
    wire.shown(stream, "started").await;
    let (status, _) = scene.rpc("terminals.rename", json!({ "id": id, "name": "builds" })).await;
    assert_eq!(status, 200);
    loop {
        if let Frame::Text(frame) = wire.frame().await
            && frame["t"] == "now"
        {
            assert_eq!(frame["data"]["type"], "terminals.changed");
            break;
        }
    }
    let (status, _) = scene.rpc("terminals.close", json!({ "id": id })).await;
    assert_eq!(status, 200);
    let (_, end) = wire.exit(stream).await;
    assert_eq!(end["why"], "closed");
    // Each was killed before the end was told; on a busy machine that takes a moment.
    let none = || async {
        let found = std::process::Command::new("pgrep").args(["-f", "sleep 5151"]).output().unwrap();
        found.stdout.is_empty().then_some(())
    };
    scene.server.eventually("both are gone", none).await;
    let kept = scene.listed(&id).await.unwrap();
    assert_eq!((kept["name"].as_str(), kept["state"].as_str()), (Some("builds"), Some("exited")));
    let (status, piece) = scene.rpc("terminals.export", json!({ "id": id })).await;
    assert!(status == 200 && piece["text"].as_str().unwrap().contains("started"));
    // Closed once more, as by whoever did not see its end, it is kept; what deletes it has a name of its own.
    for name in ["terminals.close", "terminal.session.kill"] {
        assert_eq!(scene.rpc(name, json!({ "id": id })).await.0, 200, "{name}");
        assert_eq!(scene.rpc("terminals.export", json!({ "id": id })).await.1, piece, "{name}");
    }
    assert_eq!(scene.rpc("terminals.remove", json!({ "id": id })).await.0, 200);
    assert_eq!(scene.listed(&id).await, None);
    assert_eq!(scene.rpc("terminals.close", json!({ "id": id })).await.0, 404);
    let running = scene.open().await;
    let (status, refused) = scene.rpc("terminals.remove", json!({ "id": running })).await;
    assert_eq!((status, refused["code"].as_str()), (409, Some("conflict")), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_reaches_the_program_in_the_foreground() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    let mut wire = scene.wire().await;
    let (stream, _) = attach(&mut wire, &id, json!({})).await;
    // It says itself that it runs: by then it is in the foreground, and the shell waits for it.
    type_in(&mut wire, stream, "sh -c 'echo wai\"\"ting; sleep 5252'\n").await;
    wire.shown(stream, "waiting").await;
    assert_eq!(scene.rpc("terminals.signal", json!({ "id": id, "signal": "interrupt" })).await.0, 200);
    type_in(&mut wire, stream, "echo ba''ck\n").await;
    wire.shown(stream, "back").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_begins_in_the_folder_of_a_job_that_was_taken_over() {
    let scene = Scene::trusted();
    let planning = json!({
        "intent": "code_change", "riskLevel": "low",
        "scope": { "readAnywhere": true, "writeGlobs": ["notes/**"], "maxFilesToEdit": 3 },
        "acceptanceCriteria": ["They are there"], "validationSteps": [], "queuePriority": "interactive",
        "queueWaitBudgetMs": 90000, "executionBudgetMs": 300000, "finalizationBudgetMs": 120000
    });
    let params = json!({ "schemaVersion": 2, "lane": "worker", "title": "Notes", "instruction": "Write them.", "planning": planning });
    let job = json!({ "taskId": "t", "kind": "task.execute", "sessionId": "dev", "params": params });
    let (_, job) = scene.rpc("jobs.enqueue", job).await;
    let job = job["jobId"].as_str().unwrap().to_owned();
    let (status, refused) = scene.rpc("terminals.open", json!({ "jobId": job })).await;
    assert_eq!(
        (status, refused["code"].as_str()),
        (403, Some("terminal.folder")),
        "nobody has taken it over: {refused}"
    );
    let (_, taken) = scene.rpc("jobs.take_over", json!({ "id": job })).await;
    let folder = taken["taken"]["path"].as_str().unwrap().to_owned();
    let there = async || {
        let (status, reply) = scene.rpc("terminals.open", json!({ "jobId": job })).await;
        (status == 200).then_some(reply)
    };
    let opened = scene.server.eventually("the folder is made", there).await;
    assert_eq!(
        (opened["terminal"]["cwd"].as_str(), opened["terminal"]["jobId"].as_str()),
        (Some(&*folder), Some(&*job))
    );
    let mut wire = scene.wire().await;
    let (stream, _) = attach(&mut wire, opened["terminal"]["id"].as_str().unwrap(), json!({})).await;
    type_in(&mut wire, stream, "cat inner/file.txt; git branch --show-current; echo en''d\n").await;
    let shown = wire.shown(stream, "end").await;
    assert!(shown.contains("here") && shown.contains(taken["taken"]["branch"].as_str().unwrap()), "{shown}");
}

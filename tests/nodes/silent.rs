//! A line on which nothing passes any more, and nobody says so: the machine finds out by itself, and so does its hub.

use crate::cut::{attach, count, counted, read};
use crate::machine::Machine;
use crate::scene::Scene;
use crate::wire::INPUT;
use serde_json::json;
use testkit::clock::Clock;

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_hears_nothing_of_its_hub_for_45_seconds_connects_anew() {
    let Some(clock) = Clock::made() else {
        testkit::notes::not_run("a machine whose hub is silent: no C compiler makes its clock");
        return;
    };
    let scene = Scene::new();
    let mut machine = Machine::under("box", "", &clock.under().each_ref().map(String::as_str));
    let (id, line) = scene.over_a_line(&mut machine, json!(["terminals"])).await;
    let terminal = scene.open(&id).await;
    let mut wire = scene.wire().await;
    let reply = attach(&mut wire, &terminal, 0, None).await;
    let (stream, mut all) = (reply["stream"].as_u64().unwrap() as u32, Vec::new());
    wire.binary(INPUT, stream, 0, count().as_bytes()).await;
    read(&mut wire, stream, &mut all, "n1000\r\n").await;

    // It goes on saying that it is there, every 15 seconds, and that does not keep it from noticing.
    line.hold();
    clock.passed(46);
    let away = machine.said("away").await;
    assert!(away["why"].as_str().unwrap().contains("it is silent"), "{away}");
    assert_eq!(scene.node(&id).await["online"], true, "the hub has yet to find out");

    line.heal();
    machine.said("connected").await;
    read(&mut wire, stream, &mut all, "done\r\n").await;
    counted(&all);
    assert_eq!(scene.node(&id).await["online"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_hears_nothing_of_a_machine_for_45_seconds_says_that_it_is_not_there() {
    let Some(clock) = Clock::made() else {
        testkit::notes::not_run("a hub whose machine is silent: no C compiler makes its clock");
        return;
    };
    let scene = Scene::with(|start| start.under(&clock.under().each_ref().map(String::as_str)));
    let mut machine = Machine::new("box", "");
    let (id, line) = scene.over_a_line(&mut machine, json!(["terminals"])).await;
    scene.sees(&id, true).await;

    line.hold();
    clock.passed(20);
    assert_eq!(scene.node(&id).await["online"], true, "a pause is no absence");
    // It looks every 15 seconds, so that is within 60.
    clock.passed(61);
    scene.sees(&id, false).await;
    let (status, refused) = scene.owner("terminals.open", json!({ "node": id })).await;
    assert_eq!((status, refused["code"].as_str()), (503, Some("node.away")));
}

//! The tailnet address: the daemon says whose machine a peer is, and headers say nothing.

use crate::daemon::{ANN, ANN_TOO, BOB, Daemon, NAME, OWN, STRANGER, TAGGED};
use crate::scene::{Scene, ask, from, staying};
use crate::walked::{Attempt, Of, revoke, walk, without_right};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn machines_of_the_owner_come_in_and_others_are_told_why_not() {
    let mut daemon = Daemon::start();
    let socket = daemon.socket();
    let scene = Scene::with(|start| start.env("PILOTHOUSE_LISTEN_TAILSCALED", socket.to_str().unwrap()));
    assert_eq!(scene.listener("tailnet", "off").await["chosen"], false, "nothing is opened by itself");
    let (code, shown) = scene.command(&["tailnet", "on"]).await;
    assert_eq!((code, &shown["logins"]), (0, &json!(["ann@example.com"])), "{shown}");
    let shown = scene.listener("tailnet", "open").await;
    let at = shown["bound"].as_str().unwrap().to_owned();
    let port = at.rsplit(':').next().unwrap();
    assert_eq!(shown["urls"], json!([format!("http://{NAME}:{port}"), format!("http://{at}")]));
    assert_eq!((&shown["tier"], &shown["reachers"]), (&json!("plain"), &json!("tailnet")));
    assert!(at.starts_with(OWN));
    let (health, status) = (format!("http://{at}/healthz"), format!("http://{at}/system/status"));

    let ann = from(ANN);
    assert_eq!(ask(ann.get(&health)).await.0, 200);
    for (who, code) in
        [(BOB, "tailnet.not_allowed"), (TAGGED, "tailnet.tagged"), (STRANGER, "tailnet.unknown")]
    {
        let there = from(who);
        assert_eq!(ask(there.get(&health)).await, (403, code.into()), "{who}");
        // A page is refused like everything else, in words, and so is whoever says to be somebody else.
        let page = there.get(format!("http://{at}/")).header("accept", "text/html");
        assert_eq!(crate::page::refused(page).await, (403, code.into()), "{who}");
        let forged = there
            .get(&health)
            .header("tailscale-user-login", "ann@example.com")
            .header("x-forwarded-for", ANN)
            .header("x-forwarded-proto", "https");
        assert_eq!(ask(forged).await, (403, code.into()), "{who}");
    }
    let funnel = ann.get(&health).header("tailscale-funnel-request", "?1");
    assert_eq!(ask(funnel).await, (403, "tailnet.funnel".into()));
    for host in ["evil.example", "localhost", "127.0.0.1", &format!("laptop:{port}")] {
        assert_eq!(ask(ann.get(&health).header("host", host)).await, (403, "wrong_host".into()), "{host}");
    }
    let named = ann.get(&health).header("host", format!("{NAME}:{port}"));
    assert_eq!(ask(named).await.0, 200);
    let foreign = ann.get(&health).header("origin", "http://evil.example");
    assert_eq!(ask(foreign).await, (403, "foreign_origin".into()));

    // Being let in is not being known.
    assert_eq!(ask(ann.get(&status)).await, (401, "unauthenticated".into()));
    let owner = ann.get(&status).bearer_auth(&scene.server.token);
    assert_eq!(ask(owner).await, (403, "listen.local_only".into()));
    let device = scene.pair(&ann, &format!("http://{at}"), &[]).await;
    assert_eq!((&device.shown["login"], device.secure), (&json!("ann@example.com"), false));
    assert!(!device.cookie.contains("Secure"), "a cookie for https would never come back: {}", device.cookie);
    assert_eq!(ask(ann.get(&status).bearer_auth(&device.token)).await.0, 200);
    assert!(daemon.asked(ANN) < 5, "an answer counts for a while");
    let stolen = from(BOB).get(&status).bearer_auth(&device.token);
    assert_eq!(ask(stolen).await, (403, "tailnet.not_allowed".into()));

    // On loopback such headers are no more than words.
    let forged = [("tailscale-user-login", "ann@example.com"), ("x-forwarded-for", ANN)];
    let local = scene.pair(&from("127.0.0.1"), &scene.server.url, &forged).await;
    assert_eq!((&local.shown["login"], &local.shown["from"]), (&Value::Null, &json!("127.0.0.1")));

    // Others are let in by name, at once.
    let (code, shown) = scene.command(&["tailnet", "allow", "Bob@example.com", "tag:ci"]).await;
    assert_eq!((code, &shown["allow"]), (0, &json!(["bob@example.com", "tag:ci"])));
    for (who, wanted) in [(BOB, 200), (TAGGED, 200), (STRANGER, 403)] {
        assert_eq!(ask(from(who).get(&health)).await.0, wanted, "{who}");
    }
    // And shut out again, with whatever they have open.
    let events = from(BOB).get(format!("http://{at}/v1/events")).bearer_auth(&device.token);
    let mut stream = events.send().await.unwrap();
    assert!(stream.chunk().await.unwrap().is_some());
    let (code, _) = scene.command(&["tailnet", "allow", "tag:ci"]).await;
    assert_eq!(code, 0);
    let cut = async { while let Ok(Some(_)) = stream.chunk().await {} };
    tokio::time::timeout(std::time::Duration::from_secs(60), cut).await.expect("it is cut");
    assert_eq!(ask(from(BOB).get(&health)).await, (403, "tailnet.not_allowed".into()));

    // Nobody new comes in while the daemon cannot be asked; who was known a moment ago does.
    assert_eq!(ask(ann.get(&health)).await.0, 200);
    daemon.down();
    assert_eq!(ask(ann.get(&health)).await.0, 200);
    assert_eq!(ask(from(ANN_TOO).get(&health)).await, (503, "tailnet.unavailable".into()));
    daemon.up();
    let back = async || (ask(from(ANN_TOO).get(&health)).await.0 == 200).then_some(());
    scene.server.eventually("the daemon is asked again", back).await;

    // It is open again after an end without warning, and closed without a restart.
    let Scene { server, start, data, _repo } = scene;
    server.kill();
    let scene = Scene { server: testkit::world::RunningServer::start(&start), start, data, _repo };
    let again = scene.listener("tailnet", "open").await["bound"].as_str().unwrap().to_owned();
    assert_eq!(ask(ann.get(format!("http://{again}/system/status")).bearer_auth(&device.token)).await.0, 200);
    let (code, _) = scene.command(&["tailnet", "off"]).await;
    assert_eq!(code, 0);
    let closed = async || ann.get(format!("http://{again}/healthz")).send().await.is_err().then_some(());
    scene.server.eventually("nobody listens there", closed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_local_api_is_out_of_reach_the_tool_is_asked_who_comes() {
    let mut daemon = Daemon::start();
    let socket = daemon.socket();
    let scene = Scene::with(|start| {
        start.env("PILOTHOUSE_LISTEN_TAILSCALED", socket.to_str().unwrap()).env("PATH", &daemon.path())
    });
    scene.command(&["tailnet", "on"]).await;
    let at = scene.listener("tailnet", "open").await["bound"].as_str().unwrap().to_owned();
    let health = format!("http://{at}/healthz");
    assert_eq!(daemon.asked_by_tool(ANN), 0);
    // From now on only the stand-in for the tool answers.
    daemon.down();
    assert_eq!(ask(from(ANN).get(&health)).await.0, 200);
    assert_eq!(ask(from(BOB).get(&health)).await, (403, "tailnet.not_allowed".into()));
    assert_eq!(ask(from(STRANGER).get(&health)).await, (403, "tailnet.unknown".into()));
    assert_eq!(ask(from(ANN).get(&health)).await.0, 200);
    assert_eq!(
        (daemon.asked_by_tool(ANN), daemon.asked_by_tool(BOB)),
        (1, 1),
        "an answer counts for a while"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_method_and_no_route_opens_to_a_machine_that_is_not_let_in_or_to_nobody() {
    let daemon = Daemon::start();
    let socket = daemon.socket();
    let scene = Scene::with(|start| start.env("PILOTHOUSE_LISTEN_TAILSCALED", socket.to_str().unwrap()));
    scene.command(&["tailnet", "on"]).await;
    let at = scene.listener("tailnet", "open").await["bound"].as_str().unwrap().to_owned();
    let (url, port) = (format!("http://{at}"), at.rsplit(':').next().unwrap());
    let device = scene.pair(&from(ANN), &url, &[]).await;
    let gone = scene.pair(&from(ANN), &url, &[]).await;
    revoke(&scene, &url, &from(ANN), &[], &gone.token).await;

    let ann = staying(ANN);
    let mut attempts = without_right(&scene, &ann, &[], (&device.token, &gone.token));
    let token = Some(device.token.as_str());
    // With the token of a device that is let in, and with what Serve would say of its machine.
    let forged: Vec<(&str, String)> = vec![
        ("tailscale-user-login", "ann@example.com".into()),
        ("x-forwarded-for", ANN.into()),
        ("x-forwarded-proto", "https".into()),
        ("x-forwarded-host", NAME.into()),
    ];
    let others = [
        ("by somebody else", staying(BOB), "tailnet.not_allowed"),
        ("by a machine with tags", staying(TAGGED), "tailnet.tagged"),
        ("by a machine of no tailnet", staying(STRANGER), "tailnet.unknown"),
    ];
    for (what, client, code) in &others {
        for headers in [Vec::new(), forged.clone()] {
            attempts.push(Attempt {
                what,
                client,
                headers,
                token,
                refused: (403, *code),
                of: Of::Everything,
            });
        }
    }
    let nearly = format!("laptop:{port}");
    for (what, name, value, code) in [
        ("through Funnel", "tailscale-funnel-request", "?1", "tailnet.funnel"),
        ("by a name that is made to point here", "host", "evil.example", "wrong_host"),
        ("by the name of loopback", "host", "localhost", "wrong_host"),
        ("by a name that is nearly right", "host", nearly.as_str(), "wrong_host"),
        ("from another page", "origin", "http://evil.example", "foreign_origin"),
        ("from a page of nowhere", "origin", "null", "foreign_origin"),
    ] {
        let (headers, refused) = (vec![(name, value.to_owned())], (403, code));
        attempts.push(Attempt { what, client: &ann, headers, token, refused, of: Of::Everything });
    }
    let walked = walk(&scene, &url, &attempts).await;
    assert!(walked > 2_000, "only {walked} were walked");
    let status = ann.get(format!("{url}/system/status")).bearer_auth(&device.token);
    assert_eq!(ask(status).await.0, 200, "it was let in all the time");
}

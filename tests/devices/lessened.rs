//! What a device had at a terminal when it may do less, or nothing any more: its seat, what it typed and nobody was
//! given yet, and its control are gone before it could come back.

use crate::key::Key;
use crate::scene::{Device, Scene};
use crate::wire::{Frame, INPUT, Wire};
use serde_json::{Value, json};

const TYPES: [&str; 4] = ["read", "chat", "terminal_read", "terminal_write"];

/// A terminal, and a device that is in control of it.
struct Typing {
    scene: Scene,
    id: String,
    phone: Device,
    wire: Wire,
    seat: Value,
    stream: u32,
}

async fn attach(wire: &mut Wire, id: &str, more: Value) -> Result<Value, Value> {
    let mut params = json!({ "id": id });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    wire.call("terminals.attach", params).await
}

fn stream(reply: &Value) -> u32 {
    reply["stream"].as_u64().unwrap() as u32
}

impl Typing {
    async fn new() -> Self {
        let scene = Scene::new();
        let id = scene.done("terminals.open", json!({})).await["terminal"]["id"].as_str().unwrap().to_owned();
        let phone = scene.paired(json!({ "scopes": TYPES }), "phone", Key::p256()).await;
        let (mut wire, welcome) = scene.knocked(&phone).await;
        assert_eq!(welcome["t"], "welcome", "{welcome}");
        let reply = attach(&mut wire, &id, json!({ "after": 0 })).await.unwrap();
        assert_eq!(reply["controls"], true);
        let (seat, stream) = (reply["seat"].clone(), stream(&reply));
        Self { scene, id, phone, wire, seat, stream }
    }

    async fn controller(&self) -> Value {
        let list = self.scene.done("terminals.list", json!({})).await;
        let terminals = list["terminals"].as_array().unwrap();
        terminals.iter().find(|one| one["id"] == json!(self.id)).unwrap()["controller"].clone()
    }

    /// A file that the terminal would make if these were typed.
    fn typed(&self, name: &str) -> (Vec<u8>, std::path::PathBuf) {
        (format!("echo > {name}\n").into_bytes(), self.scene.repo_path().join(name))
    }

    /// The owner types, which is done after everything that was typed before.
    async fn owner_types(&self, text: &str) {
        let mut desk = Wire::open(&self.scene.server.url, &self.scene.server.token).await;
        let reply = attach(&mut desk, &self.id, json!({ "after": 0 })).await.unwrap();
        let stream = stream(&reply);
        desk.call("terminals.take_control", json!({ "stream": stream })).await.unwrap();
        desk.call("terminals.input", json!({ "stream": stream, "text": text })).await.unwrap();
        desk.shown(stream, "owner-was-here").await;
    }
}

/// Whatever way of typing it tries, it is refused.
async fn cannot_type(wire: &mut Wire, stream: u32, offset: u64, bytes: &[u8]) {
    wire.binary(INPUT, stream, offset, bytes).await;
    loop {
        match wire.frame().await {
            Frame::Text(frame) if frame["t"] == "refused" => break,
            Frame::Closed(code) => panic!("closed with {code}"),
            _ => {}
        }
    }
    for (method, more) in [
        ("terminals.input", json!({ "stream": stream, "text": "x" })),
        ("terminals.resize", json!({ "stream": stream, "cols": 9, "rows": 9 })),
        ("terminals.take_control", json!({ "stream": stream })),
    ] {
        let refused = wire.call(method, more).await.expect_err(method);
        assert_eq!(refused["code"], "forbidden", "{method}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_paired_again_with_less_types_no_more_by_its_old_seat() {
    let mut t = Typing::new().await;
    let (bytes, file) = t.typed("before");
    t.wire.binary(INPUT, t.stream, 0, &bytes).await;
    t.scene.server.eventually("it is typed", || async { file.exists().then_some(()) }).await;

    let scopes = json!({ "upgradeOf": t.phone.id, "scopes": ["read", "terminal_read"] });
    let phone = t.scene.paired(scopes, "phone", Key::p256()).await;
    assert_eq!(t.wire.closed().await, 1001, "it comes back with what it may now");
    assert_eq!(t.controller().await, Value::Null, "nobody is in control, not even for a while");

    let (mut wire, welcome) = t.scene.knocked(&phone).await;
    assert_eq!(welcome["scopes"], json!(["read", "terminal_read"]));
    let reply = attach(&mut wire, &t.id, json!({ "seat": t.seat, "after": 0 })).await.unwrap();
    assert_ne!(reply["seat"], t.seat, "its seat was freed");
    assert_eq!(reply["controls"], false);
    let (bytes, file) = t.typed("after");
    cannot_type(&mut wire, stream(&reply), 0, &bytes).await;
    t.owner_types("echo owner-was\\-here\n").await;
    assert!(!file.exists(), "it was typed all the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_loses_a_scope_it_asked_about_itself_loses_its_seat() {
    let mut t = Typing::new().await;
    // It keeps its key, and asks for something else: what is answered leaves out typing.
    let wish = json!({ "scopes": ["read", "chat", "approve", "terminal_read", "terminal_write"] });
    let asked = t.wire.call("pairing.request", wish).await.unwrap();
    let less = json!({ "id": asked["pairing"]["id"], "scopes": ["read", "approve", "terminal_read"] });
    t.scene.done("pairing.approve", less).await;
    assert_eq!(t.wire.closed().await, 1001);
    assert_eq!(t.controller().await, Value::Null);
    let (mut wire, _) = t.scene.knocked(&t.phone).await;
    let reply = attach(&mut wire, &t.id, json!({ "seat": t.seat })).await.unwrap();
    assert_eq!((&reply["controls"], reply["seat"] == t.seat), (&json!(false), false));
    let (bytes, file) = t.typed("after");
    cannot_type(&mut wire, stream(&reply), 0, &bytes).await;
    t.owner_types("echo owner-was\\-here\n").await;
    assert!(!file.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn more_for_a_device_costs_it_neither_its_seat_nor_control() {
    let mut t = Typing::new().await;
    let wish = json!({ "scopes": ["read", "chat", "approve", "terminal_read", "terminal_write"] });
    let asked = t.wire.call("pairing.request", wish).await.unwrap();
    t.scene.done("pairing.approve", json!({ "id": asked["pairing"]["id"] })).await;
    assert_eq!(t.wire.closed().await, 1001);
    let (mut wire, _) = t.scene.knocked(&t.phone).await;
    let reply = attach(&mut wire, &t.id, json!({ "seat": t.seat })).await.unwrap();
    assert_eq!((&reply["controls"], &reply["seat"]), (&json!(true), &t.seat));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_revoked_device_typed_and_no_program_took_is_never_typed() {
    let mut t = Typing::new().await;
    // A program that reads nothing: what is typed waits, first in the kernel and then in the server.
    let ready = "stty raw -echo; echo re''ady; until test -e go; do sleep 0.05; done; stty sane\n";
    t.wire.call("terminals.input", json!({ "stream": t.stream, "text": ready })).await.unwrap();
    t.wire.shown(t.stream, "ready").await;
    let (bytes, file) = t.typed("late");
    // Lines that say nothing, far more than the kernel keeps for a terminal.
    let mut flood = format!(": {}\n", "x".repeat(1_000)).repeat(128).into_bytes();
    flood.extend(&bytes);
    let offset = ready.len() as u64;
    t.wire.binary(INPUT, t.stream, offset, &flood).await;
    // An answer to something asked after it: it was taken in.
    t.wire.call("terminals.list", json!({})).await.unwrap();

    t.scene.done("device.revoke", json!({ "id": t.phone.id })).await;
    assert_eq!(t.controller().await, Value::Null);
    assert_eq!(t.wire.closed().await, 4401);
    std::fs::write(t.scene.repo_path().join("go"), "").unwrap();
    t.owner_types("\n\necho owner-was\\-here\n").await;
    assert!(!file.exists(), "what waited was typed after the device was thrown out");
}

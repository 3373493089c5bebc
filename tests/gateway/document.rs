//! The page itself: each of its frames is one, and its figures are those of the program.

use protocol::gateway::{self, ClientFrame, ServerFrame, close};
use serde_json::Value;

pub const PAGE: &str = include_str!("../../docs/PROTOCOL.md");

/// Every frame shown in the part about the gateway; true for those of the client.
pub fn frames() -> Vec<(bool, String)> {
    let part = PAGE.split_once("## The gateway").unwrap().1.split_once("## Workers of your own").unwrap().0;
    let mut frames = Vec::new();
    for line in part.lines() {
        for (mark, from_client) in [("→ ", true), ("← ", false)] {
            if let Some(frame) = line.strip_prefix(mark) {
                frames.push((from_client, frame.to_owned()));
            }
        }
        // Those in the text stand in code marks.
        let quoted = line.split('`').filter(|piece| piece.starts_with("{\"t\":"));
        frames.extend(quoted.map(|frame| (false, frame.to_owned())));
    }
    frames
}

/// Every field of `shown` is in `read` with the same value: nothing on the page is left out by the program.
fn holds(read: &Value, shown: &Value, frame: &str) {
    match shown {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| holds(&read[name], value, frame)),
        _ => assert_eq!(read, shown, "{frame}"),
    }
}

#[test]
fn every_frame_on_the_page_is_one_the_program_reads() {
    let frames = frames();
    let mut kinds = std::collections::BTreeSet::new();
    for (from_client, frame) in &frames {
        let shown: Value = serde_json::from_str(frame).unwrap_or_else(|e| panic!("{frame}: {e}"));
        kinds.insert((*from_client, shown["t"].as_str().unwrap().to_owned()));
        if frame.contains("\"terminal\":{}") {
            continue;
        }
        let read = if *from_client {
            serde_json::from_str::<ClientFrame>(frame).map(|read| serde_json::to_value(read).unwrap())
        } else {
            serde_json::from_str::<ServerFrame>(frame).map(|read| serde_json::to_value(read).unwrap())
        };
        holds(&read.unwrap_or_else(|e| panic!("{frame}: {e}")), &shown, frame);
    }
    let of = |client: bool| {
        kinds.iter().filter(|(c, _)| *c == client).map(|(_, t)| t.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(of(true), ["ack", "connect", "ping", "req", "sub", "unsub"]);
    assert_eq!(
        of(false),
        ["ev", "gap", "hello", "now", "pong", "refused", "reject", "res", "term", "welcome"]
    );
}

#[test]
fn the_figures_on_the_page_are_those_of_the_program() {
    let limits = serde_json::to_value(gateway::GatewayLimits::default()).unwrap();
    assert!(PAGE.contains(&format!("\"frameBytes\":{}", limits["frameBytes"])));
    let welcome = frames().into_iter().find(|(_, frame)| frame.contains("\"welcome\"")).unwrap().1;
    let welcome: Value = serde_json::from_str(&welcome).unwrap();
    assert_eq!(welcome["limits"], limits);
    let codes: Vec<u16> = PAGE
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(' ')?.0.parse().ok())
        .filter(|code| *code > 1_000)
        .collect();
    assert_eq!(
        codes,
        [
            close::GOING_AWAY,
            close::MALFORMED,
            close::UNAUTHENTICATED,
            close::FORBIDDEN,
            close::TIMED_OUT,
            close::VERSION
        ]
    );
    let kinds: Vec<(u8, String)> = PAGE
        .lines()
        .filter_map(|line| {
            let (number, name) = line.strip_prefix("| ")?.split(" | ").next()?.split_once(' ')?;
            Some((number.parse().ok()?, name.to_owned()))
        })
        .collect();
    let known = ["output", "input", "ack", "snapshot", "exit", "gap"];
    for (number, name) in known.iter().enumerate() {
        assert!(kinds.contains(&(number as u8, (*name).to_owned())), "{number} {name}: {kinds:?}");
    }
    assert!(PAGE.contains("(256 KiB)") && protocol::terminal::INPUT_WINDOW == 256 * 1024);
    assert!(PAGE.contains("at most 16 KiB") && gateway::FIRST_FRAME_BYTES == 16 * 1024);
}

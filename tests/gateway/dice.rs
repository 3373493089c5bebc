//! Any numbers, the same each time, and frames with something changed in them.

use crate::wire::{Frame, Wire};
use tokio_tungstenite::tungstenite::Message;

pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    pub fn change(&mut self, frame: &str) -> String {
        let mut bytes = frame.as_bytes().to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len());
            match self.below(6) {
                0 => drop(bytes.remove(at)),
                1 => bytes.insert(at, b"{}[]\",:0-9e\\u"[self.below(13)]),
                2 => bytes[at] = self.below(128) as u8,
                3 => bytes.truncate(at.max(1)),
                4 => bytes.splice(at..at, b"99999999999999999999".iter().copied()).for_each(drop),
                _ => {
                    let again = bytes[at..].to_vec();
                    bytes.extend(again);
                }
            }
            if bytes.is_empty() {
                bytes.push(b'{');
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Whatever such a frame leads to, it is told in this protocol, or the connection ends with one of these reasons.
pub async fn judged(mut wire: Wire, reasons: &[u16]) {
    wire.try_send(Message::text(r#"{"t":"ping"}"#)).await;
    loop {
        match wire.frame().await {
            Frame::Text(frame) if frame["t"] == "pong" => return,
            Frame::Text(frame) => assert!(frame["t"].is_string(), "{frame}"),
            Frame::Binary { .. } => {}
            Frame::Closed(code) => return assert!(reasons.contains(&code), "{code}"),
        }
    }
}

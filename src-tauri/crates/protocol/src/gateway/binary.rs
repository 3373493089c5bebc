//! Binary frames: a head of 16 bytes, big-endian, and the payload.
//!
//! `version u8, kind u8, flags u16, stream u32, offset u64`. The stream is the handle an attachment was answered
//! with and means nothing on another connection.

/// Bytes before the payload.
pub const HEAD_BYTES: usize = 16;
const VERSION: u8 = 1;

/// What the payload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Server to client: output; `offset` is that of its first byte since the start.
    Output,
    /// Client to server: input; `offset` counts the bytes this seat has given before.
    Input,
    /// Either way: everything before `offset` was taken in. To the server of output, to the client of input.
    Ack,
    /// Server to client: a picture of the screen after `offset` bytes; the screen is cleared first.
    Snapshot,
    /// Server to client, once, after the last output: how it ended, as JSON.
    Exit,
    /// Server to client: output before `offset` is not kept any more; a snapshot follows.
    Gap,
}

const KINDS: [Kind; 6] = [Kind::Output, Kind::Input, Kind::Ack, Kind::Snapshot, Kind::Exit, Kind::Gap];

/// The head of a binary frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub kind: Kind,
    /// Output that had been there before the attachment: a client answers no question in it.
    pub replay: bool,
    pub stream: u32,
    pub offset: u64,
}

/// Why bytes are not a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadFrame {
    #[error("A binary message begins with a head of {HEAD_BYTES} bytes")]
    Short,
    #[error("Version {0} of binary messages is not known")]
    Version(u8),
    #[error("Kind {0} of binary messages is not known")]
    Kind(u8),
}

impl Head {
    pub fn encode(&self) -> [u8; HEAD_BYTES] {
        let kind = KINDS.iter().position(|k| *k == self.kind).unwrap_or_default() as u8;
        let mut head = [0; HEAD_BYTES];
        let parts = [VERSION, kind, 0, u8::from(self.replay)].into_iter();
        let rest = self.stream.to_be_bytes().into_iter().chain(self.offset.to_be_bytes());
        for (to, from) in head.iter_mut().zip(parts.chain(rest)) {
            *to = from;
        }
        head
    }

    /// The head and what comes behind it.
    pub fn decode(frame: &[u8]) -> Result<(Head, &[u8]), BadFrame> {
        let (head, payload) = frame.split_first_chunk::<HEAD_BYTES>().ok_or(BadFrame::Short)?;
        let [version, kind, _, flags, s0, s1, s2, s3, offset @ ..] = *head;
        if version != VERSION {
            return Err(BadFrame::Version(version));
        }
        let kind = *KINDS.get(usize::from(kind)).ok_or(BadFrame::Kind(kind))?;
        let stream = u32::from_be_bytes([s0, s1, s2, s3]);
        Ok((Head { kind, replay: flags & 1 == 1, stream, offset: u64::from_be_bytes(offset) }, payload))
    }

    /// Head and payload in one piece.
    pub fn frame(&self, payload: &[u8]) -> Vec<u8> {
        let mut frame = Vec::with_capacity(HEAD_BYTES + payload.len());
        frame.extend_from_slice(&self.encode());
        frame.extend_from_slice(payload);
        frame
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_survives_the_way_there_and_back() {
        for kind in KINDS {
            let head = Head { kind, replay: true, stream: 0x0102_0304, offset: u64::MAX - 1 };
            let frame = head.frame(b"x");
            assert_eq!(Head::decode(&frame), Ok((head, &b"x"[..])));
        }
    }

    #[test]
    fn the_layout_is_the_documented_one() {
        let head = Head { kind: Kind::Snapshot, replay: false, stream: 7, offset: 258 };
        assert_eq!(head.encode(), [1, 3, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 1, 2]);
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        assert_eq!(Head::decode(&[]), Err(BadFrame::Short));
        assert_eq!(Head::decode(&[1; 15]), Err(BadFrame::Short));
        assert_eq!(Head::decode(&[2; 16]), Err(BadFrame::Version(2)));
        assert_eq!(Head::decode(&[[1, 6].as_slice(), &[0; 14]].concat()), Err(BadFrame::Kind(6)));
    }
}

//! One frame: eight bytes of header and a bounded payload.
//!
//! ```text
//! kind: u8 | zero: u8 | length: u16 | stream: u32 | payload: length bytes        (big endian)
//! ```
//!
//! The codec knows sizes and kinds. What a frame means at the time it comes is judged by `mux`.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};

use crate::ChannelError;

/// Bytes before each payload.
pub const HEADER: usize = 8;
/// The longest payload.
pub const LONGEST: usize = 32 * 1024;

/// What a frame is for. The numbers are the wire's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// First frame of each side, on stream 0: version and conditions.
    Hello = 1,
    /// A new stream; the payload says what it is for.
    Open = 2,
    Data = 3,
    /// Room for so many more bytes (u32) on a stream.
    Window = 4,
    /// The sender will send no more data on this stream.
    End = 5,
    /// The stream is over in both directions; the payload is a word that says why.
    Reset = 6,
    /// The channel is over, on stream 0; the payload is a word that says why.
    Goodbye = 7,
}

impl Kind {
    fn from_number(number: u8) -> Option<Self> {
        [Self::Hello, Self::Open, Self::Data, Self::Window, Self::End, Self::Reset, Self::Goodbye]
            .into_iter()
            .find(|kind| *kind as u8 == number)
    }

    /// The longest payload of this kind.
    pub const fn longest(self) -> usize {
        match self {
            Self::Hello | Self::Data => LONGEST,
            Self::Open => 4 * 1024,
            Self::Window => 4,
            Self::End => 0,
            Self::Reset | Self::Goodbye => 64,
        }
    }

    const fn shortest(self) -> usize {
        match self {
            Self::Data | Self::Hello => 1,
            Self::Window => 4,
            _ => 0,
        }
    }

    /// Hello and goodbye concern the channel itself, everything else one stream.
    const fn of_channel(self) -> bool {
        matches!(self, Self::Hello | Self::Goodbye)
    }
}

/// A whole frame with a payload of a length that its kind allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub kind: Kind,
    /// 0 is the channel itself.
    pub stream: u32,
    pub payload: Bytes,
}

/// Appends a frame. A payload longer than its kind allows is a bug of the caller and is cut.
pub fn encode(kind: Kind, stream: u32, payload: &[u8], into: &mut BytesMut) {
    debug_assert!(payload.len() <= kind.longest(), "{kind:?} of {} bytes", payload.len());
    let payload = &payload[..payload.len().min(kind.longest())];
    into.reserve(HEADER + payload.len());
    into.put_u8(kind as u8);
    into.put_u8(0);
    // The longest payload fits 16 bits.
    into.put_u16(payload.len() as u16);
    into.put_u32(stream);
    into.put_slice(payload);
}

/// Takes the next whole frame from what was read so far; `None` when there is not enough of it yet.
///
/// Invariant: `from` never has to hold more than one header and one payload for this to make progress.
pub fn decode(from: &mut BytesMut) -> Result<Option<Frame>, ChannelError> {
    let Some(header) = from.first_chunk::<HEADER>() else { return Ok(None) };
    let [number, zero, l0, l1, s0, s1, s2, s3] = *header;
    let kind = Kind::from_number(number).ok_or(ChannelError::UnknownKind { kind: number })?;
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    let stream = u32::from_be_bytes([s0, s1, s2, s3]);
    if zero != 0 {
        return Err(ChannelError::Malformed { cause: "the reserved byte is set" });
    }
    if length > kind.longest() {
        return Err(ChannelError::TooLong { length, most: kind.longest() });
    }
    if length < kind.shortest() {
        return Err(ChannelError::Malformed { cause: "its payload is too short" });
    }
    if kind.of_channel() != (stream == 0) {
        return Err(ChannelError::Malformed { cause: "its stream number does not fit its kind" });
    }
    if from.len() < HEADER + length {
        return Ok(None);
    }
    from.advance(HEADER);
    Ok(Some(Frame { kind, stream, payload: from.split_to(length).freeze() }))
}

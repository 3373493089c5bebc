//! The codec, for every frame there is and for bytes that are none.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use bytes::{Bytes, BytesMut};
use cell::frame::{Frame, HEADER, Kind, LONGEST, decode, encode};
use proptest::prelude::*;

fn frame() -> impl Strategy<Value = Frame> {
    let channel = prop_oneof![
        proptest::collection::vec(any::<u8>(), 1..2000).prop_map(|p| (Kind::Hello, p)),
        proptest::collection::vec(any::<u8>(), 0..=64).prop_map(|p| (Kind::Goodbye, p)),
    ]
    .prop_map(|(kind, payload)| Frame { kind, stream: 0, payload: Bytes::from(payload) });
    let stream = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..=4096).prop_map(|p| (Kind::Open, p)),
        proptest::collection::vec(any::<u8>(), 1..=LONGEST).prop_map(|p| (Kind::Data, p)),
        any::<[u8; 4]>().prop_map(|p| (Kind::Window, p.to_vec())),
        Just((Kind::End, Vec::new())),
        proptest::collection::vec(any::<u8>(), 0..=64).prop_map(|p| (Kind::Reset, p)),
    ];
    let stream = (stream, 1_u32..).prop_map(|((kind, payload), stream)| Frame {
        kind,
        stream,
        payload: Bytes::from(payload),
    });
    prop_oneof![1 => channel, 4 => stream]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read_however_it_is_cut(
        frames in proptest::collection::vec(frame(), 1..12),
        cuts in proptest::collection::vec(1_usize..9000, 1..40),
    ) {
        let mut wire = BytesMut::new();
        frames.iter().for_each(|frame| encode(frame.kind, frame.stream, &frame.payload, &mut wire));
        let (mut read, mut got, mut cuts) = (BytesMut::new(), Vec::new(), cuts.into_iter().cycle());
        while !wire.is_empty() {
            let cut = cuts.next().unwrap().min(wire.len());
            read.extend_from_slice(&wire.split_to(cut));
            while let Some(frame) = decode(&mut read).unwrap() {
                got.push(frame);
            }
            prop_assert!(read.len() < HEADER + LONGEST);
        }
        prop_assert_eq!(got, frames);
    }

    #[test]
    fn any_bytes_are_read_or_refused_and_never_kept(bytes in proptest::collection::vec(any::<u8>(), 0..4000)) {
        let mut read = BytesMut::from(&bytes[..]);
        loop {
            let before = read.len();
            match decode(&mut read) {
                Ok(Some(frame)) => prop_assert_eq!(before - read.len(), HEADER + frame.payload.len()),
                Ok(None) | Err(_) => break,
            }
        }
    }
}

#[test]
fn what_a_frame_may_not_be_has_a_code() {
    let refused = |bytes: &[u8]| decode(&mut BytesMut::from(bytes)).unwrap_err().code();
    assert_eq!(refused(&[0, 0, 0, 0, 0, 0, 0, 1]), "channel.unknown_kind");
    assert_eq!(refused(&[99, 0, 0, 0, 0, 0, 0, 1]), "channel.unknown_kind");
    assert_eq!(refused(&[3, 1, 0, 1, 0, 0, 0, 1, 0]), "channel.malformed");
    assert_eq!(refused(&[3, 0, 0x80, 1, 0, 0, 0, 1]), "channel.too_long");
    assert_eq!(refused(&[5, 0, 0, 1, 0, 0, 0, 1]), "channel.too_long");
    assert_eq!(refused(&[4, 0, 0, 2, 0, 0, 0, 1]), "channel.malformed");
    assert_eq!(refused(&[3, 0, 0, 0, 0, 0, 0, 1]), "channel.malformed");
    assert_eq!(refused(&[3, 0, 0, 1, 0, 0, 0, 0]), "channel.malformed");
    assert_eq!(refused(&[1, 0, 0, 1, 0, 0, 0, 9]), "channel.malformed");
}

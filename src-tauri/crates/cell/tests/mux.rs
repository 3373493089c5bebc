//! Streams over one pair of pipes: order, windows, ends, and fairness.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use bytes::BytesMut;
use cell::mux::{Limits, MOST_STREAMS, Mux, OUTBOX, Opened, Side, WINDOW};
use cell::{ChannelError, Stream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::time::timeout;

type Half = (Mux, mpsc::Receiver<Opened>);

fn pair_with(outside: Limits, inside: Limits) -> (Half, Half) {
    let ((or, ow), (ir, iw)) = {
        let (a, b) = tokio::io::duplex(32 * 1024);
        (tokio::io::split(a), tokio::io::split(b))
    };
    let outside = Mux::start(or, ow, BytesMut::new(), Side::Outside, outside);
    (outside, Mux::start(ir, iw, BytesMut::new(), Side::Inside, inside))
}

fn pair() -> (Half, Half) {
    pair_with(Limits::of(Side::Outside), Limits::of(Side::Inside))
}

async fn connected(from: &Mux, to: &mut mpsc::Receiver<Opened>) -> (Stream, Stream) {
    let ours = from.open(b"x").unwrap().unwrap();
    let theirs = to.recv().await.unwrap();
    assert_eq!(theirs.purpose.as_ref(), b"x");
    assert_eq!(theirs.stream.id(), ours.id());
    (ours, theirs.stream)
}

fn pattern(length: usize, seed: usize) -> Vec<u8> {
    (0..length).map(|at| ((at * 31 + seed * 7 + at / 251) % 256) as u8).collect()
}

/// Waits for something that has to happen soon.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(60), what).await.expect("did not happen in time")
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let polled = timeout(Duration::from_secs(60), async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    assert!(polled.await.is_ok(), "never happened: {what}");
}

#[tokio::test]
async fn bytes_arrive_whole_and_in_order_in_both_directions_at_once() {
    let ((outside, _keep), (_inside, mut incoming)) = pair();
    let (mut a, mut b) = connected(&outside, &mut incoming).await;
    let (there, back) = (pattern(3_000_000, 1), pattern(2_000_000, 2));
    let (sent_there, sent_back) = (there.clone(), back.clone());
    let one = tokio::spawn(async move {
        let (mut read, mut write) = tokio::io::split(&mut a);
        let mut got = Vec::new();
        let writing = async {
            write.write_all(&sent_there).await.unwrap();
            write.shutdown().await.unwrap();
        };
        tokio::join!(writing, async { read.read_to_end(&mut got).await.unwrap() });
        got
    });
    let (mut read, mut write) = tokio::io::split(&mut b);
    let mut got = Vec::new();
    let writing = async {
        write.write_all(&sent_back).await.unwrap();
        write.shutdown().await.unwrap();
    };
    soon(async { tokio::join!(writing, async { read.read_to_end(&mut got).await.unwrap() }) }).await;
    assert!(got == there);
    assert!(soon(one).await.unwrap() == back);
}

#[tokio::test]
async fn both_sides_open_streams_and_many_run_at_once() {
    let ((outside, mut to_outside), (inside, mut to_inside)) = pair();
    let mut tasks = Vec::new();
    for seed in 0..60 {
        for (from, to) in [(&outside, &mut to_inside), (&inside, &mut to_outside)] {
            let (mut a, mut b) = connected(from, to).await;
            let data = pattern(40_000 + seed * 1000, seed);
            let sent = data.clone();
            tasks.push(tokio::spawn(async move {
                a.write_all(&sent).await.unwrap();
                a.shutdown().await.unwrap();
                let mut back = Vec::new();
                a.read_to_end(&mut back).await.unwrap();
                assert!(back == data);
            }));
            tasks.push(tokio::spawn(async move {
                let mut got = Vec::new();
                b.read_to_end(&mut got).await.unwrap();
                b.write_all(&got).await.unwrap();
                b.shutdown().await.unwrap();
            }));
        }
    }
    for task in tasks {
        soon(task).await.unwrap();
    }
    until("all streams are forgotten", || outside.streams() == 0 && inside.streams() == 0).await;
}

#[tokio::test]
async fn a_writer_waits_when_nobody_reads_and_goes_on_when_somebody_does() {
    let ((outside, _keep), (_inside, mut incoming)) = pair();
    let (mut a, mut b) = connected(&outside, &mut incoming).await;
    let written = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = written.clone();
    tokio::spawn(async move {
        while let Ok(got) = a.write(&[7; 8192]).await {
            count.fetch_add(got, std::sync::atomic::Ordering::Relaxed);
        }
    });
    let now = || written.load(std::sync::atomic::Ordering::Relaxed);
    until("the window and the outbox are full", || now() == WINDOW + OUTBOX).await;
    let mut got = vec![0; WINDOW];
    b.read_exact(&mut got).await.unwrap();
    until("there is room again", || now() > WINDOW + OUTBOX).await;
    assert!(now() <= 2 * WINDOW + OUTBOX);
}

#[tokio::test]
async fn a_stream_nobody_reads_does_not_stop_another() {
    let ((outside, _keep), (_inside, mut incoming)) = pair();
    let (mut stuck, _unread) = connected(&outside, &mut incoming).await;
    tokio::spawn(async move { while stuck.write(&[1; 16384]).await.is_ok() {} });
    let (mut a, mut b) = connected(&outside, &mut incoming).await;
    tokio::spawn(async move {
        a.write_all(&pattern(1_000_000, 3)).await.unwrap();
        a.shutdown().await.unwrap();
    });
    let mut got = Vec::new();
    soon(b.read_to_end(&mut got)).await.unwrap();
    assert!(got == pattern(1_000_000, 3));
}

#[tokio::test]
async fn a_flood_does_not_starve_a_small_question() {
    let ((outside, _keep), (inside, mut incoming)) = pair();
    let _ = &inside;
    for _ in 0..20 {
        let (mut loud, mut read) = connected(&outside, &mut incoming).await;
        tokio::spawn(async move { while loud.write_all(&[0; 32768]).await.is_ok() {} });
        tokio::spawn(async move {
            let mut chunk = vec![0; 65536];
            while matches!(read.read(&mut chunk).await, Ok(1..)) {}
        });
    }
    let (mut asking, mut answering) = connected(&outside, &mut incoming).await;
    tokio::spawn(async move {
        let mut byte = [0];
        while answering.read_exact(&mut byte).await.is_ok() {
            answering.write_all(&byte).await.unwrap();
        }
    });
    for byte in 0..50 {
        let mut back = [0];
        soon(async {
            asking.write_all(&[byte]).await.unwrap();
            asking.read_exact(&mut back).await.unwrap();
        })
        .await;
        assert_eq!(back[0], byte);
    }
}

#[tokio::test]
async fn each_half_closes_by_itself() {
    let ((outside, _keep), (_inside, mut incoming)) = pair();
    let (mut a, mut b) = connected(&outside, &mut incoming).await;
    a.write_all(b"question").await.unwrap();
    a.shutdown().await.unwrap();
    assert!(a.write_all(b"more").await.is_err());
    let mut got = String::new();
    soon(b.read_to_string(&mut got)).await.unwrap();
    assert_eq!(got, "question");
    b.write_all(b"answer").await.unwrap();
    // Dropped right after its end: what was written still arrives.
    b.finish();
    drop(b);
    let mut got = String::new();
    soon(a.read_to_string(&mut got)).await.unwrap();
    assert_eq!(got, "answer");
}

#[tokio::test]
async fn a_dropped_stream_is_an_error_and_not_an_end() {
    let ((outside, _keep), (inside, mut incoming)) = pair();
    let (mut a, mut b) = connected(&outside, &mut incoming).await;
    a.write_all(b"half a").await.unwrap();
    let mut some = [0; 6];
    soon(b.read_exact(&mut some)).await.unwrap();
    drop(a);
    let error = soon(b.read(&mut some)).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert!(error.to_string().contains("dropped"), "{error}");
    assert!(b.write_all(b"x").await.is_err());
    drop(b);
    until("both sides forget it", || outside.streams() == 0 && inside.streams() == 0).await;
}

#[tokio::test]
async fn a_reset_says_why_and_concerns_one_stream() {
    let ((outside, _keep), (_inside, mut incoming)) = pair();
    let (mut a, b) = connected(&outside, &mut incoming).await;
    let (mut other, mut its_end) = connected(&outside, &mut incoming).await;
    b.reset("no_such_door");
    let error = soon(a.read(&mut [0; 4])).await.unwrap_err();
    assert!(error.to_string().contains("no_such_door"), "{error}");
    other.write_all(b"fine").await.unwrap();
    let mut got = [0; 4];
    soon(its_end.read_exact(&mut got)).await.unwrap();
    assert_eq!(&got, b"fine");
}

#[tokio::test]
async fn the_end_of_the_pipes_ends_every_stream_with_its_reason() {
    let ((outside, _keep), (inside, mut incoming)) = pair();
    let (mut a, mut b) = connected(&outside, &mut incoming).await;
    b.write_all(b"last").await.unwrap();
    let mut got = [0; 4];
    soon(a.read_exact(&mut got)).await.unwrap();
    inside.close();
    let error = soon(a.read(&mut [0; 1])).await.unwrap_err();
    let reason = error.get_ref().unwrap().downcast_ref::<ChannelError>().unwrap();
    assert_eq!(reason.code(), "channel.goodbye");
    assert_eq!(soon(outside.closed()).await.code(), "channel.goodbye");
    assert_eq!(soon(inside.closed()).await, ChannelError::Closed);
    assert!(b.write_all(b"x").await.is_err());
    assert!(outside.open(b"x").is_err());
}

#[tokio::test]
async fn a_side_opens_no_more_than_it_may_and_places_come_back() {
    let ((outside, _keep), (_inside, mut incoming)) = pair();
    let most = Limits::of(Side::Outside).ours;
    assert!(most + Limits::of(Side::Outside).theirs <= MOST_STREAMS);
    let mut open: Vec<Stream> = (0..most).map(|_| outside.open(b"x").unwrap().unwrap()).collect();
    assert!(outside.open(b"x").unwrap().is_none());
    open.pop();
    until("a place is free again", || outside.open(b"x").unwrap().is_some()).await;
    while timeout(Duration::from_millis(50), incoming.recv()).await.is_ok() {}
}

#[tokio::test]
async fn streams_beyond_what_the_other_side_takes_are_refused_one_by_one() {
    let few = Limits { ours: 160, theirs: 3, stall: None };
    let ((outside, _keep), (_inside, mut incoming)) = pair_with(Limits::of(Side::Outside), few);
    let mut open: Vec<Stream> = (0..5).map(|_| outside.open(b"x").unwrap().unwrap()).collect();
    for _ in 0..2 {
        let error = soon(open.pop().unwrap().read(&mut [0; 1])).await.unwrap_err();
        assert!(error.to_string().contains("busy"), "{error}");
    }
    let mut first = soon(incoming.recv()).await.unwrap().stream;
    first.write_all(b"y").await.unwrap();
    soon(open[0].read_exact(&mut [0; 1])).await.unwrap();
}

#[tokio::test]
async fn a_side_that_takes_nothing_is_given_up_unless_it_was_put_to_sleep() {
    let limits = Limits { stall: Some(Duration::from_millis(100)), ..Limits::of(Side::Outside) };
    for frozen in [false, true] {
        let (near, _far) = tokio::io::duplex(1024);
        let (read, write) = tokio::io::split(near);
        let (mux, _incoming) = Mux::start(read, write, BytesMut::new(), Side::Outside, limits);
        mux.set_frozen(frozen);
        let mut stream = mux.open(b"x").unwrap().unwrap();
        stream.write_all(&[0; 60_000]).await.unwrap();
        let ended = timeout(Duration::from_millis(if frozen { 500 } else { 60_000 }), mux.closed()).await;
        match frozen {
            false => assert_eq!(ended.unwrap().code(), "channel.stalled"),
            true => assert!(ended.is_err()),
        }
    }
}

//! Real programs in real terminals.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::time::Duration;

use host::clock::SystemClock;
use host::ids::{Ids as _, SystemIds};
use protocol::terminal::{TerminalEnd, TerminalSignal, TerminalState};
use protocol::{ErrorCode, TerminalId};
use terminal::{Attachment, Feed, Limits, Opening, Piece, Shell, Terminals, Who, environment};
use tokio::time::timeout;

const LONG: Duration = Duration::from_secs(60);

struct Ground {
    folder: tempfile::TempDir,
    terminals: Terminals,
}

fn ground(most: usize) -> Ground {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { most, idle_ms: 0, record: true };
    let terminals = Terminals::new(folder.path(), limits, Arc::new(SystemClock::new()), Arc::new(SystemIds));
    Ground { folder, terminals }
}

impl Ground {
    fn run(&self, script: &str) -> TerminalId {
        self.try_run(script).unwrap()
    }

    fn try_run(&self, script: &str) -> Result<TerminalId, terminal::TerminalError> {
        let id = TerminalId::parse(SystemIds.uuid()).unwrap();
        let opening = Opening {
            id: id.clone(),
            name: "test".into(),
            workspace_id: None,
            job_id: None,
            cwd: self.folder.path().to_owned(),
            cols: 80,
            rows: 24,
            shell: Shell { program: "/bin/sh".into(), args: vec!["-c".into(), script.into()] },
            env: environment(
                [("PATH".into(), std::env::var_os("PATH").unwrap()), ("SECRET_KEY".into(), "s3cret".into())]
                    .into_iter(),
            ),
        };
        self.terminals.open(opening).map(|terminal| terminal.id)
    }

    fn attach(&self, id: &TerminalId, who: &str) -> (Attachment, Feed) {
        let place = self.terminals.attach(id, person(who), Some(0), None, false).unwrap();
        let feed = place.feed();
        (place, feed)
    }
}

fn person(who: &str) -> Who {
    Who { key: who.into(), label: who.into(), may_write: true }
}

async fn next(feed: &mut Feed) -> Option<Piece> {
    timeout(LONG, feed.next()).await.expect("nothing came")
}

/// Reads and acknowledges until `enough` of the text, or the exit.
async fn read(
    place: &Attachment,
    feed: &mut Feed,
    enough: impl Fn(&str) -> bool,
) -> (String, Option<TerminalEnd>) {
    let mut all = Vec::new();
    loop {
        match next(feed).await {
            Some(Piece::Output { offset, bytes, .. }) => {
                place.ack(offset + bytes.len() as u64);
                all.extend_from_slice(&bytes);
            }
            Some(Piece::Snapshot { bytes, .. }) => all.extend_from_slice(&bytes),
            Some(Piece::Exit { end, .. }) => return (String::from_utf8_lossy(&all).into_owned(), Some(*end)),
            Some(_) => {}
            None => panic!("the feed ended: {}", String::from_utf8_lossy(&all)),
        }
        if enough(&String::from_utf8_lossy(&all)) {
            return (String::from_utf8_lossy(&all).into_owned(), None);
        }
    }
}

async fn until_exit(place: &Attachment, feed: &mut Feed) -> (String, TerminalEnd) {
    let (text, end) = read(place, feed, |_| false).await;
    (text, end.unwrap())
}

#[tokio::test]
async fn what_is_typed_is_run_and_the_exit_status_is_kept() {
    let ground = ground(4);
    let id = ground.run("read word; echo \"got <$word> in $(pwd)\"; exit 7");
    let (place, mut feed) = ground.attach(&id, "ann");
    place.type_text("hello\n").unwrap();
    let (text, end) = until_exit(&place, &mut feed).await;
    assert!(text.contains("got <hello> in "), "{text}");
    assert_eq!((end.state, end.exit_code), (TerminalState::Exited, Some(7)));
    assert_eq!(next(&mut feed).await, None);
    assert_eq!(place.type_text("x").unwrap_err().code(), ErrorCode::TerminalEnded);
    let kept = &ground.terminals.list()[0];
    assert_eq!(kept.end.as_ref().unwrap().exit_code, Some(7));
}

#[tokio::test]
async fn the_environment_is_clean_and_says_what_the_terminal_is() {
    let ground = ground(4);
    let id = ground.run("env; tty; exit");
    let (place, mut feed) = ground.attach(&id, "ann");
    let (text, _) = until_exit(&place, &mut feed).await;
    assert!(text.contains("TERM=xterm-256color") && text.contains("/dev/pts/"), "{text}");
    assert!(!text.contains("s3cret") && !text.contains("CARGO"), "{text}");
}

#[tokio::test]
async fn one_types_and_the_other_watches_until_control_is_taken() {
    let ground = ground(4);
    let id = ground.run("while read line; do echo \"[$line]\"; done");
    let (ann, mut to_ann) = ground.attach(&id, "ann");
    let (bob, mut to_bob) = ground.attach(&id, "bob");
    ann.type_text("from ann\n").unwrap();
    let refused = bob.type_text("from bob\n").unwrap_err();
    assert_eq!(
        (refused.code(), refused.to_string().contains("ann")),
        (ErrorCode::TerminalNotControlled, true)
    );
    assert!(bob.resize(10, 10).is_err());
    for (place, feed) in [(&ann, &mut to_ann), (&bob, &mut to_bob)] {
        read(place, feed, |text| text.contains("[from ann]")).await;
    }
    bob.take_control().unwrap();
    assert!(ann.type_text("no more\n").is_err());
    bob.type_text("from bob\n").unwrap();
    for (place, feed) in [(&ann, &mut to_ann), (&bob, &mut to_bob)] {
        let (text, _) = read(place, feed, |text| text.contains("[from bob]")).await;
        assert!(!text.contains("no more"), "{text}");
    }
    ground.terminals.close(&id).unwrap();
}

#[tokio::test]
async fn a_flood_over_cut_connections_arrives_whole_and_once() {
    let ground = ground(4);
    let id = ground.run("seq 1 400000");
    let mut place = ground.terminals.attach(&id, person("ann"), Some(0), None, false).unwrap();
    let mut feed = place.feed();
    let (mut all, mut cuts) = (Vec::new(), 0);
    loop {
        match next(&mut feed).await.unwrap() {
            Piece::Output { offset, bytes, .. } => {
                assert_eq!(offset, all.len() as u64);
                all.extend_from_slice(&bytes);
                // Every so often what was sent is seen, but the acknowledgement is lost with the connection.
                if all.len() / 200_000 > cuts {
                    cuts += 1;
                    let seat = place.seat().to_owned();
                    drop(feed);
                    drop(place);
                    place = ground
                        .terminals
                        .attach(&id, person("ann"), Some(all.len() as u64), Some(&seat), false)
                        .unwrap();
                    assert!(place.controls() && place.seat() == seat);
                    feed = place.feed();
                } else {
                    place.ack(all.len() as u64);
                }
            }
            Piece::Exit { offset, .. } => {
                assert_eq!(offset, all.len() as u64);
                break;
            }
            Piece::Changed { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(cuts > 5);
    let expected: String = (1..=400_000).map(|n| format!("{n}\r\n")).collect();
    assert!(all == expected.as_bytes(), "{} bytes of {}", all.len(), expected.len());
}

#[tokio::test]
async fn who_watches_too_slowly_gets_a_picture_and_slows_nobody_down() {
    let ground = ground(4);
    // It begins when both are there: until somebody is in control it waits for nobody.
    let id = ground.run("read go; seq 1 900000; echo the end; read wait");
    let (ann, mut to_ann) = ground.attach(&id, "ann");
    let (bob, mut to_bob) = ground.attach(&id, "bob");
    ann.type_text("\n").unwrap();
    let (text, _) = read(&ann, &mut to_ann, |text| text.ends_with("the end\r\n")).await;
    assert_eq!(text.lines().filter(|line| line.parse::<u32>().is_ok()).count(), 900_000);
    let (mut unread, mut gap, mut picture) = (0, false, String::new());
    while picture.is_empty() {
        match next(&mut to_bob).await.unwrap() {
            Piece::Output { bytes, .. } if !gap => {
                unread += bytes.len() as u64;
                // Sent until the window was full; acknowledged only now.
                if unread >= protocol::terminal::WINDOW {
                    bob.ack(unread);
                }
            }
            Piece::Gap { .. } => gap = true,
            Piece::Snapshot { bytes, .. } => picture = String::from_utf8_lossy(&bytes).into_owned(),
            Piece::Changed { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(gap && picture.contains("900000") && picture.contains("the end"), "{picture}");
    assert!(picture.len() < 200 * 1024);
    ground.terminals.close(&id).unwrap();
}

#[tokio::test]
async fn a_newcomer_to_a_long_history_gets_a_small_picture_at_once() {
    let ground = ground(4);
    let id = ground.run("read go; seq 1 1200000; echo ready; read wait");
    let (ann, mut to_ann) = ground.attach(&id, "ann");
    ann.type_text("\n").unwrap();
    read(&ann, &mut to_ann, |text| text.ends_with("ready\r\n")).await;
    let place = ground.terminals.attach(&id, person("bob"), None, None, true).unwrap();
    assert!(place.terminal().bytes > 8 * 1024 * 1024 && !place.controls());
    let Some(Piece::Snapshot { offset, bytes }) = next(&mut place.feed()).await else { panic!("no picture") };
    assert_eq!(offset, place.terminal().bytes);
    assert!(bytes.len() < 200 * 1024 && String::from_utf8_lossy(&bytes).contains("ready"));
    ground.terminals.close(&id).unwrap();
}

#[tokio::test]
async fn closing_ends_everything_that_was_started_in_it() {
    let ground = ground(4);
    let id = ground.run(
        "trap '' HUP TERM; (setsid sleep 4242 &) ; nohup sleep 4242 >/dev/null 2>&1 & (env -i sleep 4242 &); sleep 4242 & echo started; wait",
    );
    let (place, mut feed) = ground.attach(&id, "ann");
    read(&place, &mut feed, |text| text.contains("started")).await;
    let mark = format!("terminal-{id}");
    // It says so while the last of them are still being started.
    let said = std::time::Instant::now();
    while marked(&mark) < 4 {
        assert!(said.elapsed() < LONG, "{}", marked(&mark));
        tokio::task::yield_now().await;
    }
    ground.terminals.close(&id).unwrap();
    let (_, end) = until_exit(&place, &mut feed).await;
    assert_eq!(end.why.as_deref(), Some("closed"));
    assert_eq!(marked(&mark), 0);
    // A second time changes nothing: what was shown is kept until somebody removes it.
    drop((place, feed));
    ground.terminals.close(&id).unwrap();
    assert!(ground.terminals.export(&id, 0).unwrap().text.contains("started"));
    ground.terminals.remove(&id).unwrap();
    assert!(ground.terminals.list().is_empty());
    assert_eq!(ground.terminals.export(&id, 0).unwrap_err().code(), ErrorCode::NotFound);
    for gone in [ground.terminals.close(&id), ground.terminals.remove(&id)] {
        assert_eq!(gone.unwrap_err().code(), ErrorCode::NotFound);
    }
    let running = ground.run("read wait");
    assert_eq!(ground.terminals.remove(&running).unwrap_err().code(), ErrorCode::Conflict);
    assert_eq!(ground.terminals.list()[0].state, TerminalState::Running);
}

fn marked(mark: &str) -> usize {
    let pair = format!("PILOTHOUSE_JOB={mark}");
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter(|entry| {
            std::fs::read(entry.path().join("environ"))
                .is_ok_and(|all| all.split(|byte| *byte == 0).any(|one| one == pair.as_bytes()))
        })
        .count()
}

#[tokio::test]
async fn the_program_hears_of_its_size_and_of_signals() {
    let ground = ground(4);
    let id = ground.run("trap 'echo interrupted; exit 3' INT; while read line; do stty size; done");
    let (place, mut feed) = ground.attach(&id, "ann");
    place.resize(132, 50).unwrap();
    place.type_text("\n").unwrap();
    read(&place, &mut feed, |text| text.contains("50 132")).await;
    assert!(place.resize(0, 5).is_err() && place.resize(5, 1001).is_err());
    ground.terminals.signal(&id, TerminalSignal::Interrupt).unwrap();
    let (text, end) = until_exit(&place, &mut feed).await;
    assert!(text.contains("interrupted"), "{text}");
    assert_eq!(end.exit_code, Some(3));
}

#[tokio::test]
async fn a_large_paste_is_taken_as_fast_as_the_program_reads() {
    let ground = ground(4);
    let id = ground.run("stty raw -echo; echo go; head -c 1000000 | sha256sum");
    let (place, mut feed) = ground.attach(&id, "ann");
    read(&place, &mut feed, |text| text.contains("go")).await;
    let paste: Vec<u8> = (0..1_000_000_u32).map(|n| b'a' + (n % 23) as u8).collect();
    let (mut sent, mut taken, mut text) = (0, 0, String::new());
    let end = loop {
        while sent < paste.len() && sent - taken < 200_000 {
            let end = (sent + 50_000).min(paste.len());
            place.input(sent as u64, &paste[sent..end]).unwrap();
            // A piece that is sent twice counts once.
            place.input(sent as u64, &paste[sent..end]).unwrap();
            sent = end;
        }
        match next(&mut feed).await.unwrap() {
            Piece::Taken { offset } => taken = usize::try_from(offset).unwrap(),
            Piece::Output { bytes, .. } => text.push_str(&String::from_utf8_lossy(&bytes)),
            Piece::Exit { end, .. } => break end,
            _ => {}
        }
    };
    let file = ground.folder.path().join("paste");
    std::fs::write(&file, &paste).unwrap();
    let sum = std::process::Command::new("sha256sum").arg(&file).output().unwrap();
    assert_eq!(
        text.split_whitespace().next(),
        String::from_utf8(sum.stdout).unwrap().split_whitespace().next()
    );
    assert_eq!(end.exit_code, Some(0));
}

#[tokio::test]
async fn input_that_nobody_reads_is_refused_and_not_gathered_up() {
    let ground = ground(4);
    let id = ground.run("stty raw -echo; echo go; sleep 4242");
    let (place, mut feed) = ground.attach(&id, "ann");
    read(&place, &mut feed, |text| text.contains("go")).await;
    let refused = (0..100).find_map(|n| place.input(n * 50_000, &[b'x'; 50_000]).err()).unwrap();
    assert_eq!(refused.code(), ErrorCode::RateLimited);
    assert_eq!(place.input(99_999_999, b"x").unwrap_err().code(), ErrorCode::BadRequest);
    ground.terminals.close(&id).unwrap();
    until_exit(&place, &mut feed).await;
}

#[tokio::test]
async fn there_are_only_so_many_and_one_that_has_ended_counts_no_more() {
    let ground = ground(1);
    let id = ground.run("read wait");
    assert_eq!(ground.try_run("read wait").unwrap_err().code(), ErrorCode::TerminalLimit);
    let (place, mut feed) = ground.attach(&id, "ann");
    place.type_text("\n").unwrap();
    until_exit(&place, &mut feed).await;
    let second = ground.run("read wait");
    ground.terminals.close(&second).unwrap();
}

#[tokio::test]
async fn a_recording_can_be_exported_and_stays_after_the_end() {
    let ground = ground(4);
    let id = ground.run("printf 'h\\303\\244llo\\n'; exit 0");
    let (place, mut feed) = ground.attach(&id, "ann");
    until_exit(&place, &mut feed).await;
    let piece = ground.terminals.export(&id, 0).unwrap();
    let lines: Vec<serde_json::Value> =
        piece.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["version"], 2);
    let shown: String = lines[1..].iter().map(|line| line[2].as_str().unwrap()).collect();
    assert_eq!((shown.as_str(), piece.next), ("hällo\r\n", None));
}

#[tokio::test]
async fn the_end_of_the_server_ends_all_and_the_next_one_says_so() {
    let ground = ground(4);
    let (stopped, killed) = (ground.run("trap '' HUP; sleep 4242"), ground.run("echo kept; sleep 4242"));
    let (place, mut feed) = ground.attach(&killed, "ann");
    read(&place, &mut feed, |text| text.contains("kept")).await;
    // As if the server had died: the description still says that it runs.
    let about = ground.folder.path().join(killed.as_str()).join("about.json");
    let description = std::fs::read(&about).unwrap();
    ground.terminals.stop();
    std::fs::write(&about, description).unwrap();
    let list = ground.terminals.list();
    let of = |id: &TerminalId| list.iter().find(|one| one.id == *id).unwrap().clone();
    assert_eq!(of(&stopped).state, TerminalState::Interrupted);
    assert_eq!(marked(&format!("terminal-{stopped}")), 0);

    let limits = Limits { most: 4, idle_ms: 0, record: true };
    let next =
        Terminals::new(ground.folder.path(), limits, Arc::new(SystemClock::new()), Arc::new(SystemIds));
    next.sweep_left().await;
    let list = next.list();
    let left = list.iter().find(|one| one.id == killed).unwrap();
    assert_eq!(
        (left.state, left.end.as_ref().unwrap().why.as_deref()),
        (TerminalState::Interrupted, Some("server"))
    );
    assert!(next.export(&killed, 0).unwrap().text.contains("kept"));
    let refused = next.attach(&killed, person("ann"), None, None, false).err().unwrap();
    assert_eq!(refused.code(), ErrorCode::TerminalEnded);
}

#[tokio::test]
async fn what_is_listed_is_what_the_next_server_reads_from_the_disk() {
    let ground = ground(4);
    let shown = |terminals: &Terminals| -> Vec<_> {
        terminals.list().into_iter().map(|one| (one.id, one.name, one.state, one.end)).collect()
    };
    let same = || {
        let limits = Limits { most: 4, idle_ms: 0, record: true };
        let next =
            Terminals::new(ground.folder.path(), limits, Arc::new(SystemClock::new()), Arc::new(SystemIds));
        let (listed, written) = (shown(&ground.terminals), shown(&next));
        assert_eq!(listed, written);
        listed.into_iter().map(|(id, ..)| id).collect::<Vec<_>>()
    };
    assert!(same().is_empty());
    let (stays, ends) = (ground.run("read wait"), ground.run("read wait"));
    assert_eq!(same().len(), 2);
    ground.terminals.rename(&stays, "the one that stays").unwrap();
    assert_eq!(same().len(), 2);
    let (place, mut feed) = ground.attach(&ends, "ann");
    place.type_text("\n").unwrap();
    until_exit(&place, &mut feed).await;
    assert_eq!(same().len(), 2);
    ground.terminals.remove(&ends).unwrap();
    assert_eq!(same(), std::slice::from_ref(&stays));
    // One more is opened after it, and all are ended.
    ground.run("read wait");
    assert_eq!(same().len(), 2);
    ground.terminals.stop();
    assert_eq!(same().len(), 2);
    ground.terminals.remove(&stays).unwrap();
    assert_eq!(same().len(), 1);
}

#[tokio::test]
async fn a_terminal_nobody_uses_is_ended_after_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { most: 4, idle_ms: 1, record: false };
    let terminals = Terminals::new(folder.path(), limits, Arc::new(SystemClock::new()), Arc::new(SystemIds));
    let ground = Ground { folder, terminals };
    let id = ground.run("read wait");
    let (place, feed) = ground.attach(&id, "ann");
    ground.terminals.sweep();
    assert_eq!(ground.terminals.list()[0].state, TerminalState::Running, "somebody is there");
    let mut listed = ground.terminals.listed();
    drop(feed);
    place.leave();
    while ground.terminals.list()[0].state == TerminalState::Running {
        ground.terminals.sweep();
        let _ = timeout(Duration::from_millis(50), listed.changed()).await;
    }
    assert_eq!(ground.terminals.list()[0].end.as_ref().unwrap().why.as_deref(), Some("idle"));
    assert_eq!(ground.terminals.export(&id, 0).unwrap_err().code(), ErrorCode::NotFound);
}

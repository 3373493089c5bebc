//! The loop of one connection.

use super::followed::Wanted;
use super::line::{Gone, Line};
use super::mentions::Mentions;
use super::presence::Place;
use super::proof;
use super::requests::Requests;
use super::streams::Streams;
use crate::state::ServerState;
use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket};
use engine::{Ending, Principal};
use futures_util::StreamExt;
use futures_util::stream::SplitStream;
use protocol::gateway::{BEAT_MS, ClientFrame, Head, ServerFrame, close};
use std::time::Duration;
use tokio::time::Instant;

const BEAT: Duration = Duration::from_millis(BEAT_MS);
/// Heard nothing for so long, a connection is dead. Clients answer pings, so it is three of them.
const SILENCE: Duration = Duration::from_millis(3 * BEAT_MS);

/// Why a connection ends.
enum End {
    /// The other end is gone, or has said goodbye.
    Gone,
    Told(u16, &'static str),
    /// What waits is not sent first.
    Cut(u16, &'static str),
    /// The device is not let in any more, or not as it was.
    Away(Ending),
}

impl From<Gone> for End {
    fn from(_: Gone) -> Self {
        End::Gone
    }
}

pub(super) async fn run(state: ServerState, who: Principal, place: Place, socket: WebSocket) {
    let (sink, frames) = socket.split();
    let (line, writing) = Line::new(sink);
    let writing = tokio::spawn(writing);
    let connected = state.engine.enter(&who).await;
    let mut streams = Streams::new(line.clone());
    // What ends a connection is heard while the loop waits for a slow client, too.
    let end = tokio::select! {
        end = exchange(&state, who, place, frames, (&line, &mut streams)) => end,
        () = line.overloaded() => End::Cut(close::TIMED_OUT, "too much waits to be read"),
        () = state.engine.stopping() => End::Told(close::GOING_AWAY, "the server stops"),
        ending = proof::sent_away(&connected) => End::Away(ending),
    };
    match end {
        End::Gone => {}
        End::Told(code, reason) => line.close(code, reason).await,
        End::Cut(code, reason) => line.cut(code, reason),
        End::Away(ending) => {
            if ending != Ending::Changed {
                streams.give_up();
            }
            let (code, reason) = proof::said(ending);
            line.cut(code, reason);
        }
    }
    // Feeds hold the line: it is written out once they are gone.
    drop(streams);
    drop(line);
    let _ = writing.await;
}

/// Takes frames in turn and passes on what is true only now. Seats at terminals are cut, not left, when it ends by
/// itself: whoever comes back within their time has lost nothing.
async fn exchange(
    state: &ServerState,
    who: Principal,
    place: Place,
    mut frames: SplitStream<WebSocket>,
    (line, streams): (&Line, &mut Streams),
) -> End {
    let mut mentions = Mentions::new(line.clone());
    let mut ephemeral = state.engine.ephemeral();
    let mut presence = place.changes();
    let mut requests = Requests::new(state.clone(), who, line.clone(), place);
    let mut beat = tokio::time::interval(BEAT);
    beat.reset();
    let mut heard = Instant::now();
    loop {
        let step = tokio::select! {
            frame = frames.next() => {
                let step = match frame {
                    Some(Ok(message)) => take(message, &mut requests, streams, line).await,
                    Some(Err(_)) => Err(End::Told(close::MALFORMED, "not a message, or too large")),
                    None => Err(End::Gone),
                };
                // Whoever asks faster than they read waits here; that is not their silence.
                line.calm().await;
                heard = Instant::now();
                step
            }
            frame = ephemeral.recv() => {
                mentions.lost(ephemeral.missed());
                if let Ok(frame) = frame {
                    mentions.push(&frame);
                }
                Ok(())
            }
            Ok(()) = presence.changed(), if requests.watches_presence() => {
                mentions.push(&r#"{"type":"presence.changed"}"#.into());
                Ok(())
            }
            () = line.room(), if mentions.waits() => {
                mentions.flush();
                Ok(())
            }
            () = requests.done() => Ok(()),
            _ = beat.tick() => match heard.elapsed() > SILENCE {
                true => Err(End::Told(close::TIMED_OUT, "nothing was heard for too long")),
                false => {
                    requests.heard(heard.elapsed());
                    line.send(Message::Ping(Bytes::new())).await.map_err(End::from)
                }
            },
        };
        if let Err(end) = step {
            return end;
        }
    }
}

async fn take(
    message: Message,
    requests: &mut Requests,
    streams: &mut Streams,
    line: &Line,
) -> Result<(), End> {
    match message {
        Message::Text(text) => match serde_json::from_str::<ClientFrame>(&text) {
            Ok(ClientFrame::Req { id, method, params, idem }) => {
                Ok(requests.ask(id, &method, params, idem, streams).await?)
            }
            Ok(ClientFrame::Sub { id, session_id, after, all_types, window }) => {
                let wanted = Wanted { session: session_id, after, all_types, window };
                Ok(requests.subscribe(id, wanted).await?)
            }
            Ok(ClientFrame::Ack { sub, cursor }) => {
                requests.acknowledged(sub, cursor);
                Ok(())
            }
            Ok(ClientFrame::Unsub { id }) => {
                requests.unsubscribe(id);
                Ok(())
            }
            Ok(ClientFrame::Ping {}) => Ok(line.say(&ServerFrame::Pong {}).await?),
            Ok(ClientFrame::Answer { .. } | ClientFrame::Term { .. } | ClientFrame::Refused { .. }) => {
                Err(End::Told(close::MALFORMED, "a frame of nodes alone"))
            }
            Ok(ClientFrame::Connect { .. }) => Err(End::Told(close::MALFORMED, "connected already")),
            Err(_) => Err(End::Told(close::MALFORMED, "not a frame of this protocol")),
        },
        Message::Binary(frame) => match Head::decode(&frame) {
            Ok((head, payload)) => match streams.take(head, payload).await? {
                true => Ok(()),
                false => Err(End::Told(close::MALFORMED, "not a binary frame of a client")),
            },
            Err(_) => Err(End::Told(close::MALFORMED, "not a binary frame of this protocol")),
        },
        Message::Ping(_) | Message::Pong(_) => Ok(()),
        Message::Close(_) => Err(End::Gone),
    }
}

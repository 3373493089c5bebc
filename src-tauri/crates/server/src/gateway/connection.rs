//! The loop of one connection.

use super::followed::Wanted;
use super::hello::Welcomed;
use super::line::{Gone, Line};
use super::mentions::Mentions;
use super::proof;
use super::pulse::Pulse;
use super::requests::Requests;
use super::streams::Streams;
use crate::state::ServerState;
use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket};
use engine::Ending;
use futures_util::StreamExt;
use futures_util::stream::SplitStream;
use protocol::gateway::{ClientFrame, Head, ServerFrame, close};

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

pub(super) async fn run(state: ServerState, welcomed: Welcomed, socket: WebSocket) {
    let (sink, frames) = socket.split();
    let (line, writing) = Line::new(sink);
    let writing = tokio::spawn(writing);
    let connected = state.engine.enter(&welcomed.who).await;
    let mut streams = Streams::new(line.clone());
    // What ends a connection is heard while the loop waits for a slow client, too.
    let end = tokio::select! {
        end = exchange(&state, welcomed, frames, (&line, &mut streams)) => end,
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
    Welcomed { who, place, mut news }: Welcomed,
    mut frames: SplitStream<WebSocket>,
    (line, streams): (&Line, &mut Streams),
) -> End {
    let mut mentions = Mentions::new(line.clone());
    let mut presence = place.changes();
    let reader = who.clone();
    let mut requests = Requests::new(state.clone(), who, line.clone(), place);
    let mut pulse = Pulse::new();
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
                pulse.heard();
                step
            }
            frame = news.recv() => {
                mentions.lost(news.missed());
                if let Ok(frame) = frame
                    && reader.may(frame.scope)
                {
                    mentions.push(&frame.text);
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
            silence = pulse.beat() => match silence {
                None => Err(End::Told(close::TIMED_OUT, "nothing was heard for too long")),
                Some(ago) => {
                    requests.heard(ago);
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

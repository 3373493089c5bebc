//! The loop of a node's connection: what it calls, what it is asked, and the bytes of its terminals.
//!
//! A node calls nothing but `node.*`. What is sent to it is written by a task of its own, so that a node which does
//! not read keeps nobody from hearing it, and nobody else waits for it.

use super::hello::text;
use super::presence::Place;
use super::proof;
use super::pulse::Pulse;
use super::requests::answered;
use crate::call::{self, Call, answer, read};
use crate::shapes::Unknown;
use crate::state::ServerState;
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use engine::{NodeLine, Principal, Reply, ToNode};
use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use protocol::gateway::{ClientFrame, Head, IN_FLIGHT, ServerFrame, close};
use protocol::node::{NodeWorked, WorkNode};
use protocol::ops::Method;
use protocol::{ApiError, ErrorCode};
use serde_json::Value;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// How long it may take to accept one frame.
const PATIENCE: Duration = Duration::from_secs(45);

pub(super) async fn run(state: ServerState, who: Principal, _present: Place, socket: WebSocket) {
    let connected = state.engine.enter(&who).await;
    let (mut sink, mut frames) = socket.split();
    let (mut line, sending) = match state.engine.node_line(&who) {
        Ok(opened) => opened,
        Err(_) => return,
    };
    // Answers are bounded by the calls that may be in flight.
    let (answers, answering) = mpsc::channel::<Message>(2 * IN_FLIGHT);
    let mut writing = tokio::spawn(async move {
        write(&mut sink, sending, answering).await;
        sink
    });
    let mut running: JoinSet<()> = JoinSet::new();
    let mut stopping = std::pin::pin!(state.engine.stopping());
    let mut away = std::pin::pin!(proof::sent_away(&connected));
    let mut pulse = Pulse::new();
    let end = loop {
        tokio::select! {
            frame = frames.next() => {
                pulse.heard();
                let step = match frame {
                    Some(Ok(message)) => take(&state, &mut line, message, &answers, &mut running).await,
                    Some(Err(_)) => Err(Some("not a message, or too large")),
                    None => Err(None),
                };
                if let Err(why) = step {
                    break why.map(|why| (close::MALFORMED, why));
                }
            }
            _ = running.join_next(), if !running.is_empty() => {}
            silence = pulse.beat() => {
                if silence.is_none() {
                    break Some((close::TIMED_OUT, "nothing was heard for too long"));
                }
                if answers.try_send(Message::Ping(Bytes::new())).is_err() {
                    break Some((close::TIMED_OUT, "it does not read"));
                }
            }
            // Replaced by a newer connection, or full.
            _ = &mut writing => return,
            () = &mut stopping => break Some((close::GOING_AWAY, "the server stops")),
            ending = &mut away => break Some(proof::said(ending)),
        }
    };
    drop(line);
    drop(answers);
    running.shutdown().await;
    let sink = tokio::time::timeout(Duration::from_secs(1), writing).await;
    if let (Ok(Ok(mut sink)), Some((code, reason))) = (sink, end) {
        let _ = sink.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
    }
}

/// Writes what is asked and what is answered, until one of them ends.
async fn write(
    sink: &mut SplitSink<WebSocket, Message>,
    mut sending: mpsc::Receiver<ToNode>,
    mut answering: mpsc::Receiver<Message>,
) {
    loop {
        let message = tokio::select! {
            next = sending.recv() => match next {
                Some(ToNode::Frame(frame)) => text(&frame),
                Some(ToNode::Bytes(bytes)) => Message::binary(bytes),
                None => return,
            },
            next = answering.recv() => match next {
                Some(message) => message,
                None => return,
            },
        };
        match tokio::time::timeout(PATIENCE, sink.send(message)).await {
            Ok(Ok(())) => {}
            _ => return,
        }
    }
}

/// One frame; an error ends the connection, with a reason when it is worth one.
async fn take(
    state: &ServerState,
    line: &mut NodeLine,
    message: Message,
    answers: &mpsc::Sender<Message>,
    running: &mut JoinSet<()>,
) -> Result<(), Option<&'static str>> {
    let full = |_| Some("it does not read its answers");
    match message {
        Message::Text(frame) => match serde_json::from_str::<ClientFrame>(&frame) {
            Ok(ClientFrame::Req { id, method, params, idem }) => {
                let reply = match Method::from_name(&method) {
                    // What may wait is done beside the rest.
                    Some(method) if may_wait(method) && running.len() < IN_FLIGHT => {
                        let (state, answers, params) =
                            (state.clone(), answers.clone(), Value::Object(params));
                        let asked = match method {
                            Method::NodeWork => worked(line, params, idem).await.map(Beside::Work),
                            _ => line.errands_as().map(|worker| Beside::Errand(worker, method, params)),
                        };
                        running.spawn(async move {
                            let reply = match asked {
                                Ok(asked) => asked.perform(&state).await,
                                Err(error) => Err(error),
                            };
                            let _ = answers.send(answered(id, reply)).await;
                        });
                        return Ok(());
                    }
                    Some(method) if may_wait(method) => Err(ApiError::new(
                        ErrorCode::RateLimited,
                        "Too many calls wait for their answers already.",
                    )),
                    Some(method) => serve(line, method, Value::Object(params)).await,
                    None => Err(ApiError::new(ErrorCode::UnknownMethod, "There is no such method.")),
                };
                answers.try_send(answered(id, reply)).map_err(full)
            }
            Ok(ClientFrame::Answer { id, result, error }) => {
                line.answered(id, error.map_or_else(|| Ok(result.unwrap_or_default()), Err));
                Ok(())
            }
            Ok(ClientFrame::Term { stream, controls, terminal }) => {
                line.changed(stream, terminal, controls);
                Ok(())
            }
            Ok(ClientFrame::Refused { stream, error }) => {
                line.refused(stream, error);
                Ok(())
            }
            Ok(ClientFrame::Ping {}) => answers.try_send(text(&ServerFrame::Pong {})).map_err(full),
            Ok(_) => Err(Some("not a frame of a node")),
            Err(_) => Err(Some("not a frame of this protocol")),
        },
        Message::Binary(frame) => match Head::decode(&frame) {
            Ok((head, payload)) => {
                line.bytes(head, payload);
                Ok(())
            }
            Err(_) => Err(Some("not a binary frame of this protocol")),
        },
        Message::Ping(_) | Message::Pong(_) => Ok(()),
        Message::Close(_) => Err(None),
    }
}

/// What a node says of itself.
async fn serve(line: &mut NodeLine, method: Method, params: Value) -> Reply {
    match method {
        Method::NodeRegister => answer(line.register(read(params)?).await?),
        Method::NodeHeartbeat => answer(line.beat(read(params)?).await?),
        Method::NodeTerminalsTell => answer(line.terminals(read(params)?).await?),
        other => {
            let operation = other.operation();
            let message = format!("{} needs the scope {}.", operation.name, operation.scope);
            Err(ApiError::new(ErrorCode::Forbidden, message))
        }
    }
}

fn may_wait(method: Method) -> bool {
    matches!(
        method,
        Method::NodeWork | Method::NodeErrand | Method::NodeSend | Method::NodeRead | Method::NodeEnd
    )
}

/// What is done beside the loop.
enum Beside {
    /// A call of a worker, as that worker; whether it is the one that takes jobs of the crew.
    Work((Call, bool)),
    Errand(String, Method, Value),
}

impl Beside {
    async fn perform(self, state: &ServerState) -> Reply {
        match self {
            Beside::Errand(worker, method, params) => {
                state.doors.errands.serve(state, worker, method, params).await
            }
            Beside::Work((call, crew)) => {
                let claims = crew && call.method == Method::JobsClaim;
                let mut result = call::perform(state, call).await?;
                if claims {
                    result = state.engine.for_machine(result).await?;
                }
                answer(NodeWorked { result })
            }
        }
    }
}

async fn worked(line: &NodeLine, params: Value, key: Option<String>) -> Result<(Call, bool), ApiError> {
    let mut work: WorkNode = read(params)?;
    let method = Method::from_name(&work.method)
        .ok_or_else(|| ApiError::new(ErrorCode::UnknownMethod, "There is no such method."))?;
    let who = line.works_as(method, &mut work).await?;
    match work.params {
        Value::Object(params) => {
            let key = work.idem.or(key);
            Ok((Call { who, method, params, key, unknown: Unknown::Refuse }, work.crew))
        }
        _ => Err(ApiError::bad("params is an object")),
    }
}

//! One connection to the hub: a loop that reads what it asks, and writes what this machine says.
//!
//! What is said goes through one bounded queue, so that a slow line slows down whoever fills it: feeds of terminals
//! wait, and with them, by their windows, the programs.

use crate::asks;
use crate::hub::Machine;
use crate::streams::Streams;
use client::{Gateway, Incoming};
use protocol::gateway::{ClientFrame, Head, ServerFrame};
use protocol::node::{BEAT_MS, BeatNode, NodeRegistered, NodeTerminals, RegisterNode};
use protocol::ops::Method;
use protocol::ops::typed;
use protocol::{ApiError, ErrorCode};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// Frames that wait to be written.
const WAITING: usize = 32;
/// Changes of terminals are told together when they come faster.
const TOLD_EVERY: Duration = Duration::from_millis(150);
/// Requests of the loop itself, whose answers only have to be no refusal.
const OWN: u32 = 0x8000_0000;

/// What goes out.
pub(crate) enum Said {
    Frame(ClientFrame),
    Bytes(Head, Vec<u8>),
    Call {
        method: Method,
        params: Value,
        idem: Option<String>,
        answer: oneshot::Sender<Result<Value, ApiError>>,
    },
}

pub(crate) type Out = mpsc::Sender<Said>;

/// How a connection ended that nobody refused.
pub(crate) enum Ended {
    Closed(String),
}

pub(crate) struct Session {
    gateway: Gateway,
    machine: Arc<Machine>,
    out: Out,
    saying: mpsc::Receiver<Said>,
    calls: HashMap<u32, oneshot::Sender<Result<Value, ApiError>>>,
    last: u32,
    streams: Streams,
}

impl Session {
    /// Says who is here.
    pub(crate) async fn begin(
        mut gateway: Gateway,
        machine: Arc<Machine>,
        said: RegisterNode,
    ) -> Result<(Self, NodeRegistered), ApiError> {
        let registered = gateway.call(typed::NodeRegister, &said).await?;
        let (out, saying) = mpsc::channel(WAITING);
        let streams = Streams::new(out.clone());
        let session = Self { gateway, machine, out, saying, calls: HashMap::new(), last: 0, streams };
        Ok((session, registered))
    }

    pub(crate) fn out(&self) -> Out {
        self.out.clone()
    }

    /// Until it breaks.
    pub(crate) async fn exchange(&mut self) -> Result<Ended, ApiError> {
        let mut listed = self.machine.terminals.listed();
        listed.mark_changed();
        let mut told = Instant::now() - TOLD_EVERY;
        let mut beat = tokio::time::interval(Duration::from_millis(BEAT_MS));
        beat.reset();
        loop {
            let step = tokio::select! {
                incoming = self.gateway.next() => match incoming {
                    Ok(incoming) => self.take(incoming).await,
                    Err(error) => Err(error),
                },
                // It cannot end: a sender of it is kept here.
                Some(said) = self.saying.recv() => self.write(said).await,
                Ok(()) = changed(&mut listed, told + TOLD_EVERY) => {
                    told = Instant::now();
                    self.tell_terminals().await
                }
                _ = beat.tick() => {
                    let beat = BeatNode { now_ms: self.machine.clock.now_ms() };
                    self.own(Method::NodeHeartbeat, &beat).await
                }
            };
            match step {
                Ok(()) => {}
                Err(error) if error.code == ErrorCode::Unavailable => {
                    return Ok(Ended::Closed(error.message));
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn tell_terminals(&mut self) -> Result<(), ApiError> {
        let terminals = self.machine.terminals.clone();
        let listed = tokio::task::spawn_blocking(move || terminals.list()).await;
        let terminals =
            listed.map_err(|_| ApiError::new(ErrorCode::Internal, "The terminals cannot be listed."))?;
        self.own(Method::NodeTerminalsTell, &NodeTerminals { terminals }).await
    }

    /// A call of the loop itself.
    async fn own(&mut self, method: Method, params: &impl Serialize) -> Result<(), ApiError> {
        self.last = self.last.wrapping_add(1);
        let params = serde_json::to_value(params).unwrap_or_default();
        let id = OWN | self.last;
        let method = method.operation().name.to_owned();
        self.gateway.say(&ClientFrame::Req { id, method, params: object(params), idem: None }).await
    }

    async fn write(&mut self, said: Said) -> Result<(), ApiError> {
        match said {
            Said::Frame(frame) => self.gateway.say(&frame).await,
            Said::Bytes(head, bytes) => self.gateway.send(head, &bytes).await,
            Said::Call { method, params, idem, answer } => {
                self.last = self.last.wrapping_add(1);
                let id = self.last & !OWN;
                self.calls.insert(id, answer);
                let method = method.operation().name.to_owned();
                self.gateway.say(&ClientFrame::Req { id, method, params: object(params), idem }).await
            }
        }
    }

    async fn take(&mut self, incoming: Incoming) -> Result<(), ApiError> {
        match incoming {
            Incoming::Frame(frame) => match *frame {
                ServerFrame::Ask { id, ask } => {
                    match asks::serve(&self.machine, &mut self.streams, &self.out, id, ask) {
                        Some(answer) => self.gateway.say(&answered(id, answer)).await?,
                        None => return Ok(()),
                    }
                    // Output comes after the answer that names its stream.
                    self.streams.begin();
                    Ok(())
                }
                ServerFrame::Res { id, result, error, .. } => {
                    let answer = error.map_or_else(|| Ok(result.unwrap_or_default()), Err);
                    if id & OWN != 0 {
                        // The hub has forgotten who this is: the next connection says it again.
                        return answer
                            .map(drop)
                            .map_err(|error| ApiError::new(ErrorCode::Unavailable, error.message));
                    }
                    if let Some(waiting) = self.calls.remove(&id) {
                        let _ = waiting.send(answer);
                    }
                    Ok(())
                }
                _ => Ok(()),
            },
            Incoming::Binary(head, bytes) => match self.streams.take(head, &bytes) {
                Some(refused) => self.gateway.say(&refused).await,
                None => Ok(()),
            },
        }
    }
}

fn object(params: Value) -> Map<String, Value> {
    match params {
        Value::Object(params) => params,
        _ => Map::new(),
    }
}

pub(crate) fn answered(id: u32, answer: Result<Value, ApiError>) -> ClientFrame {
    match answer {
        Ok(result) => ClientFrame::Answer { id, result: Some(result), error: None },
        Err(error) => ClientFrame::Answer { id, result: None, error: Some(error) },
    }
}

/// A change, not before `until`.
async fn changed(
    listed: &mut tokio::sync::watch::Receiver<u64>,
    until: Instant,
) -> Result<(), tokio::sync::watch::error::RecvError> {
    listed.changed().await?;
    // Dropped meanwhile, the change is marked as seen: it is put back before the wait.
    listed.mark_changed();
    tokio::time::sleep_until(until).await;
    listed.borrow_and_update();
    Ok(())
}

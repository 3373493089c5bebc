//! A drain: nothing new begins on our server, and it is waited for what runs. Whoever resumes everything meanwhile,
//! here or from anywhere else, has called it off. The server ends the hold by itself when its process is gone.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};
use tauri::async_runtime;

use crate::running::{self, Address};

/// How a drain ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// Nothing runs, and nothing new begins.
    Yes,
    /// Somebody resumed everything.
    CalledOff,
    /// The server does not answer: it cannot be waited for.
    NoAnswer,
}

/// One word to the server at a time: a release that comes after a hold must not overtake it, also when whoever
/// waited for the hold is gone.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Lets nothing new begin. `why` is shown wherever everything is paused.
pub async fn hold(address: &Address, why: String) -> Result<()> {
    say(address, "system.hold", json!({ "reason": "drain", "note": why })).await
}

/// Ends that, if it is still so. What a person paused stays paused.
pub async fn release(address: &Address) {
    if let Err(error) = say(address, "system.resume", json!({ "reason": "drain" })).await {
        tracing::warn!(%error, "the drain is not called off");
    }
}

async fn say(address: &Address, method: &'static str, params: Value) -> Result<()> {
    let address = address.clone();
    let said = async_runtime::spawn_blocking(move || {
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        address.door().call(method, &params).map(drop)
    });
    said.await?
}

/// Holds everything and waits until nothing runs, looking every `pause`.
pub async fn drain(address: &Address, why: String, pause: Duration) -> Drained {
    if let Err(error) = hold(address, why).await {
        tracing::warn!(%error, "nothing can be held");
        return Drained::NoAnswer;
    }
    loop {
        match running::look(address).await {
            Ok(now) if !now.drains => return Drained::CalledOff,
            Ok(now) if now.running.is_nothing() => return Drained::Yes,
            Ok(_) => tokio::time::sleep(pause).await,
            Err(error) => {
                tracing::warn!(%error, "what runs is not known");
                return Drained::NoAnswer;
            }
        }
    }
}

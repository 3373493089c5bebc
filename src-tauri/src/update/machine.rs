//! What an update goes through, as a pure machine: what a person wishes and what work came to go in, what is to be
//! done next comes out. It knows no clock, network, file or window.

use serde::{Deserialize, Serialize};

use super::failure::Failure;
use crate::running::Running;

/// A version that may be installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offer {
    pub version: String,
    /// Plain text; may be empty.
    pub notes: String,
}

/// Where the update stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum State {
    /// Nothing newer is known.
    Idle,
    Checking,
    Available(Offer),
    Downloading {
        #[serde(flatten)]
        offer: Offer,
        /// None while the length is unknown.
        percent: Option<u8>,
    },
    /// On this machine, its signature checked. `running` is what stood in the way of the last wish to restart.
    Ready {
        #[serde(flatten)]
        offer: Offer,
        running: Option<Running>,
    },
    /// Whether anything runs is being asked.
    Asking {
        #[serde(flatten)]
        offer: Offer,
    },
    /// Restarts by itself once nothing runs.
    Waiting {
        #[serde(flatten)]
        offer: Offer,
        running: Option<Running>,
    },
    /// The package is put in place; the restart follows.
    Installing(Offer),
    Failed {
        #[serde(flatten)]
        failure: Failure,
        /// What can be tried again without a new check.
        offer: Option<Offer>,
    },
}

/// What a person, or the clock in case of `Check`, asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Wish {
    Check,
    Download,
    /// Restart if nothing runs.
    Restart,
    /// Restart as soon as nothing runs.
    Wait,
    /// Restart now: the server drains, what it cuts short is taken up again afterwards.
    Drain,
    /// Stop downloading or waiting.
    Cancel,
}

/// What an order came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    UpToDate,
    Found(Offer),
    Progress {
        received: u64,
        total: Option<u64>,
    },
    Stored,
    Runs(Running),
    /// Everything was resumed while the restart waited for what runs.
    CalledOff,
    Failed(Failure),
}

/// What is to be done; the one before it, if any, is to be dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Check,
    Download,
    /// Ask what runs and say so once.
    Ask,
    /// Let nothing new begin, ask what runs and say so until nothing does.
    Watch,
    /// Put the package in place and restart.
    Install,
    /// Nothing; what was being done is dropped.
    Stop,
    /// Let new work begin again; what was being done is dropped.
    GoOn,
}

/// The state and a number that tells the news of a dropped order from those of the present one.
#[derive(Debug)]
pub struct Machine {
    state: State,
    turn: u64,
}

impl Default for Machine {
    fn default() -> Self {
        Self { state: State::Idle, turn: 0 }
    }
}

impl Machine {
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The number that news of the last order must carry.
    pub fn turn(&self) -> u64 {
        self.turn
    }

    /// Whether a look at the clock may begin a check: not when a person is busy with an update.
    pub fn may_check_by_itself(&self) -> bool {
        matches!(self.state, State::Idle | State::Available(_) | State::Failed { .. })
    }

    /// Takes up a wish, or refuses it and stays as it is.
    pub fn wish(&mut self, wish: Wish) -> Result<Order, Failure> {
        let (next, order) = match (self.state.clone(), wish) {
            (State::Idle | State::Available(_) | State::Failed { .. }, Wish::Check) => {
                (State::Checking, Order::Check)
            }
            (State::Available(offer) | State::Failed { offer: Some(offer), .. }, Wish::Download) => {
                (State::Downloading { offer, percent: None }, Order::Download)
            }
            (State::Ready { offer, .. }, Wish::Restart) => (State::Asking { offer }, Order::Ask),
            (State::Ready { offer, running }, Wish::Wait) => {
                (State::Waiting { offer, running }, Order::Watch)
            }
            (State::Ready { offer, .. } | State::Waiting { offer, .. }, Wish::Drain) => {
                (State::Installing(offer), Order::Install)
            }
            (State::Downloading { offer, .. }, Wish::Cancel) => (State::Available(offer), Order::Stop),
            (State::Waiting { offer, .. }, Wish::Cancel) => {
                (State::Ready { offer, running: None }, Order::GoOn)
            }
            _ => return Err(Failure::not_now()),
        };
        self.state = next;
        self.turn += 1;
        Ok(order)
    }

    /// Takes in what the order of `turn` came to. News of an order that was dropped change nothing.
    pub fn news(&mut self, turn: u64, news: News) -> Option<Order> {
        if turn != self.turn {
            return None;
        }
        let (next, order) = match (self.state.clone(), news) {
            (State::Checking, News::UpToDate) => (State::Idle, None),
            (State::Checking, News::Found(offer)) => (State::Available(offer), None),
            (State::Downloading { offer, .. }, News::Progress { received, total }) => {
                (State::Downloading { offer, percent: percent(received, total) }, None)
            }
            (State::Downloading { offer, .. }, News::Stored) => (State::Ready { offer, running: None }, None),
            (State::Asking { offer } | State::Waiting { offer, .. }, News::Runs(running))
                if running.is_nothing() =>
            {
                (State::Installing(offer), Some(Order::Install))
            }
            (State::Asking { offer }, News::Runs(running)) => {
                (State::Ready { offer, running: Some(running) }, None)
            }
            (State::Waiting { offer, .. }, News::Runs(running)) => {
                (State::Waiting { offer, running: Some(running) }, None)
            }
            (State::Waiting { offer, .. }, News::CalledOff) => (State::Ready { offer, running: None }, None),
            (state, News::Failed(failure)) => (State::Failed { failure, offer: state.offer() }, None),
            _ => return None,
        };
        self.state = next;
        if order.is_some() {
            self.turn += 1;
        }
        order
    }
}

impl State {
    /// The version this is about, but for a check: it finds out anew.
    pub fn offer(self) -> Option<Offer> {
        match self {
            State::Idle | State::Checking => None,
            State::Available(offer) | State::Installing(offer) => Some(offer),
            State::Downloading { offer, .. }
            | State::Ready { offer, .. }
            | State::Asking { offer }
            | State::Waiting { offer, .. } => Some(offer),
            State::Failed { offer, .. } => offer,
        }
    }
}

/// Whole percent, 100 only when all is there.
fn percent(received: u64, total: Option<u64>) -> Option<u8> {
    let total = total.filter(|total| *total > 0)?;
    u8::try_from((u128::from(received) * 100 / u128::from(total)).min(100)).ok()
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;

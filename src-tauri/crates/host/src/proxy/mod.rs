//! The way out of a job that has no network: a proxy that connects where it may, once, to an address it has looked at.
//!
//! It speaks what tools speak to a proxy: `CONNECT host:port` and requests with an absolute `http://` address. Each
//! target is asked about before anything is resolved; a name is resolved once, out here, and only an address that is
//! neither this machine nor a neighbour of it is connected to, so that a name cannot lead back in. What goes through a
//! `CONNECT` is not looked into. Nothing of ours is added to what goes out, no key and no name.

mod connect;
mod door;
mod head;
mod serve;

pub use connect::{Connected, PrivateWay, Refused, SystemWay, Way};
pub use door::ProxyDoor;
pub use serve::{Limits, serve};

use crate::network::Target;
use std::future::Future;
use std::pin::Pin;

/// What whoever decides says of one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    Allow,
    /// The reason, told to the program that asked.
    Deny(String),
}

/// Decides about targets. It may take as long as a person takes to answer.
pub trait Judge: Send + Sync + 'static {
    fn judge(&self, target: &Target) -> Pin<Box<dyn Future<Output = Judgement> + Send + '_>>;
    /// Told when a connection ended, or could not be made, before the program is: `sent` and `received` as the program
    /// sees them, in bytes.
    fn ended<'a>(
        &'a self,
        target: &'a Target,
        outcome: Ended,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
}

/// What became of one allowed target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    Served {
        sent: u64,
        received: u64,
    },
    /// Its name leads to an address that is never reached; why, as a sentence.
    Refused(String),
    /// Nothing was connected to, and why.
    NotReached(String),
}

impl Ended {
    fn of(refused: &Refused) -> Self {
        match refused {
            Refused::Never { address, why } => {
                Self::Refused(format!("Its address {address} is never reached: {why}."))
            }
            Refused::NotFound | Refused::NoAnswer(_) => Self::NotReached(refused.to_string()),
        }
    }
}

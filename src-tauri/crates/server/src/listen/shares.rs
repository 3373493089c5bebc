//! How many connections one address may hold: a small share while nobody on them is known, so that one machine with
//! idle connections keeps no paired device off, and more of them once somebody known has asked, but never all.

use host::network::one_place;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most of one address. A browser opens six for a page, and several may come from one machine.
pub(super) const SHARE: usize = 16;
/// Most of one address whoever asks on them, so that one device that is let in does not keep the others off.
pub(super) const WHOLE: usize = 96;

#[derive(Clone, Default)]
pub(super) struct Shares {
    held: Arc<Mutex<HashMap<IpAddr, Held>>>,
}

/// Connections of one address.
#[derive(Default)]
struct Held {
    unknown: usize,
    all: usize,
}

/// One connection's part in the share of its address; an extension of its requests. It leaves the smaller share when
/// it is known who is there, and the larger one when the connection is gone.
#[derive(Clone)]
pub(crate) struct Unknown(Arc<One>);

struct One {
    all: Shares,
    from: IpAddr,
    known: AtomicBool,
}

impl Shares {
    /// None when the address holds too many already.
    pub(super) fn admit(&self, peer: IpAddr) -> Option<Unknown> {
        let from = one_place(peer);
        let mut held = self.held();
        let here = held.entry(from).or_default();
        if here.unknown >= SHARE || here.all >= WHOLE {
            return None;
        }
        here.unknown += 1;
        here.all += 1;
        drop(held);
        Some(Unknown(Arc::new(One { all: self.clone(), from, known: AtomicBool::new(false) })))
    }

    fn held(&self) -> MutexGuard<'_, HashMap<IpAddr, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Unknown {
    /// Somebody known has asked on this connection.
    pub(crate) fn is_known(&self) {
        if !self.0.known.swap(true, Ordering::Relaxed)
            && let Some(here) = self.0.all.held().get_mut(&self.0.from)
        {
            here.unknown = here.unknown.saturating_sub(1);
        }
    }
}

impl Drop for One {
    fn drop(&mut self) {
        let mut held = self.all.held();
        let Some(here) = held.get_mut(&self.from) else { return };
        here.all = here.all.saturating_sub(1);
        if !self.known.load(Ordering::Relaxed) {
            here.unknown = here.unknown.saturating_sub(1);
        }
        if here.all == 0 {
            held.remove(&self.from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_has_its_share_and_others_have_theirs() {
        let shares = Shares::default();
        let mut held: Vec<_> = (0..SHARE).map(|_| shares.admit(at("100.64.0.7")).unwrap()).collect();
        assert!(shares.admit(at("100.64.0.7")).is_none());
        assert!(shares.admit(at("::ffff:100.64.0.7")).is_none(), "the same one in other words");
        let other = shares.admit(at("100.64.0.8")).unwrap();
        held[0].is_known();
        held[0].is_known();
        held.push(shares.admit(at("100.64.0.7")).expect("who is known takes none of it"));
        assert!(shares.admit(at("100.64.0.7")).is_none());
        drop((held, other));
        assert!(shares.held().is_empty(), "nothing is remembered of those who went");
    }

    #[test]
    fn who_is_known_holds_more_and_never_all() {
        let shares = Shares::default();
        let known = || {
            let one = shares.admit(at("100.64.0.7"))?;
            one.is_known();
            Some(one)
        };
        let mut held: Vec<_> = (0..WHOLE).map(|_| known().unwrap()).collect();
        assert!(known().is_none());
        assert!(shares.admit(at("100.64.0.8")).is_some(), "others have their places");
        held.pop();
        assert!(known().is_some(), "who goes makes room");
        drop(held);
        assert!(shares.held().is_empty());
    }
}

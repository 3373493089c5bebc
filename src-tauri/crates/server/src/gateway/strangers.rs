//! How many connections may stand at the door without having said who they are: few altogether, and fewer from one
//! place elsewhere, so that one machine of a tailnet cannot keep all others out.

use host::network::one_place;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most of them at once.
const STRANGERS: usize = 32;
/// Most from one address that is not this machine.
const FROM_ONE: usize = 8;

#[derive(Clone, Default)]
pub(crate) struct Strangers {
    at_door: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One of them; gone when it is dropped.
pub(super) struct Stranger {
    all: Strangers,
    from: IpAddr,
}

impl Strangers {
    /// None when there are too many already.
    pub(super) fn admit(&self, from: IpAddr) -> Option<Stranger> {
        // This machine is one place, too, and the only one whose share is not bounded.
        let from = one_place(from);
        let mut at_door = self.at_door();
        let (all, here) = (at_door.values().sum::<usize>(), at_door.get(&from).copied().unwrap_or(0));
        if all >= STRANGERS || (here >= FROM_ONE && !from.is_loopback()) {
            return None;
        }
        at_door.insert(from, here + 1);
        Some(Stranger { all: self.clone(), from })
    }

    fn at_door(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.at_door.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        let mut at_door = self.all.at_door();
        match at_door.get_mut(&self.from) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(at_door.remove(&self.from)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_elsewhere_cannot_take_the_whole_door() {
        let strangers = Strangers::default();
        let far: IpAddr = "100.64.0.7".parse().unwrap();
        let near: IpAddr = "127.0.0.1".parse().unwrap();
        let mut held: Vec<_> = (0..FROM_ONE).map(|_| strangers.admit(far).unwrap()).collect();
        assert!(strangers.admit(far).is_none());
        held.extend((FROM_ONE..STRANGERS).map(|_| strangers.admit(near).unwrap()));
        assert!(strangers.admit(near).is_none(), "{STRANGERS} are enough");
        held.remove(0);
        assert!(strangers.admit(far).is_some(), "who goes makes room");
        drop(held);
        let made_up = |n: usize| format!("2001:db8::{n}").parse().unwrap();
        let held: Vec<_> = (0..FROM_ONE).map(|n| strangers.admit(made_up(n)).unwrap()).collect();
        assert!(strangers.admit(made_up(FROM_ONE)).is_none(), "addresses of one network are one place");
        drop(held);
        assert!(strangers.at_door().is_empty(), "nothing is remembered of those who went");
    }
}

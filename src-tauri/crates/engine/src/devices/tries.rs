//! Wrong tries, by where they come from. Whoever fails too often waits; a token or a key that is right never does. A
//! link to pair does wait, since it is what is guessed at.

use host::network::one_place;
use protocol::{ApiError, ErrorCode};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Wrong tries of one address within the time below.
const MOST: u32 = 5;
const WITHIN_MS: u64 = 60_000;
/// Addresses that are remembered.
const ADDRESSES: usize = 1024;

#[derive(Default)]
pub(crate) struct Tries {
    by: Mutex<HashMap<IpAddr, Count>>,
}

struct Count {
    since: u64,
    wrong: u32,
}

impl Tries {
    /// Refuses an address that has failed too often lately. `now` is monotonic.
    pub(crate) fn check(&self, from: IpAddr, now: u64) -> Result<(), ApiError> {
        let by = self.by.lock().unwrap_or_else(PoisonError::into_inner);
        match by.get(&one_place(from)) {
            Some(count) if count.wrong >= MOST && now < count.since + WITHIN_MS => {
                let wait = count.since + WITHIN_MS - now;
                let message = "There were too many wrong tries from this address. Wait a minute.";
                Err(ApiError::new(ErrorCode::RateLimited, message)
                    .with(serde_json::json!({ "retryMs": wait })))
            }
            _ => Ok(()),
        }
    }

    /// Counts a wrong try.
    pub(crate) fn wrong(&self, from: IpAddr, now: u64) {
        let mut by = self.by.lock().unwrap_or_else(PoisonError::into_inner);
        let from = one_place(from);
        if by.len() >= ADDRESSES && !by.contains_key(&from) {
            by.retain(|_, count| now < count.since + WITHIN_MS);
            // The oldest gives way: a flood from many addresses costs no more memory than this.
            if by.len() >= ADDRESSES
                && let Some(oldest) = by.iter().min_by_key(|(_, count)| count.since).map(|(at, _)| *at)
            {
                by.remove(&oldest);
            }
        }
        let count = by.entry(from).or_insert(Count { since: now, wrong: 0 });
        if now >= count.since + WITHIN_MS {
            *count = Count { since: now, wrong: 0 };
        }
        count.wrong = count.wrong.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    #[test]
    fn five_wrong_tries_in_a_minute_make_an_address_wait_and_no_other() {
        let tries = Tries::default();
        for _ in 0..MOST {
            assert!(tries.check(at(1), 100).is_ok());
            tries.wrong(at(1), 100);
        }
        let refused = tries.check(at(1), 101).unwrap_err();
        assert_eq!(refused.code, ErrorCode::RateLimited);
        assert!(tries.check(at(2), 101).is_ok());
        assert!(tries.check(at(1), 100 + WITHIN_MS).is_ok(), "a minute later it may try again");
        tries.wrong(at(1), 100 + WITHIN_MS);
        assert!(tries.check(at(1), 100 + WITHIN_MS).is_ok(), "and begins to count anew");
    }

    #[test]
    fn a_flood_from_everywhere_takes_no_more_room() {
        let tries = Tries::default();
        for n in 0..3000_u32 {
            tries.wrong(IpAddr::from(n.to_be_bytes()), u64::from(n));
        }
        assert_eq!(tries.by.lock().unwrap().len(), ADDRESSES);
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_together() {
        let tries = Tries::default();
        for n in 0..MOST {
            tries.wrong(format!("fd00::{n}").parse().unwrap(), 0);
        }
        assert!(tries.check("fd00::ffff".parse().unwrap(), 1).is_err());
        assert!(tries.check("fd01::1".parse().unwrap(), 1).is_ok());
        for n in 0..MOST {
            tries.wrong(format!("fd7a:115c:a1e0::{n}").parse().unwrap(), 0);
        }
        let other = "fd7a:115c:a1e0::ffff".parse().unwrap();
        assert!(tries.check(other, 1).is_ok(), "machines of a tailnet are counted each");
    }
}

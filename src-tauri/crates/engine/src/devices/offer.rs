//! The first step of pairing: somebody who may pair shows a link.

use super::{device_of, may_manage, not_given};
use crate::{Caller, Engine, hash};
use protocol::listen::{ListenerKind, ReachableAddress, Tier};
use protocol::pairing::{LONGEST_TTL_MS, Pairing, PairingShown, PairingState, Pairings, StartPairing};
use protocol::{ApiError, DeviceId, ErrorCode};
use store::{PairingRecord, StoreError, StoredPairing, Tx};

/// Links and questions that can be open at once.
pub(super) const MOST_OPEN: usize = 32;
/// Shortest life of a link, in milliseconds.
const SHORTEST_TTL_MS: u64 = 1_000;
/// Characters of a nonce: 132 bits of base64url.
const NONCE: usize = 22;

/// Where the server can be reached, as its listeners say.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    pub addresses: Vec<ReachableAddress>,
    /// Of the certificate at the address of one's own, where that was made here.
    pub fingerprint: Option<String>,
}

impl Engine {
    /// A link for a device, with a secret that is said this once; the answer is kept nowhere.
    pub async fn pairing_start(
        &self,
        caller: Caller,
        p: StartPairing,
        reach: Reach,
    ) -> Result<Pairing, ApiError> {
        let (role, scopes) = flow::roles::offered(p.role, p.scopes.as_deref()).map_err(not_given)?;
        flow::roles::may_give(&scopes, |scope| caller.who.may(scope)).map_err(not_given)?;
        let ttl = p.ttl_ms.unwrap_or(LONGEST_TTL_MS);
        if !(SHORTEST_TTL_MS..=LONGEST_TTL_MS).contains(&ttl) {
            return Err(ApiError::bad(format!("ttlMs is {SHORTEST_TTL_MS} to {LONGEST_TTL_MS}")));
        }
        let addresses = ordered(reach.addresses);
        let address = chosen(&addresses, p.address.as_deref())?.clone();
        let nonce: String = self.ids.secret().chars().take(NONCE).collect();
        let digest = hash::text(&nonce);
        let record = PairingRecord {
            role,
            scopes: scopes.clone(),
            upgrade_of: p.upgrade_of.map(String::from),
            scopes_only: false,
            by: caller.who.label(),
            by_device: device_of(&caller.who).map(str::to_owned),
            claimant: None,
            device: None,
        };
        let expires_at = self.clock.now_ms() + ttl as i64;
        let stored = self
            .store
            .write(move |tx| {
                if let Some(id) = &record.upgrade_of {
                    let device = tx.device(id)?;
                    if device.revoked_at.is_some() {
                        return Err(StoreError::Refused(super::revoked()));
                    }
                    may_manage(&caller, &device).map_err(StoreError::Refused)?;
                }
                require_room(tx)?;
                tx.add_pairing(&record, PairingState::Open, Some(&digest), None, expires_at)
            })
            .await?;
        self.pairing_changed();
        let fingerprint = reach.fingerprint.filter(|_| address.listener == ListenerKind::Address);
        let pinned = fingerprint.as_ref().map(|f| format!("&f={f}")).unwrap_or_default();
        let url = format!("{}/pair#p=1&s={}&n={nonce}{pinned}", address.url, self.server_id());
        let expires_at = host::clock::iso(stored.expires_at);
        Ok(Pairing { id: stored.id, url, addresses, expires_at, role, scopes, fingerprint })
    }

    pub async fn pairing_list(&self) -> Result<Pairings, ApiError> {
        let pairings = self.store.read(|tx| tx.pairings()).await?;
        Ok(Pairings { pairings: pairings.iter().map(shown).collect::<Result<_, _>>()? })
    }
}

pub(super) fn require_room(tx: &Tx<'_>) -> Result<(), StoreError> {
    if tx.live_pairings()?.len() < MOST_OPEN {
        return Ok(());
    }
    let message = "Too many pairings wait for an answer. Deny some of them, or wait until they are over.";
    Err(StoreError::Refused(ApiError::new(ErrorCode::RateLimited, message)))
}

/// The best first: secure pages before plain ones, and what others can reach before this machine's own loopback.
fn ordered(mut addresses: Vec<ReachableAddress>) -> Vec<ReachableAddress> {
    addresses.sort_by_key(|one| (one.listener == ListenerKind::Loopback, one.tier == Tier::Plain));
    addresses
}

fn chosen<'a>(
    addresses: &'a [ReachableAddress],
    wished: Option<&str>,
) -> Result<&'a ReachableAddress, ApiError> {
    let found = match wished {
        Some(wished) => addresses.iter().find(|one| one.url == wished.trim_end_matches('/')),
        None => addresses.first(),
    };
    found.ok_or_else(|| {
        ApiError::bad("The server cannot be reached at this address; listen.show lists those it has")
    })
}

pub(super) fn shown(pairing: &StoredPairing) -> Result<PairingShown, ApiError> {
    let record = &pairing.record;
    let claimant = record.claimant.as_ref();
    let upgrade_of = record.upgrade_of.as_deref().map(DeviceId::parse).transpose();
    Ok(PairingShown {
        id: pairing.id.clone(),
        state: pairing.state,
        code: claimant.map(|c| c.code.clone()),
        name: claimant.map(|c| c.name.clone()),
        kind: claimant.map(|c| c.kind),
        platform: claimant.and_then(|c| c.platform.clone()),
        keyed: claimant.is_some_and(|c| c.key.is_some()),
        login: claimant.and_then(|c| c.login.clone()),
        from: claimant.and_then(|c| c.from.clone()),
        role: record.role,
        scopes: record.scopes.clone(),
        upgrade_of: upgrade_of.map_err(|e| ApiError::bad(e.to_string()))?,
        by: record.by.clone(),
        created_at: host::clock::iso(pairing.created_at),
        expires_at: host::clock::iso(pairing.expires_at),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(url: &str, tier: Tier, listener: ListenerKind) -> ReachableAddress {
        ReachableAddress { url: url.into(), tier, listener }
    }

    #[test]
    fn a_link_leads_where_others_can_come_and_pages_are_secure() {
        let all = ordered(vec![
            at("http://127.0.0.1:3001", Tier::Secure, ListenerKind::Loopback),
            at("http://100.64.0.1:3001", Tier::Plain, ListenerKind::Tailnet),
            at("https://box.tail.ts.net", Tier::Secure, ListenerKind::Serve),
        ]);
        assert_eq!(chosen(&all, None).unwrap().url, "https://box.tail.ts.net");
        assert_eq!(chosen(&all, Some("http://100.64.0.1:3001/")).unwrap().tier, Tier::Plain);
        assert!(chosen(&all, Some("https://evil.example")).is_err());
        assert_eq!(all.last().unwrap().listener, ListenerKind::Loopback);
    }
}

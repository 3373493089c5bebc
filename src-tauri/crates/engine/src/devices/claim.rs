//! The second step of pairing: whoever holds the link says who they are, and waits for an answer.
//!
//! Nothing here needs a token, so everything is bounded and wrong tries are counted: by address, and against the links
//! themselves, which die of ten.

use super::proof::check_key;
use super::{id_of, plain, plain_name};
use crate::{Engine, hash};
use protocol::device::{DeviceKind, DeviceRole};
use protocol::ops::Done;
use protocol::pairing::{
    AskPairing, ClaimPairing, PairingClaimed, PairingProgress, PairingState, WRONG_TRIES,
};
use protocol::{ApiError, ErrorCode};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use store::{Claimant, StoreError, StoredPairing, Tx};

/// Longest wait for an answer in one call, in milliseconds.
const LONGEST_WAIT_MS: u64 = 30_000;
/// Longest name of a platform, in bytes.
const PLATFORM: usize = 80;

/// Where somebody without a token calls from.
#[derive(Debug, Clone)]
pub struct Whence {
    pub peer: IpAddr,
    /// Who they belong to in the tailnet, and their machine's stable id there.
    pub login: Option<String>,
    pub node: Option<String>,
    /// The tailnet's allow list alone lets that machine in: it is none of the owner's own login.
    pub invited: bool,
    /// Over TLS, or from this machine itself.
    pub secure: bool,
}

/// Wrong tries against each open link. A restart forgets them; nobody without a token can cause one.
#[derive(Default)]
pub(crate) struct Guesses {
    wrong: Mutex<HashMap<String, u32>>,
}

impl Guesses {
    /// Counts a try against each of `links`, which are some of those that are `live`; answers those that die of it.
    fn count(&self, links: &[String], live: &[String]) -> Vec<String> {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        // Links that are over are not counted for any more. A try at one link forgets nothing of another's.
        wrong.retain(|id, _| live.contains(id));
        let mut dead = Vec::new();
        for id in links {
            let count = wrong.entry(id.clone()).or_insert(0);
            *count += 1;
            if *count >= WRONG_TRIES {
                dead.push(id.clone());
            }
        }
        dead
    }
}

impl Engine {
    /// Claims a link for a device. The link is used up; what comes back is a secret to ask for the answer with.
    ///
    /// Errors: `pairing.unknown`, `pairing.used`, `pairing.expired`, `pairing.dead`, `rate_limited`.
    pub async fn pairing_claim(&self, p: ClaimPairing, whence: Whence) -> Result<PairingClaimed, ApiError> {
        self.check_tries(whence.peer)?;
        let name = plain_name(&p.name)?;
        let platform = p.platform.as_deref().map(plain).filter(|text| !text.is_empty());
        if platform.as_ref().is_some_and(|text| text.len() > PLATFORM) {
            return Err(ApiError::bad(format!("platform holds at most {PLATFORM} bytes")));
        }
        if let Some(key) = &p.public_key {
            check_key(key)?;
        }
        let claim = self.ids.secret();
        let claimant = Claimant {
            name,
            kind: p.kind,
            platform,
            key: p.public_key,
            login: whence.login.clone(),
            node: whence.node.clone(),
            invited: whence.invited,
            from: Some(whence.peer.to_canonical().to_string()),
            code: digits(&self.ids.uuid()),
        };
        let (nonce, digest) = (hash::text(&p.nonce), hash::text(&claim));
        let claimed = self
            .store
            .write(move |tx| {
                let Some(pairing) = tx.pairing_by_nonce(&nonce)? else { return Ok(None) };
                Ok(Some(take(tx, pairing, claimant, &digest)?))
            })
            .await?;
        let Some((pairing, code)) = claimed else {
            self.guessed(whence.peer, None).await?;
            return Err(unknown());
        };
        self.pairing_changed();
        Ok(PairingClaimed {
            pairing_id: pairing.id,
            code,
            claim,
            server_id: self.server_id().to_owned(),
            secure: whence.secure,
            role: pairing.record.role,
            scopes: pairing.record.scopes,
            expires_at: host::clock::iso(pairing.expires_at),
        })
    }

    /// How a claim stands. With `waitMs` the answer comes when there is one, or when the time is over.
    pub async fn pairing_state(&self, p: AskPairing, whence: Whence) -> Result<PairingProgress, ApiError> {
        let wait = Duration::from_millis(p.wait_ms.unwrap_or(0).min(LONGEST_WAIT_MS));
        let mut changes = self.devices.changes.subscribe();
        let over = tokio::time::sleep(wait);
        let mut over = std::pin::pin!(over);
        loop {
            changes.mark_unchanged();
            let pairing = self.claimed(&p, &whence).await?;
            if pairing.state != PairingState::Claimed {
                return self.progress(pairing).await;
            }
            let left = (pairing.expires_at - self.clock.now_ms()).max(0);
            tokio::select! {
                _ = changes.changed() => {}
                () = tokio::time::sleep(Duration::from_millis(left as u64)) => {}
                () = &mut over => return self.progress(pairing).await,
                () = self.stopping() => return self.progress(pairing).await,
            }
        }
    }

    /// The device does not want to be let in any more.
    pub async fn pairing_cancel(&self, p: AskPairing, whence: Whence) -> Result<Done, ApiError> {
        let mut pairing = self.claimed(&p, &whence).await?;
        if pairing.state == PairingState::Claimed {
            self.store
                .write(move |tx| {
                    // An answer may have come first, and stays.
                    if tx.pairing(&pairing.id)?.state == PairingState::Claimed {
                        pairing.state = PairingState::Dead;
                        tx.put_pairing(&pairing)?;
                    }
                    Ok(())
                })
                .await?;
            self.pairing_changed();
        }
        Ok(Done { ok: true })
    }

    async fn claimed(&self, p: &AskPairing, whence: &Whence) -> Result<StoredPairing, ApiError> {
        self.check_tries(whence.peer)?;
        let (id, digest) = (p.pairing_id.clone(), hash::text(&p.claim));
        match self.store.read(move |tx| tx.pairing_by_claim(&id, &digest)).await? {
            Some(pairing) => Ok(pairing),
            None => {
                self.guessed(whence.peer, Some(p.pairing_id.clone())).await?;
                Err(unknown())
            }
        }
    }

    /// A wrong try: against one pairing, or against every open link.
    async fn guessed(&self, from: IpAddr, at: Option<String>) -> Result<(), ApiError> {
        self.tried_wrong(from);
        let live = self.store.read(|tx| tx.live_pairings()).await?;
        let meant = |pairing: &StoredPairing| match &at {
            Some(id) => pairing.id == *id,
            None => pairing.state == PairingState::Open,
        };
        let ids: Vec<String> = live.iter().map(|one| one.id.clone()).collect();
        let links: Vec<String> = live.iter().filter(|one| meant(one)).map(|one| one.id.clone()).collect();
        let dead = self.devices.guesses.count(&links, &ids);
        if dead.is_empty() {
            return Ok(());
        }
        tracing::warn!(%from, "pairings were guessed at too often, and are dead");
        self.store
            .write(move |tx| {
                for id in &dead {
                    let mut pairing = tx.pairing(id)?;
                    if matches!(pairing.state, PairingState::Open | PairingState::Claimed) {
                        pairing.state = PairingState::Dead;
                        tx.put_pairing(&pairing)?;
                    }
                }
                Ok(())
            })
            .await?;
        self.pairing_changed();
        Ok(())
    }

    /// What the claimant is told. One without a key fetches its token here: until it was used a repeated question gives
    /// another one in its place, so that an answer that was lost does no harm.
    async fn progress(&self, pairing: StoredPairing) -> Result<PairingProgress, ApiError> {
        let approved = pairing.state == PairingState::Approved;
        let mut progress =
            PairingProgress { state: pairing.state, device_id: None, token: None, scopes: None, role: None };
        let Some(id) = pairing.record.device.clone().filter(|_| approved) else { return Ok(progress) };
        let fetches = !pairing.record.scopes_only
            && pairing.record.claimant.as_ref().is_some_and(|claimant| claimant.key.is_none());
        let token = self.ids.secret();
        let digest = hash::text(&token);
        let (device, fresh) = self
            .store
            .write(move |tx| {
                let device = tx.device(&id)?;
                let fresh = fetches
                    && device.key.is_none()
                    && device.seen_at.is_none()
                    && device.revoked_at.is_none();
                if fresh {
                    tx.set_device_proof(&id, None, Some(&digest))?;
                }
                Ok((device, fresh))
            })
            .await?;
        progress.device_id = Some(id_of(&device)?);
        progress.token = fresh.then_some(token);
        progress.scopes = Some(device.scopes);
        progress.role = Some(device.role);
        Ok(progress)
    }
}

/// Marks a link as claimed; answers the code as well.
fn take(
    tx: &mut Tx<'_>,
    mut pairing: StoredPairing,
    mut claimant: Claimant,
    digest: &str,
) -> Result<(StoredPairing, String), StoreError> {
    if let Some(error) = not_open(pairing.state) {
        return Err(StoreError::Refused(error));
    }
    let for_node = pairing.record.role == DeviceRole::Node;
    if for_node != (claimant.kind == DeviceKind::Node) {
        let message = if for_node { "This link is for a machine" } else { "This link is not for a machine" };
        return Err(StoreError::Refused(ApiError::bad(message)));
    }
    if for_node && claimant.key.is_none() {
        return Err(StoreError::Refused(ApiError::bad("A machine has a key: publicKey is missing")));
    }
    // Two that wait at the same time never show the same digits.
    let shown: Vec<String> = tx
        .live_pairings()?
        .into_iter()
        .filter_map(|other| other.record.claimant.map(|claimant| claimant.code))
        .collect();
    while shown.contains(&claimant.code) {
        claimant.code = digits(&tx.new_id());
    }
    let code = claimant.code.clone();
    pairing.state = PairingState::Claimed;
    pairing.record.claimant = Some(claimant);
    tx.put_pairing(&pairing)?;
    tx.set_pairing_claim(&pairing.id, digest)?;
    Ok((pairing, code))
}

fn not_open(state: PairingState) -> Option<ApiError> {
    let (code, message) = match state {
        PairingState::Open => return None,
        PairingState::Expired => (ErrorCode::PairingExpired, "This link is too old. Ask for a new one."),
        PairingState::Dead => (ErrorCode::PairingDead, "This link was taken back. Ask for a new one."),
        PairingState::Claimed | PairingState::Approved | PairingState::Denied => {
            (ErrorCode::PairingUsed, "This link was used already. Ask for a new one.")
        }
    };
    Some(ApiError::new(code, message))
}

fn unknown() -> ApiError {
    ApiError::new(ErrorCode::PairingUnknown, "There is no such pairing. Ask for a new link.")
}

/// Six decimal digits out of the randomness of a UUID.
pub(super) fn digits(uuid: &str) -> String {
    let number = uuid.get(..8).and_then(|hex| u32::from_str_radix(hex, 16).ok()).unwrap_or_default();
    format!("{:06}", number % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_wrong_tries_kill_a_link_and_one_opened_later_has_its_own_count() {
        let guesses = Guesses::default();
        let (old, both) = (vec!["a".to_owned()], vec!["a".to_owned(), "b".to_owned()]);
        for _ in 0..5 {
            assert!(guesses.count(&old, &old).is_empty());
        }
        for _ in 0..4 {
            assert!(guesses.count(&both, &both).is_empty());
        }
        guesses.count(&[], &both);
        guesses.count(&["b".to_owned()], &both);
        assert_eq!(guesses.count(&both, &both), ["a"], "what was tried elsewhere forgives nothing");
        assert_eq!(guesses.wrong.lock().unwrap().len(), 2);
        guesses.count(&["b".to_owned()], &["b".to_owned()]);
        assert_eq!(guesses.wrong.lock().unwrap().len(), 1, "what is over is forgotten");
    }

    #[test]
    fn a_code_is_always_six_digits() {
        assert_eq!(digits("00000001-0000-4000-8000-000000000000"), "000001");
        assert_eq!(digits("ffffffff-0000-4000-8000-000000000000").len(), 6);
    }
}

//! How a machine is let in: by a link its owner shows, six digits that are compared, and their word.

use crate::identity::Key;
use crate::{Home, Hub, NodeError};
use client::Doorstep;
use protocol::device::DeviceKind;
use protocol::keys::KeyPlace;
use protocol::pairing::{AskPairing, ClaimPairing, PairingClaimed, PairingProgress, PairingState};
use protocol::{ApiError, ErrorCode};
use std::time::Duration;

/// How long one question for the answer waits at the server, in milliseconds.
const WAIT_MS: u64 = 20_000;

/// A link of a pairing, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub url: String,
    pub server_id: String,
    pub nonce: String,
    pub fingerprint: Option<String>,
}

impl Link {
    /// `ADDRESS/pair#p=1&s=SERVER&n=NONCE&f=FINGERPRINT?`.
    pub fn read(text: &str) -> Result<Self, NodeError> {
        let (address, fragment) = text.trim().split_once('#').ok_or(NodeError::Link)?;
        let url = address.strip_suffix("/pair").filter(|url| {
            let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '@', '?']))
        });
        let part = |name: &str| {
            let mut parts = fragment.split('&').filter_map(|part| part.split_once('='));
            parts.find(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value.to_owned())
        };
        if part("p").as_deref() != Some("1") {
            return Err(NodeError::Link);
        }
        Ok(Self {
            url: url.ok_or(NodeError::Link)?.to_owned(),
            server_id: part("s").ok_or(NodeError::Link)?,
            nonce: part("n").ok_or(NodeError::Link)?,
            fingerprint: part("f"),
        })
    }
}

/// A link that was claimed and waits for the owner's word.
pub struct Claimed {
    link: Link,
    key: Key,
    name: String,
    door: Doorstep,
    said: PairingClaimed,
}

/// Claims a link for this machine, under a name.
pub async fn claim(home: &Home, link: Link, name: &str) -> Result<Claimed, NodeError> {
    if let Some(hub) = home.hub()? {
        return Err(NodeError::Paired(hub.url));
    }
    let door = Doorstep::new(&link.url, link.fingerprint.as_deref()).map_err(NodeError::Hub)?;
    let key = Key::new()?;
    let claim = ClaimPairing {
        nonce: link.nonce.clone(),
        name: name.to_owned(),
        kind: DeviceKind::Node,
        platform: Some(crate::hub::platform()),
        public_key: Some(key.public()),
    };
    let said: PairingClaimed = door.post("/pair/claim", &claim).await.map_err(NodeError::Hub)?;
    if said.server_id != link.server_id {
        let message = "Another server answers at this address than the one that made the link.";
        return Err(NodeError::Hub(ApiError::new(ErrorCode::Unauthenticated, message)));
    }
    Ok(Claimed { link, key, name: name.to_owned(), door, said })
}

impl Claimed {
    /// Six digits; the server shows the same.
    pub fn code(&self) -> &str {
        &self.said.code
    }

    /// Waits for the owner's word, and keeps what was given.
    pub async fn answered(self, home: &Home) -> Result<Hub, NodeError> {
        let ask = AskPairing {
            pairing_id: self.said.pairing_id.clone(),
            claim: self.said.claim.clone(),
            wait_ms: Some(WAIT_MS),
        };
        let no = |code, message: &str| Err(NodeError::Hub(ApiError::new(code, message)));
        loop {
            let told = match self.door.post::<_, PairingProgress>("/pair/state", &ask).await {
                Ok(told) => told,
                Err(error) if error.retryable => {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    continue;
                }
                Err(error) => return Err(NodeError::Hub(error)),
            };
            match (told.state, told.device_id) {
                (PairingState::Approved, Some(device_id)) => {
                    let hub = Hub {
                        url: self.link.url,
                        server_id: self.said.server_id,
                        device_id,
                        name: self.name,
                        fingerprint: self.link.fingerprint,
                        key_place: KeyPlace::File,
                    };
                    return home.belong(hub, &self.key).await;
                }
                (PairingState::Denied, _) => return no(ErrorCode::Forbidden, "The answer was no."),
                (PairingState::Expired, _) => {
                    return no(ErrorCode::Timeout, "Nobody answered in time. Show a new link and try again.");
                }
                (PairingState::Dead, _) => {
                    return no(
                        ErrorCode::Forbidden,
                        "This link is good for nothing any more. Show a new one.",
                    );
                }
                (PairingState::Open | PairingState::Claimed | PairingState::Approved, _) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_taken_apart_and_nothing_else_is_one() {
        let link = Link::read("https://box.example:8443/pair#p=1&s=S-1&n=N_2&f=AB:CD\n").unwrap();
        assert_eq!(link.url, "https://box.example:8443");
        assert_eq!((link.server_id.as_str(), link.nonce.as_str()), ("S-1", "N_2"));
        assert_eq!(link.fingerprint.as_deref(), Some("AB:CD"));
        for bad in [
            "",
            "https://box/pair",
            "https://box/pair#p=2&s=a&n=b",
            "https://box/pair#p=1&n=b",
            "https://box/pair#p=1&s=a",
            "ftp://box/pair#p=1&s=a&n=b",
            "https://box/else#p=1&s=a&n=b",
            "https://me@box/pair#p=1&s=a&n=b",
            "https:///pair#p=1&s=a&n=b",
        ] {
            assert!(matches!(Link::read(bad), Err(NodeError::Link)), "{bad}");
        }
    }
}

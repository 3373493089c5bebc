//! Pairing: how a device is let in. Somebody who may pair shows a link, the device claims it with a name and a key,
//! both show the same six digits, and whoever may pair says yes.

use crate::device::{DeviceKind, DeviceRole, PublicKey};
use crate::listen::ReachableAddress;
use crate::ops::Permission;
use crate::{DeviceId, wire};

/// Longest and usual life of a link, in milliseconds.
pub const LONGEST_TTL_MS: u64 = 600_000;
/// Wrong tries after which a link is dead.
pub const WRONG_TRIES: u32 = 10;

wire! {
    /// `Dead` covers what was taken back, given up by the device, or guessed at too often.
    pub enum PairingState { Open, Claimed, Approved, Denied, Expired, Dead }
}

wire! {
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct StartPairing {
        /// Its scopes are those offered, unless `scopes` are named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub role: Option<DeviceRole>,
        /// Read, chat and approve when neither these nor a role are named. Nobody offers what they do not have.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub scopes: Option<Vec<Permission>>,
        /// At most ten minutes, which is also the default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub ttl_ms: Option<u64>,
        /// One of the addresses the server has for others; the best one when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub address: Option<String>,
        /// The device that pairs again, for another key or other scopes; it keeps its row.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub upgrade_of: Option<DeviceId>,
    }
}

wire! {
    /// A link to show. The secret in it stands behind `#`, which browsers do not send; it is said this once.
    pub struct Pairing {
        pub id: String,
        /// `ADDRESS/pair#p=1&s=SERVER&n=NONCE`, with `&f=FINGERPRINT` where the certificate is of our own making.
        pub url: String,
        /// Every address the link could begin with, the best one first.
        pub addresses: Vec<ReachableAddress>,
        /// RFC 3339.
        pub expires_at: String,
        pub role: DeviceRole,
        pub scopes: Vec<Permission>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub fingerprint: Option<String>,
    }
}

wire! {
    /// A pairing as those see it who may answer it.
    pub struct PairingShown {
        pub id: String,
        pub state: PairingState,
        /// The six digits the device shows too; once it has claimed the link.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub code: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub name: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub kind: Option<DeviceKind>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub platform: Option<String>,
        /// It has a key of its own.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub keyed: bool,
        /// Who the device belongs to in the tailnet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub login: Option<String>,
        /// The address it came from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub from: Option<String>,
        pub role: DeviceRole,
        pub scopes: Vec<Permission>,
        /// An existing device that asks for more, or pairs again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub upgrade_of: Option<DeviceId>,
        /// Who began it.
        pub by: String,
        /// RFC 3339.
        pub created_at: String,
        /// RFC 3339.
        pub expires_at: String,
    }
}

wire! {
    pub struct Pairings {
        /// Newest first; those that are over are shown for a day.
        pub pairings: Vec<PairingShown>,
    }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct PairingParams { pub id: String }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct ApprovePairing {
        pub id: String,
        /// Fewer or other scopes than were offered; never more than whoever approves has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub scopes: Option<Vec<Permission>>,
    }
}

wire! {
    /// A device asks for more scopes; those it has go on working.
    #[serde(deny_unknown_fields)]
    pub struct RequestPairing {
        /// All it wants to have, those it has included.
        pub scopes: Vec<Permission>,
    }
}

wire! {
    pub struct PairingRequested {
        pub ok: bool,
        pub pairing: PairingShown,
        /// What `/pair/state` and `/pair/cancel` ask for.
        pub claim: String,
    }
}

wire! {
    /// `POST /pair/claim`.
    #[serde(deny_unknown_fields)]
    pub struct ClaimPairing {
        /// `n` of the link.
        pub nonce: String,
        /// 1 to 80 bytes, shown to whoever approves.
        pub name: String,
        pub kind: DeviceKind,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub platform: Option<String>,
        /// Without one the device gets a token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub public_key: Option<PublicKey>,
    }
}

wire! {
    pub struct PairingClaimed {
        pub pairing_id: String,
        /// Six digits to compare.
        pub code: String,
        /// A secret to ask with.
        pub claim: String,
        pub server_id: String,
        /// The claim came over TLS, or from this machine itself.
        pub secure: bool,
        pub role: DeviceRole,
        pub scopes: Vec<Permission>,
        /// RFC 3339.
        pub expires_at: String,
    }
}

wire! {
    /// `POST /pair/state` and `POST /pair/cancel`.
    #[serde(deny_unknown_fields)]
    pub struct AskPairing {
        pub pairing_id: String,
        pub claim: String,
        /// `/pair/state` waits so long for a change, up to 30,000.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub wait_ms: Option<u64>,
    }
}

wire! {
    pub struct PairingProgress {
        pub state: PairingState,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub device_id: Option<DeviceId>,
        /// For a device without a key. It is said until it was used, and never again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub token: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub scopes: Option<Vec<Permission>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub role: Option<DeviceRole>,
    }
}

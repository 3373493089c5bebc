//! Devices: browsers, phones and programs that were let in, each with a key or a token of its own.

use crate::ops::Permission;
use crate::{DeviceId, wire};

/// Longest name of a device, in bytes.
pub const LONGEST_NAME: usize = 80;
/// What is signed to connect begins with this line.
pub const CONNECT_TEXT: &str = "pilothouse-connect-v1";
/// What the old key signs for a new one begins with this line.
pub const ROTATE_TEXT: &str = "pilothouse-rotate-v1";
/// How long a challenge may be answered.
pub const CHALLENGE_MS: i64 = 60_000;
/// How long a device that signed in over HTTP stays signed in.
pub const SESSION_MS: i64 = 12 * 60 * 60 * 1000;

wire! {
    #[derive(Default)]
    pub enum DeviceKind { Phone, #[default] Browser, Cli, Node, Desktop }
}

wire! {
    /// What somebody is let in as. A role is a set of scopes to begin with; the scopes of a device decide.
    pub enum DeviceRole { Owner, Member, Approver, Viewer, Node }
}

wire! {
    /// `P256`: ECDSA over P-256 with SHA-256. `Ed25519`: as in RFC 8032. Signatures are 64 bytes in both.
    pub enum KeyAlgorithm { P256, Ed25519 }
}

wire! {
    /// Half of a pair of keys; the other half never leaves the device.
    #[serde(deny_unknown_fields)]
    pub struct PublicKey {
        pub alg: KeyAlgorithm,
        /// Base64url without padding: of `p256` the point of 65 bytes that begins with 4, of `ed25519` 32 bytes.
        pub key: String,
    }
}

wire! {
    /// One device, as those see it who manage devices, and as it sees itself.
    pub struct DeviceShown {
        pub id: DeviceId,
        pub name: String,
        pub kind: DeviceKind,
        /// What it says it runs on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub platform: Option<String>,
        pub role: DeviceRole,
        pub scopes: Vec<Permission>,
        /// It signs with a key of its own; otherwise it bears a token, of which a digest is kept.
        pub keyed: bool,
        /// Who it belonged to in the tailnet when it was paired.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub login: Option<String>,
        /// RFC 3339.
        pub created_at: String,
        /// RFC 3339, to the minute or so.
        pub last_seen_at: String,
        /// RFC 3339; it is shown for some time after it was revoked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub revoked_at: Option<String>,
        /// Whoever asks is this device.
        pub current: bool,
        /// It has a connection or a stream open now.
        pub connected: bool,
    }
}

wire! {
    pub struct Devices {
        /// Newest first; only the device itself where whoever asks may not pair.
        pub devices: Vec<DeviceShown>,
    }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct DeviceParams { pub id: DeviceId }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct RenameDevice {
        pub id: DeviceId,
        /// 1 to 80 bytes.
        pub name: String,
    }
}

wire! {
    /// Gives the device that asks a new key, or a new token where it has none and names none. Whoever has a key
    /// proves it: `signature` is by the old one, over `pilothouse-rotate-v1`, server, challenge, device, algorithm and
    /// new key, one a line.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct RotateDevice {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub public_key: Option<PublicKey>,
        /// From `/auth/challenge`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub challenge: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub signature: Option<String>,
    }
}

wire! {
    pub struct DeviceRotated {
        pub ok: bool,
        pub device: DeviceShown,
        /// The new token, said once; only where there is no key.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub token: Option<String>,
    }
}

wire! {
    /// `POST /auth/challenge`.
    #[serde(deny_unknown_fields)]
    pub struct AskChallenge { pub device_id: DeviceId }
}

wire! {
    /// Something to sign, good once.
    pub struct Challenge {
        pub challenge: String,
        pub server_id: String,
        /// RFC 3339.
        pub expires_at: String,
    }
}

wire! {
    /// `POST /auth/device`. The signature is over `pilothouse-connect-v1`, server, challenge and device, one a line,
    /// without a line break at the end; base64url.
    #[serde(deny_unknown_fields)]
    pub struct SignIn {
        pub device_id: DeviceId,
        pub challenge: String,
        pub signature: String,
    }
}

wire! {
    /// The answer to a good signature; the session itself is a cookie that scripts cannot read.
    pub struct SignedIn {
        pub ok: bool,
        /// RFC 3339. Signing again makes a new session.
        pub expires_at: String,
    }
}

wire! {
    /// Who connects to the gateway by signing its challenge, as for [`SignIn`].
    #[serde(deny_unknown_fields)]
    pub struct DeviceProof {
        pub id: DeviceId,
        pub signature: String,
    }
}

/// The text a device signs to connect.
pub fn connect_text(server: &str, challenge: &str, device: &str) -> String {
    format!("{CONNECT_TEXT}\n{server}\n{challenge}\n{device}")
}

/// The text the old key of a device signs for a new one.
pub fn rotate_text(server: &str, challenge: &str, device: &str, key: &PublicKey) -> String {
    format!("{ROTATE_TEXT}\n{server}\n{challenge}\n{device}\n{}\n{}", key.alg, key.key)
}

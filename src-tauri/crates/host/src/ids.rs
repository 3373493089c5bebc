//! Identifiers and secrets as something that is handed in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Where identifiers and secrets come from. Tests and the simulation bring their own.
pub trait Ids: Send + Sync {
    /// A random UUID in its usual lower-case form with dashes.
    fn uuid(&self) -> String;
    /// 256 bits of randomness as 43 characters of base64url without padding.
    fn secret(&self) -> String;
}

/// Randomness of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    fn uuid(&self) -> String {
        uuid::Builder::from_random_bytes(random::<16>()).into_uuid().to_string()
    }

    fn secret(&self) -> String {
        URL_SAFE_NO_PAD.encode(random::<32>())
    }
}

/// Without randomness no token would be a secret, so going on is not an option: the process ends.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0_u8; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        tracing::error!(%error, "the operating system gives no randomness");
        std::process::abort();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn uuids_are_version_four_and_differ() {
        let made: BTreeSet<String> = (0..100).map(|_| SystemIds.uuid()).collect();
        assert_eq!(made.len(), 100);
        assert!(made.iter().all(|id| id.len() == 36 && id.as_bytes()[14] == b'4'));
    }

    #[test]
    fn secrets_carry_256_bits_and_differ() {
        let (a, b) = (SystemIds.secret(), SystemIds.secret());
        assert_ne!(a, b);
        assert_eq!(URL_SAFE_NO_PAD.decode(&a).unwrap().len(), 32);
    }
}

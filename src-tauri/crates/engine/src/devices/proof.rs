//! Keys and challenges: how a device shows that it is itself, without ever saying a secret.
//!
//! A challenge carries its own end and a mark of ours, so that asking for thousands fills nothing; those that were
//! answered are remembered until they are over, so that each is good once.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519, UnparsedPublicKey, VerificationAlgorithm};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use host::ids::Ids;
use protocol::device::{CHALLENGE_MS, KeyAlgorithm, PublicKey};
use protocol::{ApiError, ErrorCode};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Answered challenges that are remembered; nobody answers so many in a minute.
const REMEMBERED: usize = 4096;
/// Bytes of the end, the random part and the mark of a challenge.
const PARTS: [usize; 3] = [8, 32, 32];

/// Refuses what is no public key of its algorithm.
pub(crate) fn check_key(key: &PublicKey) -> Result<(), ApiError> {
    let bytes = decode(&key.key)?;
    let shaped = match key.alg {
        KeyAlgorithm::P256 => bytes.len() == 65 && bytes.first() == Some(&4),
        KeyAlgorithm::Ed25519 => bytes.len() == 32,
    };
    // A point that is not on the curve is found when it is parsed.
    if shaped && UnparsedPublicKey::new(algorithm(key.alg), &bytes).parse().is_ok() {
        return Ok(());
    }
    Err(ApiError::bad(format!("publicKey is no key of {}", key.alg)))
}

/// Whether `signature` over `text` is by `key`.
pub(crate) fn is_signed(key: &PublicKey, text: &str, signature: &str) -> bool {
    let (Ok(key_bytes), Ok(signature)) = (decode(&key.key), decode(signature)) else { return false };
    UnparsedPublicKey::new(algorithm(key.alg), key_bytes).verify(text.as_bytes(), &signature).is_ok()
}

fn algorithm(alg: KeyAlgorithm) -> &'static dyn VerificationAlgorithm {
    match alg {
        KeyAlgorithm::P256 => &ECDSA_P256_SHA256_FIXED,
        KeyAlgorithm::Ed25519 => &ED25519,
    }
}

fn decode(text: &str) -> Result<Vec<u8>, ApiError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| ApiError::bad("This is not base64url without padding"))
}

pub(crate) fn wrong_signature() -> ApiError {
    ApiError::new(ErrorCode::SignatureWrong, "The signature is not by the key of this device.")
}

/// Challenges of this process.
pub(crate) struct Challenges {
    key: hmac::Key,
    answered: Mutex<HashMap<String, i64>>,
}

impl Challenges {
    pub(crate) fn new(ids: &dyn Ids) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, ids.secret().as_bytes()), answered: Mutex::default() }
    }

    /// A challenge for one device, and when it is over, in milliseconds since 1970.
    pub(crate) fn make(&self, device: &str, ids: &dyn Ids, now: i64) -> (String, i64) {
        let ends = now + CHALLENGE_MS;
        let random = URL_SAFE_NO_PAD.decode(ids.secret()).unwrap_or_default();
        let mut bytes = ends.to_be_bytes().to_vec();
        bytes.extend(random);
        bytes.extend(self.mark(&bytes.clone(), device).as_ref());
        (URL_SAFE_NO_PAD.encode(bytes), ends)
    }

    /// Whether the challenge was made for this device, is not over and was not answered.
    pub(crate) fn is_good(&self, challenge: &str, device: &str, now: i64) -> bool {
        self.end_of(challenge, device).is_some_and(|ends| now < ends)
            && !self.answered().contains_key(challenge)
    }

    /// Uses it up; false when somebody else did so first.
    pub(crate) fn answer(&self, challenge: &str, device: &str, now: i64) -> bool {
        let Some(ends) = self.end_of(challenge, device).filter(|ends| now < *ends) else { return false };
        let mut answered = self.answered();
        if answered.len() >= REMEMBERED {
            answered.retain(|_, ends| now < *ends);
        }
        // Without room nothing is accepted: forgetting one would let it be answered again.
        answered.len() < REMEMBERED && answered.insert(challenge.to_owned(), ends).is_none()
    }

    fn end_of(&self, challenge: &str, device: &str) -> Option<i64> {
        let bytes = decode(challenge).ok().filter(|bytes| bytes.len() == PARTS.iter().sum::<usize>())?;
        let (said, mark) = bytes.split_at_checked(PARTS[0] + PARTS[1])?;
        hmac::verify(&self.key, &marked(said, device), mark).ok()?;
        let ends: [u8; 8] = said.get(..PARTS[0])?.try_into().ok()?;
        Some(i64::from_be_bytes(ends))
    }

    fn mark(&self, said: &[u8], device: &str) -> hmac::Tag {
        hmac::sign(&self.key, &marked(said, device))
    }

    fn answered(&self) -> std::sync::MutexGuard<'_, HashMap<String, i64>> {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn marked(said: &[u8], device: &str) -> Vec<u8> {
    [said, device.as_bytes()].concat()
}

pub(crate) fn stale_challenge() -> ApiError {
    ApiError::new(
        ErrorCode::ChallengeStale,
        "This challenge was answered already, is too old, or is another device's. Ask for a new one.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
    use host::ids::SystemIds;

    fn p256() -> (EcdsaKeyPair, PublicKey) {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let key = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        (pair, PublicKey { alg: KeyAlgorithm::P256, key })
    }

    #[test]
    fn signatures_of_both_kinds_are_told_from_others() {
        let (pair, key) = p256();
        let signature = pair.sign(&SystemRandom::new(), b"text").unwrap();
        let signature = URL_SAFE_NO_PAD.encode(signature.as_ref());
        check_key(&key).unwrap();
        assert!(is_signed(&key, "text", &signature));
        assert!(!is_signed(&key, "other text", &signature));
        assert!(!is_signed(&p256().1, "text", &signature), "another's key");

        let pair = Ed25519KeyPair::generate().unwrap();
        let key =
            PublicKey { alg: KeyAlgorithm::Ed25519, key: URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()) };
        let signature = URL_SAFE_NO_PAD.encode(pair.sign(b"text").as_ref());
        check_key(&key).unwrap();
        assert!(is_signed(&key, "text", &signature));
        for bad in ["", "AAAA", "not base64 %", &signature[1..], &"A".repeat(86)] {
            assert!(!is_signed(&key, "text", bad), "{bad:?}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused_before_it_is_kept() {
        let (_, good) = p256();
        let off_curve = URL_SAFE_NO_PAD.encode([&[4][..], &[1; 64]].concat());
        for bad in ["", "AAAA", "%%", off_curve.as_str(), &good.key[..80]] {
            assert!(
                check_key(&PublicKey { alg: KeyAlgorithm::P256, key: bad.to_owned() }).is_err(),
                "{bad:?}"
            );
        }
        assert!(
            check_key(&PublicKey { alg: KeyAlgorithm::Ed25519, ..good }).is_err(),
            "of another algorithm"
        );
    }

    #[test]
    fn a_challenge_is_good_once_for_one_device_and_for_a_minute() {
        let challenges = Challenges::new(&SystemIds);
        let (challenge, ends) = challenges.make("phone", &SystemIds, 1_000);
        assert_eq!(ends, 1_000 + CHALLENGE_MS);
        assert!(challenges.is_good(&challenge, "phone", 1_001));
        assert!(!challenges.is_good(&challenge, "other", 1_001));
        assert!(!challenges.answer(&challenge, "other", 1_001));
        assert!(!challenges.answer(&challenge, "phone", ends));
        assert!(challenges.answer(&challenge, "phone", 1_001));
        assert!(!challenges.is_good(&challenge, "phone", 1_002));
        assert!(!challenges.answer(&challenge, "phone", 1_002), "replayed");
        assert!(!Challenges::new(&SystemIds).is_good(&challenge, "phone", 1_001), "of another process");
        let mut forged = challenge.clone().into_bytes();
        forged[0] ^= 1;
        assert!(!challenges.is_good(&String::from_utf8(forged).unwrap(), "phone", 1_001));
    }
}

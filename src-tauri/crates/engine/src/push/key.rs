//! The key messages are signed with (VAPID, RFC 8292): made once, kept in the data folder, readable by its owner only.
//!
//! A push service takes messages for a subscription only from the key it was made with. Whoever loses the key loses the
//! subscriptions; the browsers subscribe anew when they see another one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{ApiError, ErrorCode};
use std::path::Path;
use web_push_native::p256::SecretKey;
use web_push_native::p256::ecdsa::signature::Signer;
use web_push_native::p256::ecdsa::{Signature, SigningKey};
use web_push_native::p256::elliptic_curve::sec1::ToEncodedPoint;

/// Seconds a signature holds; services refuse more than a day.
const HOLDS: i64 = 12 * 3_600;

pub(crate) struct Key(SecretKey);

impl Key {
    /// The key in `file`, or a new one of these 32 random bytes. Blocks.
    pub(crate) fn open(file: &Path, fresh: &[u8]) -> Result<Self, ApiError> {
        if file.exists() {
            let text = host::token_file::read_secret(file).map_err(unusable)?;
            let bytes = URL_SAFE_NO_PAD.decode(text).map_err(unusable)?;
            return SecretKey::from_slice(&bytes).map(Self).map_err(unusable);
        }
        let key = SecretKey::from_slice(fresh).map_err(unusable)?;
        host::token_file::write_secret(file, &URL_SAFE_NO_PAD.encode(key.to_bytes())).map_err(unusable)?;
        Ok(Self(key))
    }

    /// What browsers subscribe with: the uncompressed point, base64url.
    pub(crate) fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.public_key().to_encoded_point(false).as_bytes())
    }

    /// The header that proves to the service at `audience` that a message is ours.
    pub(crate) fn authorization(&self, audience: &str, contact: &str, now_ms: i64) -> String {
        let claims =
            serde_json::json!({ "aud": audience, "exp": now_ms.div_euclid(1_000) + HOLDS, "sub": contact });
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let said = format!("{}.{}", part(serde_json::json!({ "typ": "JWT", "alg": "ES256" })), part(claims));
        let signature: Signature = SigningKey::from(&self.0).sign(said.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        format!("vapid t={said}.{signature}, k={}", self.public())
    }
}

fn unusable(error: impl std::fmt::Display) -> ApiError {
    ApiError::new(
        ErrorCode::Internal,
        format!("The key of notifications (secrets/push.key in the data folder) cannot be used: {error}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use web_push_native::p256::ecdsa::VerifyingKey;
    use web_push_native::p256::ecdsa::signature::Verifier;

    #[test]
    fn the_key_outlives_the_program_and_signs_for_one_service() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("push.key");
        let public = Key::open(&file, &[7; 32]).unwrap().public();
        let key = Key::open(&file, &[8; 32]).unwrap();
        assert_eq!(key.public(), public, "what is there is not replaced");
        let header = key.authorization("https://push.example", "mailto:a@example.org", 1_000_000);
        let token = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap().0;
        let (said, signature) = token.rsplit_once('.').unwrap();
        let verifying = VerifyingKey::from_sec1_bytes(&URL_SAFE_NO_PAD.decode(public).unwrap()).unwrap();
        let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        verifying.verify(said.as_bytes(), &signature).unwrap();
        let claims = URL_SAFE_NO_PAD.decode(said.split_once('.').unwrap().1).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["aud"], "https://push.example");
        assert_eq!(claims["exp"], 1_000 + HOLDS);
    }

    #[test]
    fn a_broken_key_is_told_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("push.key");
        host::token_file::write_secret(&file, "nonsense!").unwrap();
        assert!(Key::open(&file, &[7; 32]).is_err());
        assert_eq!(host::token_file::read_secret(&file).unwrap(), "nonsense!");
    }
}

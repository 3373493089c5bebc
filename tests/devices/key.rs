//! Keys as a phone or a machine would have them.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub enum Key {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Key {
    pub fn p256() -> Self {
        Key::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    pub fn ed25519() -> Self {
        Key::Ed25519(Ed25519KeyPair::generate().unwrap())
    }

    pub fn public(&self) -> Value {
        match self {
            Key::P256(pair) => {
                json!({ "alg": "p256", "key": URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()) })
            }
            Key::Ed25519(pair) => {
                json!({ "alg": "ed25519", "key": URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()) })
            }
        }
    }

    pub fn sign(&self, text: &str) -> String {
        let signature = match self {
            Key::P256(pair) => pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap().as_ref().to_vec(),
            Key::Ed25519(pair) => pair.sign(text.as_bytes()).as_ref().to_vec(),
        };
        URL_SAFE_NO_PAD.encode(signature)
    }

    /// As docs/PROTOCOL.md tells it.
    pub fn connects(&self, server: &str, challenge: &str, device: &str) -> String {
        self.sign(&format!("pilothouse-connect-v1\n{server}\n{challenge}\n{device}"))
    }
}

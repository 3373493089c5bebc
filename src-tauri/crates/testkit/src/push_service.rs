//! A push service on loopback, for tests only: it takes messages for subscriptions of its own, as a browser's service
//! does, and opens them with the browser's keys. It shows nobody anything.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use web_push_native::p256::SecretKey;
use web_push_native::p256::ecdsa::signature::Verifier as _;
use web_push_native::p256::ecdsa::{Signature, VerifyingKey};
use web_push_native::p256::elliptic_curve::sec1::ToEncodedPoint as _;
use web_push_native::{Auth, decrypt};

/// A message as it came.
#[derive(Debug, Clone)]
pub struct PushedMessage {
    /// Of which subscription.
    pub subscription: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// A browser that subscribed here.
#[derive(Clone)]
pub struct PushBrowser {
    pub endpoint: String,
    secret: SecretKey,
    auth: [u8; 16],
}

#[derive(Default)]
struct Held {
    came: Mutex<Vec<PushedMessage>>,
    /// How the next ones are answered; 201 when it is empty.
    answers: Mutex<VecDeque<(u16, Option<String>)>>,
}

/// The service; it ends with the test's runtime.
pub struct PushService {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    held: Arc<Held>,
}

impl PushService {
    pub async fn start() -> Self {
        let held = Arc::new(Held::default());
        let app = Router::new().route("/push/{subscription}", post(take)).with_state(Arc::clone(&held));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, held }
    }

    /// A browser with keys made of `seed`.
    pub fn browser(&self, seed: u8) -> PushBrowser {
        PushBrowser {
            endpoint: format!("{}/push/s{seed}", self.url),
            secret: SecretKey::from_slice(&[seed; 32]).expect("a key"),
            auth: [seed; 16],
        }
    }

    /// Answers the next messages so, in this order; with a `Retry-After` where one is given.
    pub fn answer_next(&self, answers: &[(u16, Option<&str>)]) {
        let mut queue = self.held.answers.lock().unwrap_or_else(PoisonError::into_inner);
        queue.extend(answers.iter().map(|(status, after)| (*status, after.map(str::to_owned))));
    }

    /// Everything that came, in this order.
    pub fn came(&self) -> Vec<PushedMessage> {
        self.held.came.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn take(
    State(held): State<Arc<Held>>,
    Path(subscription): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut came = held.came.lock().unwrap_or_else(PoisonError::into_inner);
    came.push(PushedMessage { subscription, headers, body: body.to_vec() });
    let next = held.answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let (status, after) = next.unwrap_or((201, None));
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::CREATED);
    match after {
        Some(after) => (status, [("retry-after", after)]).into_response(),
        None => status.into_response(),
    }
}

impl PushBrowser {
    /// What a page hands to `notifications.register`.
    pub fn subscription(&self) -> Value {
        let public = self.secret.public_key().to_encoded_point(false);
        serde_json::json!({
            "endpoint": self.endpoint,
            "keys": { "p256dh": URL_SAFE_NO_PAD.encode(public.as_bytes()), "auth": URL_SAFE_NO_PAD.encode(self.auth) },
        })
    }

    /// Opens a message; panics when it is not for this browser.
    pub fn open(&self, message: &PushedMessage) -> Value {
        let clear = decrypt(message.body.clone(), &self.secret, &Auth::clone_from_slice(&self.auth))
            .expect("a message for this browser");
        serde_json::from_slice(&clear).expect("JSON")
    }
}

impl PushedMessage {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The claims of its signature, which must be by `public_key`.
    pub fn claims(&self, public_key: &str) -> Value {
        let said = self.header("authorization").strip_prefix("vapid t=").expect("a signature");
        let (token, key) = said.split_once(", k=").expect("a key");
        assert_eq!(key, public_key);
        let (signed, signature) = token.rsplit_once('.').expect("a token");
        let verifying =
            VerifyingKey::from_sec1_bytes(&URL_SAFE_NO_PAD.decode(key).expect("a key")).expect("a key");
        let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).expect("a signature"))
            .expect("a signature");
        verifying.verify(signed.as_bytes(), &signature).expect("signed by the key");
        let claims = signed.split_once('.').expect("claims").1;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).expect("claims")).expect("JSON")
    }
}

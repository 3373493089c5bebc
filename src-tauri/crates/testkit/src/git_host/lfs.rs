//! What a forge has for large files: the batch interface of Git LFS and a storage behind it. A scripted stand-in, which
//! keeps contents in memory and fails as a test asks for.

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How it fails from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LfsFault {
    /// Each content is refused before it is sent (422).
    Refused,
    /// Each content is refused when it comes (507).
    Full,
    /// The line is cut while a content comes.
    Cut,
}

/// What comes with a content instead of the user's own credentials, as forges do it.
pub(super) const SENDS: &str = "RemoteAuth of-this-upload";

#[derive(Default)]
pub(super) struct Lfs {
    stored: Mutex<BTreeMap<String, Bytes>>,
    fault: Mutex<Option<LfsFault>>,
    /// Every line reads and writes nothing any more.
    gone: AtomicBool,
}

impl Lfs {
    pub fn fail(&self, fault: Option<LfsFault>) {
        *locked(&self.fault) = fault;
        self.gone.store(false, Ordering::Release);
    }

    pub fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }

    pub fn content(&self, oid: &str) -> Option<Bytes> {
        locked(&self.stored).get(oid).cloned()
    }

    /// Answers a request below `info/lfs`; none where it is not one. `base` is the address of the server.
    pub async fn answer(&self, base: &str, verb: &str, path: &str, body: Body) -> Option<Response> {
        let (repository, rest) = path.split_once("/info/lfs/")?;
        let address = format!("{base}{repository}/info/lfs");
        Some(match (verb, rest.split_once('/')) {
            ("POST", Some(("objects", "batch"))) => self.batch(&address, body).await,
            ("PUT", Some(("storage", oid))) => self.take(oid, body).await,
            // Locks are another matter, and optional.
            _ => said(StatusCode::NOT_FOUND, &json!({ "message": "not here" })),
        })
    }

    async fn batch(&self, address: &str, body: Body) -> Response {
        let Ok(body) = axum::body::to_bytes(body, 1 << 20).await else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
        let refused = *locked(&self.fault) == Some(LfsFault::Refused);
        let objects = asked["objects"].as_array().into_iter().flatten().map(|object| {
            let oid = object["oid"].as_str().unwrap_or_default();
            if refused {
                let error = json!({ "code": 422, "message": "contents of this kind are not taken here" });
                return json!({ "oid": oid, "size": object["size"], "error": error });
            }
            // What is there is not asked for again.
            match locked(&self.stored).contains_key(oid) {
                true => json!({ "oid": oid, "size": object["size"] }),
                false => {
                    let href = format!("{address}/storage/{oid}");
                    let upload = json!({ "href": href, "header": { "Authorization": SENDS } });
                    json!({ "oid": oid, "size": object["size"], "actions": { "upload": upload } })
                }
            }
        });
        said(StatusCode::OK, &json!({ "transfer": "basic", "objects": objects.collect::<Vec<_>>() }))
    }

    async fn take(&self, oid: &str, body: Body) -> Response {
        let fault = *locked(&self.fault);
        if fault == Some(LfsFault::Full) {
            let _ = axum::body::to_bytes(body, 64 << 20).await;
            return said(StatusCode::INSUFFICIENT_STORAGE, &json!({ "message": "the storage is full" }));
        }
        let (mut pieces, mut content) = (body.into_data_stream(), Vec::new());
        while let Some(piece) = pieces.next().await {
            let Ok(piece) = piece else { return StatusCode::BAD_REQUEST.into_response() };
            content.extend_from_slice(&piece);
            if fault == Some(LfsFault::Cut) {
                self.gone.store(true, Ordering::Release);
            }
        }
        if !self.is_gone() {
            locked(&self.stored).insert(oid.to_owned(), content.into());
        }
        StatusCode::OK.into_response()
    }
}

fn said(status: StatusCode, value: &Value) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/vnd.git-lfs+json")];
    (status, kind, value.to_string()).into_response()
}

fn locked<T>(one: &Mutex<T>) -> MutexGuard<'_, T> {
    one.lock().unwrap_or_else(PoisonError::into_inner)
}

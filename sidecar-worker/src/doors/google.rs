//! Calls in Google's dialect, answered by the workers' model whatever that speaks.

use super::model::{ModelDoor, Reply, refusal, whole};
use agent::Cancel;
use agent::cli::google;
use agent::model::Model as _;
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

/// `models/NAME:VERB` of a path below `/v1beta/`.
pub(super) fn verb(path: &str) -> Option<&str> {
    let (_, verb) = path.strip_prefix("/v1beta/models/")?.split_once(':')?;
    ["generateContent", "streamGenerateContent", "countTokens"].contains(&verb).then_some(verb)
}

impl ModelDoor {
    pub(super) async fn google(&self, verb: &str, body: &[u8]) -> Response<Reply> {
        let sent = body;
        let body: Value = serde_json::from_slice(sent).unwrap_or_default();
        if verb == "countTokens" {
            // Nobody counts exactly; four bytes a token is what is reckoned with elsewhere too.
            return whole(StatusCode::OK, &json!({ "totalTokens": body["contents"].to_string().len() / 4 }));
        }
        let Some(request) = google::request(&body) else {
            return refusal(StatusCode::BAD_REQUEST, "This is no call of generateContent.");
        };
        match self.client().complete(&request, &mut |_| {}, &Cancel::new()).await {
            Ok(reply) => {
                self.note(None);
                self.answered(sent);
                let told = google::answer(&reply, self.model());
                if verb == "generateContent" { whole(StatusCode::OK, &told) } else { streamed(&told) }
            }
            Err(error) => {
                let (status, told) = google::failure(&error);
                self.note(Some(error));
                whole(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY), &told)
            }
        }
    }
}

/// The whole reply as the one event of a stream.
fn streamed(told: &Value) -> Response<Reply> {
    let mut response = whole(StatusCode::OK, told);
    *response.body_mut() = super::model::full(format!("data: {told}\r\n\r\n").into());
    let kind = hyper::header::HeaderValue::from_static("text/event-stream");
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, kind);
    response
}

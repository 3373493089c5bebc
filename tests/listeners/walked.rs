//! The walk over everything a listener serves: every route and every name of a method, by somebody who may not.

use crate::scene::{Scene, ask};
use crate::surface;
use protocol::ops::{Method, OTHER_NAMES, Permission};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

/// What a device may do when nobody says more.
const USUAL: [Permission; 3] = [Permission::Read, Permission::Chat, Permission::Approve];

/// What somebody tries with each address.
pub struct Attempt<'a> {
    pub what: &'a str,
    pub client: &'a Client,
    pub headers: Vec<(&'static str, String)>,
    pub token: Option<&'a str>,
    pub refused: (u16, &'static str),
    pub of: Of,
}

/// Which addresses it is refused at.
#[derive(Clone, Copy, PartialEq)]
pub enum Of {
    /// All there are, those that need no token too.
    Everything,
    /// Those that need one.
    Guarded,
    /// Methods that need more than a device has when nobody says more.
    Larger,
}

struct Address {
    verb: reqwest::Method,
    path: String,
    is_open: bool,
    /// Of a method.
    scope: Option<Permission>,
}

/// Every route, and every name a method is called by.
async fn everything(scene: &Scene) -> Vec<Address> {
    let (routes, _) = surface::read(scene).await;
    let routes = routes.iter().filter(|route| !route.path.starts_with("/v1/rpc/")).map(|route| Address {
        verb: route.verb.parse().unwrap(),
        path: route.with("dev"),
        is_open: route.is_open(),
        scope: None,
    });
    let own = Method::ALL.iter().map(|method| (method.operation().name, *method));
    let methods = own.chain(OTHER_NAMES.iter().copied()).map(|(name, method)| Address {
        verb: reqwest::Method::POST,
        path: format!("/v1/rpc/{name}"),
        is_open: false,
        scope: Some(method.operation().scope),
    });
    routes.chain(methods).collect()
}

impl Attempt<'_> {
    fn is_refused_at(&self, address: &Address) -> bool {
        match self.of {
            Of::Everything => true,
            Of::Guarded => !address.is_open,
            Of::Larger => address.scope.is_some_and(|scope| !USUAL.contains(&scope)),
        }
    }

    fn call(&self, url: &str, address: &Address) -> RequestBuilder {
        let call = self.client.request(address.verb.clone(), format!("{url}{}", address.path));
        let call = self.headers.iter().fold(call, |call, (name, value)| call.header(*name, value));
        let call = if address.verb == reqwest::Method::GET { call } else { call.json(&json!({})) };
        match self.token {
            Some(token) => call.bearer_auth(token),
            None => call,
        }
    }
}

/// Not one of them succeeds anywhere; how many calls that were.
pub async fn walk(scene: &Scene, url: &str, attempts: &[Attempt<'_>]) -> usize {
    let mut walked = 0;
    for address in everything(scene).await {
        for attempt in attempts.iter().filter(|attempt| attempt.is_refused_at(&address)) {
            // The one-time link is for this machine, whoever shows it.
            let is_local = ["/auth/exchange", "/auth/link"].contains(&address.path.as_str());
            let (status, code) = match attempt.of {
                Of::Guarded if is_local => (403, "listen.local_only"),
                _ => attempt.refused,
            };
            let told = ask(attempt.call(url, &address)).await;
            assert_eq!(told, (status, code.into()), "{} {} {}", address.verb, address.path, attempt.what);
            walked += 1;
        }
    }
    walked
}

/// Attempts of whoever comes by `client` with nothing, with what is not theirs, and with too little. `headers` stand on
/// each request.
pub fn without_right<'a>(
    scene: &'a Scene,
    client: &'a Client,
    headers: &[(&'static str, String)],
    (device, revoked): (&'a str, &'a str),
) -> Vec<Attempt<'a>> {
    let attempt =
        |what, token, refused, of| Attempt { what, client, headers: headers.to_vec(), token, refused, of };
    vec![
        attempt("by nobody", None, (401, "unauthenticated"), Of::Guarded),
        attempt("with a wrong token", Some("not-the-token"), (401, "unauthenticated"), Of::Guarded),
        attempt(
            "by the owner's token",
            Some(scene.server.token.as_str()),
            (403, "listen.local_only"),
            Of::Guarded,
        ),
        attempt("by one that was revoked", Some(revoked), (401, "device.revoked"), Of::Guarded),
        attempt("by a device that may less", Some(device), (403, "forbidden"), Of::Larger),
    ]
}

/// Revokes the device of this token, which it shows to say who it is.
pub async fn revoke(scene: &Scene, url: &str, client: &Client, headers: &[(&str, String)], token: &str) {
    let call = client.post(format!("{url}/v1/rpc/device.list")).bearer_auth(token).json(&json!({}));
    let call = headers.iter().fold(call, |call, (name, value)| call.header(*name, value));
    let known: Value = call.send().await.unwrap().json().await.unwrap();
    let id = &known["devices"][0]["id"];
    assert!(id.is_string(), "{known}");
    scene.rpc("device.revoke", json!({ "id": id })).await;
}

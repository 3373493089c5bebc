//! Every route and method there is, as `/openapi.json` lists them.

use crate::scene::Scene;
use protocol::ops::{Method, Permission};
use serde_json::Value;

pub struct Route {
    pub verb: String,
    pub path: String,
    /// The method it ends in, when it is one of the table.
    pub method: Option<Method>,
}

impl Route {
    /// The address with every parameter in its place.
    pub fn with(&self, value: &str) -> String {
        let mut out = String::new();
        let mut rest = self.path.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            out.push_str(value);
            rest = after.split_once('}').unwrap().1;
        }
        out + rest
    }

    pub fn has_parameter(&self) -> bool {
        self.path.contains('{')
    }

    pub fn is_open(&self) -> bool {
        // Those of pairing ask for a link, a secret of one's own or a signature; tests/devices is about them.
        ["/healthz", "/readyz", "/openapi.json"].contains(&self.path.as_str())
            || self.path.starts_with("/pair/")
            || ["/auth/challenge", "/auth/device"].contains(&self.path.as_str())
    }

    /// Scope of the routes outside the table.
    pub fn scope(&self) -> Permission {
        match (self.method, self.path.as_str()) {
            (Some(method), _) => method.operation().scope,
            (None, "/jobs/{id}/bundle" | "/broker/v1/{path}" | "/broker/reviewer/v1/{path}") => {
                Permission::Work
            }
            (None, "/message") => Permission::Chat,
            (None, "/auth/link" | "/admin/shutdown") => Permission::Admin,
            (None, _) => Permission::Read,
        }
    }
}

/// All of them, and the document they were read from.
pub async fn read(scene: &Scene) -> (Vec<Route>, Value) {
    let answer = scene.server.bare("GET", "/openapi.json").send().await;
    assert_eq!(answer.status, 200);
    let document = answer.json();
    let mut routes = Vec::new();
    for (path, verbs) in document["paths"].as_object().unwrap() {
        for (verb, operation) in verbs.as_object().unwrap() {
            let same_as = operation["description"]
                .as_str()
                .and_then(|d| d.strip_prefix("The same as ")?.strip_suffix('.'));
            let method = path.strip_prefix("/v1/rpc/").or(same_as).and_then(Method::from_name);
            routes.push(Route { verb: verb.to_uppercase(), path: path.clone(), method });
        }
    }
    assert!(routes.len() > 100, "{} routes", routes.len());
    (routes, document)
}

//! `/openapi.json`, generated from the same tables that serve.

use crate::rest::{ROUTES, Verb};
use protocol::ops::{Method, OTHER_NAMES};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// Routes that are not rows of the table, with what they are for. A new one is added here too.
const APART: [(&str, &str, &str); 20] = [
    ("get", "/healthz", "Alive"),
    ("get", "/readyz", "Ready to serve"),
    ("get", "/openapi.json", "This document"),
    ("get", "/sessions/{id}/events", "Server-sent events of a session after `after`"),
    ("get", "/sessions/{id}/ws", "The same over WebSocket"),
    ("get", "/v1/events", "Server-sent events of every session"),
    ("get", "/v1/ws", "Requests, events and terminals over one WebSocket, as docs/PROTOCOL.md says"),
    ("get", "/metrics", "Prometheus text"),
    (
        "put",
        "/jobs/{id}/bundle",
        "The commit a job hands over, as a git bundle; `x-claim-token` holds the claim",
    ),
    ("post", "/broker/v1/{path}", "A running job's call to its model, in the model's own dialect"),
    ("post", "/broker/reviewer/v1/{path}", "A running job's call to the model that gives an opinion on it"),
    ("post", "/message", "A message whose answer streams what LocalBuddy does: {text, sessionId?}"),
    ("post", "/auth/exchange", "A one-time code for a cookie: {code}"),
    ("post", "/auth/link", "A fresh one-time link"),
    ("post", "/auth/challenge", "Something for a device to sign: {deviceId}"),
    ("post", "/auth/device", "A signed challenge for a cookie: {deviceId, challenge, signature}"),
    ("post", "/pair/claim", "Claims a link: {nonce, name, kind, platform?, publicKey?}"),
    ("post", "/pair/state", "How a claim stands: {pairingId, claim, waitMs?}"),
    ("post", "/pair/cancel", "Gives a claim up: {pairingId, claim}"),
    ("post", "/admin/shutdown", "Stops the server: {reason?}"),
];

pub(crate) fn document() -> Value {
    let mut generator = SchemaSettings::openapi3().into_generator();
    let error = generator.subschema_for::<protocol::ApiError>();
    let mut paths: Map<String, Value> = Map::new();
    let mut add = |path: &str, verb: &str, operation: Value| {
        if let Some(item) = paths.entry(path.to_owned()).or_insert_with(|| json!({})).as_object_mut() {
            item.insert(verb.to_owned(), operation);
        }
    };
    let failure = json!({ "description": "Refused, with a stable code", "content": { "application/json": { "schema": error } } });
    let own = Method::ALL.iter().map(|method| (method.operation().name, *method));
    for (name, method) in own.chain(OTHER_NAMES.iter().copied()) {
        let (params, reply) = method.schemas(&mut generator);
        let operation = method.operation();
        let mut description = format!("Needs the scope {}.", operation.scope);
        if name != operation.name {
            description = format!("The same as {}. {description}", operation.name);
        }
        add(
            &format!("/v1/rpc/{name}"),
            "post",
            json!({
                "operationId": name, "description": description,
                "requestBody": { "required": true, "content": { "application/json": { "schema": params } } },
                "responses": { "200": { "description": "Done", "content": { "application/json": { "schema": reply } } }, "default": failure },
            }),
        );
    }
    for route in ROUTES {
        let (params, _) = route.method.schemas(&mut generator);
        let mut parameters: Vec<_> = names(route.path).map(parameter).collect();
        if route.verb == Verb::Get {
            let of_path: Vec<&str> = names(route.path).collect();
            parameters.extend(query(params.as_value(), generator.definitions(), &of_path));
        }
        let mut operation = json!({
            "operationId": format!("{} {}", if route.verb == Verb::Get { "get" } else { "post" }, route.path),
            "description": format!("The same as {}.", route.method.operation().name),
            "parameters": parameters,
            "responses": { route.status.to_string(): { "description": "Done" }, "default": failure },
        });
        if route.verb == Verb::Post {
            operation["requestBody"] = json!({ "content": { "application/json": { "schema": params } } });
        }
        add(route.path, if route.verb == Verb::Get { "get" } else { "post" }, operation);
    }
    for (verb, path, what) in APART {
        let mut operation = json!({ "description": what, "responses": { "2XX": { "description": what }, "default": failure } });
        let names: Vec<_> = names(path).map(parameter).collect();
        if !names.is_empty() {
            operation["parameters"] = names.into();
        }
        add(path, verb, operation);
    }
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Pilothouse", "version": env!("CARGO_PKG_VERSION") },
        "components": { "schemas": generator.definitions(), "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } } },
        "security": [{ "token": [] }],
        "paths": paths,
    })
}

/// Names of the parameters in a path.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|step| step.strip_prefix('{')?.strip_suffix('}'))
}

/// The fields of a GET route's parameters that its path does not name.
fn query(params: &Value, definitions: &Map<String, Value>, of_path: &[&str]) -> Vec<Value> {
    let name = params["$ref"].as_str().and_then(|pointer| pointer.rsplit('/').next());
    let params = name.and_then(|name| definitions.get(name)).unwrap_or(params);
    let needed =
        |field: &String| params["required"].as_array().is_some_and(|all| all.contains(&json!(field)));
    let fields = params["properties"].as_object().into_iter().flatten();
    fields
        .filter(|(field, _)| !of_path.contains(&field.as_str()))
        .map(|(field, schema)| json!({ "name": field, "in": "query", "required": needed(field), "schema": schema }))
        .collect()
}

fn parameter(name: &str) -> Value {
    let schema = json!({ "type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$" });
    json!({ "name": name, "in": "path", "required": true, "schema": schema })
}

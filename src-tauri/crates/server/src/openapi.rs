//! `/openapi.json`, generated from the same tables that serve.

use crate::rest::{ROUTES, Verb};
use protocol::ops::Method;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

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
    for method in Method::ALL {
        let (params, reply) = method.schemas(&mut generator);
        let operation = method.operation();
        add(
            &format!("/v1/rpc/{}", operation.name),
            "post",
            json!({
                "operationId": operation.name, "description": format!("Needs the scope {}.", operation.scope),
                "requestBody": { "required": true, "content": { "application/json": { "schema": params } } },
                "responses": { "200": { "description": "Done", "content": { "application/json": { "schema": reply } } }, "default": failure },
            }),
        );
    }
    for route in ROUTES {
        let (params, _) = route.method.schemas(&mut generator);
        let names = route.path.split('/').filter_map(|s| s.strip_prefix('{')?.strip_suffix('}'));
        let parameters: Vec<_> = names.map(|n| json!({ "name": n, "in": "path", "required": true, "schema": { "type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$" } })).collect();
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
    for (path, what) in [
        ("/healthz", "Alive"),
        ("/readyz", "Ready to serve"),
        ("/sessions/{id}/events", "Server-sent events of a session after `after`"),
        ("/sessions/{id}/ws", "The same over WebSocket"),
        ("/v1/events", "Server-sent events of every session"),
        ("/metrics", "Prometheus text"),
    ] {
        add(
            path,
            "get",
            json!({ "description": what, "responses": { "200": { "description": what }, "default": failure } }),
        );
    }
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Pilothouse", "version": env!("CARGO_PKG_VERSION") },
        "components": { "schemas": generator.definitions(), "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } } },
        "security": [{ "token": [] }],
        "paths": paths,
    })
}

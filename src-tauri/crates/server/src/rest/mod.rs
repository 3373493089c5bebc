//! The REST routes: thin rows that end in the same operations as every other way in.

mod routes;

use crate::body;
use crate::call::{Call, perform};
use crate::refusal::Refusal;
use crate::shapes::Unknown;
use crate::state::ServerState;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use axum::{Json, Router};
use engine::Principal;
use protocol::ops::Method;
use protocol::{ApiError, ErrorCode};
pub(crate) use routes::{ROUTES, Route, Verb};
use serde_json::{Map, Value};

pub(crate) fn router() -> Router<ServerState> {
    let mut paths: Vec<(&str, MethodRouter<ServerState>)> = Vec::new();
    for route in ROUTES {
        let filter = match route.verb {
            Verb::Get => MethodFilter::GET,
            Verb::Post => MethodFilter::POST,
        };
        let handler = move |state: State<ServerState>,
                            path: Path<Vec<(String, String)>>,
                            request: Request| serve(route, state, path, request);
        match paths.iter_mut().find(|(path, _)| *path == route.path) {
            Some((_, methods)) => *methods = std::mem::take(methods).on(filter, handler),
            None => paths.push((route.path, on(filter, handler))),
        }
    }
    paths.into_iter().fold(Router::new(), |router, (path, methods)| router.route(path, methods))
}

async fn serve(
    route: &'static Route,
    State(state): State<ServerState>,
    Path(path): Path<Vec<(String, String)>>,
    request: Request,
) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let mut params = match route.verb {
        Verb::Get => body::query(parts.uri.query())?,
        Verb::Post => body::object(body).await?,
    };
    for (key, value) in path {
        if !protocol::is_id(&value) {
            return Err(Refusal(ApiError::bad(format!("{key}: {}", protocol::BadId))));
        }
        let key = if route.method == Method::ApprovalAnswer { "approvalId".to_owned() } else { key };
        params.insert(key, value.into());
    }
    let who = principal(&parts.extensions)?;
    let call =
        Call { who, method: route.method, params, key: key(&parts.headers)?, unknown: Unknown::Ignore };
    let reply = perform(&state, call).await?;
    Ok(respond(route, reply))
}

fn respond(route: &Route, reply: Value) -> Response {
    let created = match route.method {
        Method::SessionCreate => reply["created"] == true,
        _ => route.status == 201,
    };
    let body = match route.wrap {
        Some(name) => serde_json::json!({ "ok": true, name: reply }),
        None => reply,
    };
    json(if created { StatusCode::CREATED } else { StatusCode::OK }, body)
}

/// `POST /v1/rpc/<method>`.
pub(crate) async fn rpc(
    State(state): State<ServerState>,
    Path(method): Path<String>,
    request: Request,
) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let who = principal(&parts.extensions)?;
    let method = Method::from_name(&method).ok_or_else(|| {
        Refusal::new(ErrorCode::UnknownMethod, "There is no such method; /openapi.json lists them.")
    })?;
    let params: Map<String, Value> = body::object(body).await?;
    let reply =
        perform(&state, Call { who, method, params, key: key(&parts.headers)?, unknown: Unknown::Refuse })
            .await?;
    Ok(json(StatusCode::OK, reply))
}

pub(crate) fn json(status: StatusCode, body: Value) -> Response {
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(crate) fn principal(extensions: &axum::http::Extensions) -> Result<Principal, Refusal> {
    extensions
        .get::<Principal>()
        .cloned()
        .ok_or_else(|| Refusal::new(ErrorCode::Unauthenticated, "A token is needed."))
}

pub(crate) fn key(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    headers
        .get("idempotency-key")
        .map(|v| {
            v.to_str()
                .map(str::to_owned)
                .map_err(|_| Refusal(ApiError::bad("The idempotency key is not plain text")))
        })
        .transpose()
}

pub(crate) async fn not_found(_: Request<Body>) -> Refusal {
    Refusal::new(ErrorCode::NotFound, "Not found")
}

pub(crate) async fn method_not_allowed(_: Request<Body>) -> Refusal {
    Refusal::new(ErrorCode::MethodNotAllowed, "This address does not take that method")
}

//! Which way a request came. The gate, pairing and the gateway decide by it what they believe.
//!
//! It is made from the socket a request came in on. What a request says of itself counts on the listener of Serve
//! alone, and there only together with what the tailnet's daemon says.

use super::guests::Guests;
use super::names::Names;
use super::serve;
use crate::refusal::Refusal;
use crate::refused_page;
use axum::extract::connect_info::ConnectInfo;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use protocol::ErrorCode;
use protocol::listen::ListenerKind;
use std::net::SocketAddr;
use std::sync::Arc;

/// Set by Tailscale where a request comes from the internet.
const FUNNEL: &str = "tailscale-funnel-request";

/// An extension of every request, set before the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrival {
    pub listener: ListenerKind,
    /// The other end of the socket; behind Serve, whoever Serve says it forwards for, with port 0.
    pub peer: SocketAddr,
    /// The page over there is from an https address.
    pub secure: bool,
    /// Who the peer's machine belongs to, as the tailnet's own daemon says.
    pub login: Option<String>,
    /// That machine's stable id in the tailnet.
    pub node: Option<String>,
    /// The allow list alone lets it in: it is no machine of the owner's own login.
    pub invited: bool,
}

impl Arrival {
    /// On this machine's own loopback the owner's token, tokens of workers and jobs, and the one-time link are taken.
    pub(crate) fn is_loopback(&self) -> bool {
        self.listener == ListenerKind::Loopback
    }
}

/// How a listener finds out who came.
#[derive(Clone)]
pub(super) enum Way {
    Loopback,
    Address,
    Tailnet(Arc<Guests>),
    Serve(Arc<Guests>),
}

/// A listener, as its requests see it.
#[derive(Clone)]
pub(super) struct Seat {
    pub way: Way,
    pub names: Arc<Names>,
}

impl Seat {
    async fn arrival(&self, peer: SocketAddr, headers: &HeaderMap) -> Result<Arrival, Refusal> {
        let plain =
            |listener, secure| Arrival { listener, peer, secure, login: None, node: None, invited: false };
        let guests = match &self.way {
            // Whoever forwards the internet to loopback names another host, which the gate refuses.
            Way::Loopback => return Ok(plain(ListenerKind::Loopback, false)),
            _ if headers.contains_key(FUNNEL) => {
                let message = "This came from the internet, through Funnel. Only the tailnet is let in.";
                return Err(Refusal::new(ErrorCode::TailnetFunnel, message));
            }
            Way::Address => return Ok(plain(ListenerKind::Address, true)),
            Way::Tailnet(guests) | Way::Serve(guests) => guests,
        };
        let serve = matches!(self.way, Way::Serve(_));
        let peer = if serve { SocketAddr::new(serve::forwarded_for(headers)?, 0) } else { peer };
        let guest = guests.admit(peer).await?;
        if serve {
            serve::agrees(headers, guest.login.as_deref())?;
        }
        let listener = if serve { ListenerKind::Serve } else { ListenerKind::Tailnet };
        let invited = !guests.is_owners(&guest);
        Ok(Arrival { listener, peer, secure: serve, login: guest.login, node: Some(guest.node), invited })
    }
}

/// Says how the request came, or why it goes no further.
pub(super) async fn arrive(State(seat): State<Seat>, mut request: Request, next: Next) -> Response {
    let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() else {
        return Refusal::new(ErrorCode::Internal, "Nobody knows where this came from.").into_response();
    };
    let reader = refused_page::reader(&request);
    let response = match seat.arrival(peer, request.headers()).await {
        Ok(arrival) => {
            request.extensions_mut().insert(arrival);
            request.extensions_mut().insert(seat.names);
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    };
    // Whatever refused it, further in or here.
    refused_page::shown(response, reader)
}

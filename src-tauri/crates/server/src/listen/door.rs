//! One listener beside loopback: it takes connections, with TLS or without, and serves the routes on each.
//!
//! Strangers can reach it, so everything of a connection is bounded before anybody is known: how many there are, how
//! many of them from one address, how long a handshake and a head may take. Closing it lets answers that are under way end, and then cuts what is left,
//! streams and sockets too.

use super::cut::Cut;
use super::shares::{Shares, Unknown};
use axum::Router;
use axum::extract::connect_info::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

/// Most connections at once.
const CONNECTIONS: usize = 256;
/// Longest time a TLS handshake, and then the head of a request, may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long answers may take to end when the listener is closed.
const GRACE: Duration = Duration::from_secs(2);
/// A pause after the system refused a connection: it is short of something.
const SHORT: Duration = Duration::from_millis(100);

/// How it is opened.
pub(super) struct Door {
    pub listener: TcpListener,
    /// None is plain http. What stands in it counts for the next connection.
    pub tls: Option<watch::Receiver<Arc<ServerConfig>>>,
    /// With the layer that says who came.
    pub routes: Router,
    /// None where all connections come from one address, of whoever forwards them.
    pub shares: Option<Shares>,
}

impl Door {
    /// Serves until `close`, and returns once every connection has ended.
    pub(super) async fn serve(self, close: CancellationToken) {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let (tracker, cut) = (TaskTracker::new(), CancellationToken::new());
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = close.cancelled() => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    if !is_of_connection(&error) {
                        tracing::warn!(%error, "a connection could not be taken");
                        tokio::time::sleep(SHORT).await;
                    }
                    continue;
                }
            };
            // Nobody waits for a place: whoever comes when all are taken is hung up on.
            let Ok(place) = places.clone().try_acquire_owned() else { continue };
            let unknown = match &self.shares {
                Some(shares) => match shares.admit(peer.ip()) {
                    Some(unknown) => Some(unknown),
                    None => continue,
                },
                None => None,
            };
            let _ = stream.set_nodelay(true);
            let tls = self.tls.as_ref().map(|tls| TlsAcceptor::from(tls.borrow().clone()));
            let (routes, close, cut) = (self.routes.clone(), close.clone(), cut.clone());
            tracker.spawn(async move {
                let _place = place;
                connection(stream, (peer, unknown), tls, routes, close, cut).await;
            });
        }
        drop(self.listener);
        tracker.close();
        if tokio::time::timeout(GRACE, tracker.wait()).await.is_err() {
            cut.cancel();
            tracker.wait().await;
        }
        // Sockets that were upgraded belong to nobody here any more.
        cut.cancel();
    }
}

/// Where a connection comes from, and its part in the share of that address.
type Peer = (SocketAddr, Option<Unknown>);

async fn connection(
    stream: TcpStream,
    peer: Peer,
    tls: Option<TlsAcceptor>,
    routes: Router,
    close: CancellationToken,
    cut: CancellationToken,
) {
    match tls {
        None => requests(Cut::new(stream, cut), peer, routes, close).await,
        Some(tls) => {
            let handshake = tokio::time::timeout(PATIENCE, tls.accept(stream));
            let stream = tokio::select! {
                done = handshake => match done {
                    Ok(Ok(stream)) => stream,
                    // Browsers hang up on certificates they do not know; others send no TLS at all.
                    Ok(Err(_)) | Err(_) => return,
                },
                () = close.cancelled() => return,
            };
            requests(Cut::new(stream, cut), peer, routes, close).await;
        }
    }
}

async fn requests(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    (peer, unknown): Peer,
    routes: Router,
    close: CancellationToken,
) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        if let Some(unknown) = &unknown {
            request.extensions_mut().insert(unknown.clone());
        }
        // A router is always ready.
        routes.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        // How a stranger's connection ends is no news.
        _ = &mut connection => return,
        () = close.cancelled() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// The other end's doing, which says nothing of this machine.
fn is_of_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

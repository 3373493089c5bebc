//! Opening what is planned: sockets are bound, certificates read, Serve set up.

use super::arrival::{self, Seat, Way};
use super::certificate::{Source, Tls};
use super::door::Door;
use super::forwarding::{self, Forwarding};
use super::guests::Guests;
use super::names::Names;
use super::plan::{Closed, Plan};
use super::shares::Shares;
use axum::{Router, middleware};
use host::tailscale::Tailscale;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::SystemTime;
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::rustls::ServerConfig;
use tokio_util::sync::CancellationToken;

/// Ports tried beyond the wanted one where any will do.
const PORTS_TRIED: u16 = 50;
/// First choice for what Serve forwards to.
const SERVE_PORT: u16 = 3101;

/// A listener that is open.
pub(super) struct Opened {
    pub plan: Plan,
    pub facts: Facts,
    certificate: Option<Certificate>,
    guests: Option<Arc<Guests>>,
    /// Of all its addresses together.
    shares: Shares,
    close: CancellationToken,
    doors: JoinSet<()>,
}

/// What people are told of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub urls: Vec<String>,
    pub bound: String,
    pub fingerprint: Option<String>,
    pub self_signed: bool,
    pub done: Vec<String>,
}

struct Certificate {
    source: Source,
    changed: Option<(SystemTime, SystemTime)>,
    hand: watch::Sender<Arc<ServerConfig>>,
}

/// What a listener needs of the server.
#[derive(Clone)]
pub(super) struct Ground {
    pub routes: Router,
    pub tailscale: Tailscale,
    pub forwarding: Forwarding,
    /// Of the loopback listener; the tailnet's is the same where it can be.
    pub port: u16,
}

impl Opened {
    pub(super) async fn open(plan: Plan, ground: &Ground) -> Result<Self, Closed> {
        let close = CancellationToken::new();
        let mut opened = Self {
            plan: plan.clone(),
            facts: Facts::default(),
            certificate: None,
            guests: None,
            shares: Shares::default(),
            close,
            doors: JoinSet::new(),
        };
        match &plan {
            Plan::Address { at, names, source } => opened.address(*at, names, source, ground).await?,
            Plan::Tailnet { machine, port, names, allowed } => {
                let addresses = &machine.addresses;
                let listeners = on_tailnet(addresses, *port, ground.port).await?;
                let port = listeners.first().map(|(at, _)| at.port()).unwrap_or_default();
                let known = machine.name.iter().chain(names).map(String::as_str);
                let names = Names::at(false, port, known, addresses.iter().copied());
                let guests =
                    Arc::new(Guests::new(ground.tailscale.clone(), machine.login.clone(), allowed.clone()));
                opened.guests = Some(guests.clone());
                let seat = Seat { way: Way::Tailnet(guests), names: Arc::new(names) };
                let called = machine.name.iter().cloned();
                let bound = listeners.iter().map(|(at, _)| at.to_string()).collect::<Vec<_>>().join(", ");
                let urls = called
                    .map(|name| format!("http://{name}:{port}"))
                    .chain(listeners.iter().map(|(at, _)| format!("http://{at}")));
                opened.facts = Facts { urls: urls.collect(), bound, ..Facts::default() };
                for (_, listener) in listeners {
                    opened.serve(listener, None, ground, seat.clone());
                }
            }
            Plan::Serve { machine, name, port, https, allowed } => {
                let last = ground.forwarding.last();
                let wanted = port.or(last.as_ref().map(|last| last.port)).unwrap_or(SERVE_PORT);
                let at = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), wanted);
                let (at, listener) = bind(at, port.is_none()).await?;
                let done = ground.forwarding.begin(*https, at.port()).await?;
                let names = Names::at(true, *https, [name.as_str()], []);
                let guests =
                    Arc::new(Guests::new(ground.tailscale.clone(), machine.login.clone(), allowed.clone()));
                opened.guests = Some(guests.clone());
                let seat = Seat { way: Way::Serve(guests), names: Arc::new(names) };
                opened.facts = Facts {
                    urls: vec![forwarding::url(name, *https)],
                    bound: at.to_string(),
                    done,
                    ..Facts::default()
                };
                opened.serve(listener, None, ground, seat);
            }
        }
        Ok(opened)
    }

    async fn address(
        &mut self,
        at: SocketAddr,
        names: &[String],
        source: &Source,
        ground: &Ground,
    ) -> Result<(), Closed> {
        let changed = source.changed();
        let tls = load(source.clone()).await?;
        let (at, listener) = bind(at, false).await?;
        let names_there = Names::at(true, at.port(), names.iter().map(String::as_str), [at.ip()]);
        let seat = Seat { way: Way::Address, names: Arc::new(names_there) };
        let port = if at.port() == 443 { String::new() } else { format!(":{}", at.port()) };
        let ip = if at.is_ipv6() { format!("[{}]", at.ip()) } else { at.ip().to_string() };
        let called = names.iter().cloned().chain([ip]);
        self.facts = Facts {
            urls: called.map(|name| format!("https://{name}{port}")).collect(),
            bound: at.to_string(),
            fingerprint: Some(tls.fingerprint),
            self_signed: tls.self_signed,
            done: Vec::new(),
        };
        let (hand, config) = watch::channel(tls.config);
        self.certificate = Some(Certificate { source: source.clone(), changed, hand });
        self.serve(listener, Some(config), ground, seat);
        Ok(())
    }

    fn serve(
        &mut self,
        listener: TcpListener,
        tls: Option<watch::Receiver<Arc<ServerConfig>>>,
        ground: &Ground,
        seat: Seat,
    ) {
        // Serve forwards from this machine, for whoever it is.
        let shares = (!matches!(seat.way, Way::Serve(_))).then(|| self.shares.clone());
        let routes = ground.routes.clone().layer(middleware::from_fn_with_state(seat, arrival::arrive));
        let door = Door { listener, tls, routes, shares };
        self.doors.spawn(door.serve(self.close.clone()));
    }

    /// Whether it is as it is wanted now. Letting in more is done while it is open.
    pub(super) fn is(&mut self, wanted: &Plan) -> bool {
        if self.plan == *wanted {
            return true;
        }
        let (Some(guests), Some(allowed)) = (&self.guests, self.plan.more_let_in(wanted)) else {
            return false;
        };
        guests.allow(allowed);
        self.plan = wanted.clone();
        true
    }

    /// Takes up a certificate that was renewed. One that cannot be read leaves the old one in use.
    pub(super) async fn renew(&mut self) {
        let Some(certificate) = &mut self.certificate else { return };
        let changed = certificate.source.changed();
        if changed.is_none() || changed == certificate.changed {
            return;
        }
        match load(certificate.source.clone()).await {
            Ok(tls) => {
                certificate.changed = changed;
                self.facts.fingerprint = Some(tls.fingerprint);
                certificate.hand.send_replace(tls.config);
                tracing::info!("the renewed certificate of listen.address is in use");
            }
            // Half of it may be written; it is looked at again.
            Err(closed) => {
                tracing::warn!(why = closed.why, "the certificate of listen.address is not taken up")
            }
        }
    }

    /// Resolves when nobody listens any more, which nobody asked for.
    pub(super) async fn broken(&mut self) {
        let _ = self.doors.join_next().await;
    }

    /// Takes no more connections; those there are end soon.
    pub(super) fn close(&self) {
        self.close.cancel();
    }

    /// Resolves once every connection has ended.
    pub(super) async fn closed(mut self) {
        self.close.cancel();
        while self.doors.join_next().await.is_some() {}
    }
}

async fn load(source: Source) -> Result<Tls, Closed> {
    let loaded = tokio::task::spawn_blocking(move || source.load(OffsetDateTime::now_utc())).await;
    match loaded {
        Ok(Ok(tls)) => Ok(tls),
        Ok(Err(error)) => Err(Closed::new("listen.certificate", error.to_string())),
        Err(error) => Err(Closed::new("listen.certificate", error.to_string())),
    }
}

/// One socket for each address of this machine in its tailnet, all at one port.
async fn on_tailnet(
    addresses: &[IpAddr],
    port: Option<u16>,
    usual: u16,
) -> Result<Vec<(SocketAddr, TcpListener)>, Closed> {
    let (first, rest) = addresses
        .split_first()
        .ok_or_else(|| Closed::new("tailnet.stopped", "This machine has no address in a tailnet yet."))?;
    let bound = bind(SocketAddr::new(*first, port.unwrap_or(usual)), port.is_none()).await?;
    let port = bound.0.port();
    let mut all = vec![bound];
    for ip in rest {
        match bind(SocketAddr::new(*ip, port), false).await {
            Ok(bound) => all.push(bound),
            // The first is what names lead to; a machine without IPv6 has no second.
            Err(closed) => tracing::info!(why = closed.why, "one address of the tailnet is left out"),
        }
    }
    Ok(all)
}

/// At that port, or at one of those behind it where another will do.
async fn bind(at: SocketAddr, elsewhere: bool) -> Result<(SocketAddr, TcpListener), Closed> {
    use std::io::ErrorKind;
    let more = if elsewhere { PORTS_TRIED } else { 0 };
    let mut last = None;
    for port in at.port()..=at.port().saturating_add(more) {
        match TcpListener::bind(SocketAddr::new(at.ip(), port)).await {
            Ok(listener) => {
                let at = listener.local_addr().unwrap_or(at);
                return Ok((at, listener));
            }
            Err(error) if error.kind() == ErrorKind::AddrInUse => last = Some(error),
            Err(error) => {
                last = Some(error);
                break;
            }
        }
    }
    Err(match last {
        Some(error) if error.kind() == ErrorKind::AddrInUse => Closed::new(
            "listen.port_taken",
            format!("Port {} on {} is taken by another program.", at.port(), at.ip()),
        ),
        Some(error) if error.kind() == ErrorKind::AddrNotAvailable => {
            Closed::new("listen.no_such_address", format!("This machine has no address {} now.", at.ip()))
        }
        Some(error) => Closed::new("listen.failed", format!("Cannot listen on {at}: {error}.")),
        None => Closed::new("listen.failed", format!("Cannot listen on {at}.")),
    })
}

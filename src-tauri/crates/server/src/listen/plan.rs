//! What each listener is to be, from the configuration and what the tailnet's daemon says of this machine.

use super::certificate::Source;
use host::config::Listen;
use host::tailscale::{Machine, Tailscale, TailscaleError};
use protocol::listen::ListenerKind;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

/// Listeners that can be opened and closed, the ones with secure pages first.
pub(super) const KINDS: [ListenerKind; 3] =
    [ListenerKind::Serve, ListenerKind::Address, ListenerKind::Tailnet];

/// Everything a listener is opened with. It is opened anew when any of it is another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Plan {
    Address { at: SocketAddr, names: Vec<String>, source: Source },
    Tailnet { machine: Machine, port: Option<u16>, names: Vec<String>, allowed: Vec<String> },
    Serve { machine: Machine, name: String, port: Option<u16>, https: u16, allowed: Vec<String> },
}

impl Plan {
    /// Who of the tailnet is let in, where that is asked.
    fn allowed(&mut self) -> Option<&mut Vec<String>> {
        match self {
            Self::Address { .. } => None,
            Self::Tailnet { allowed, .. } | Self::Serve { allowed, .. } => Some(allowed),
        }
    }

    /// Those who are let in when nothing else is otherwise in `later`, and nobody is let in no longer.
    pub(super) fn more_let_in(&self, later: &Self) -> Option<Vec<String>> {
        let (mut now, mut then) = (self.clone(), later.clone());
        let (before, after) = (std::mem::take(now.allowed()?), std::mem::take(then.allowed()?));
        (now == then && before.iter().all(|word| after.contains(word))).then_some(after)
    }
}

/// Why a listener that is wanted is not open: a stable code, and words for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Closed {
    pub code: &'static str,
    pub why: String,
}

impl Closed {
    pub(super) fn new(code: &'static str, why: impl Into<String>) -> Self {
        Self { code, why: why.into() }
    }

    /// The daemon is away. What is open stays: its own restart would otherwise cut everybody off, and while it cannot
    /// be asked nobody new is let in.
    pub(super) fn is_daemon_away(&self) -> bool {
        ["tailnet.missing", "tailnet.denied", "tailnet.stopped", "tailnet.unavailable"].contains(&self.code)
    }
}

impl From<TailscaleError> for Closed {
    fn from(error: TailscaleError) -> Self {
        let code = match &error {
            TailscaleError::Missing => "tailnet.missing",
            TailscaleError::Denied(_) => "tailnet.denied",
            TailscaleError::Stopped(_) => "tailnet.stopped",
            TailscaleError::Failed(_) | TailscaleError::Unknown => "tailnet.unavailable",
            TailscaleError::Serve(_) => "tailnet.serve_failed",
        };
        Self::new(code, error.to_string())
    }
}

/// Whether the configuration wants it.
pub(super) fn chosen(kind: ListenerKind, listen: &Listen) -> bool {
    match kind {
        ListenerKind::Loopback => true,
        ListenerKind::Tailnet => listen.tailnet,
        ListenerKind::Serve => listen.serve,
        ListenerKind::Address => listen.address.is_some(),
    }
}

/// None when it is not wanted.
pub(super) async fn plan(
    kind: ListenerKind,
    listen: &Listen,
    tailscale: &Tailscale,
    data: &Path,
) -> Result<Option<Plan>, Closed> {
    if !chosen(kind, listen) {
        return Ok(None);
    }
    let names = listen.names.clone();
    match kind {
        ListenerKind::Loopback => Ok(None),
        ListenerKind::Address => {
            let at = address(listen.address.as_deref().unwrap_or_default())?;
            let source = source(listen, data, at.ip())?;
            Ok(Some(Plan::Address { at, names, source }))
        }
        ListenerKind::Tailnet => {
            let machine = tailscale.machine().await?;
            let (port, allowed) = (listen.tailnet_port, allowed(&machine, listen));
            Ok(Some(Plan::Tailnet { machine, port, names, allowed }))
        }
        ListenerKind::Serve => {
            let machine = tailscale.machine().await?;
            let name = machine.name.clone().filter(|name| machine.certificates.contains(name));
            let name = name.ok_or_else(|| {
                Closed::new(
                    "tailnet.no_https",
                    "Https is switched off in this tailnet. Its admin can switch on MagicDNS and HTTPS certificates on the DNS page of Tailscale's console.",
                )
            })?;
            let (port, https, allowed) = (listen.serve_port, listen.serve_https, allowed(&machine, listen));
            Ok(Some(Plan::Serve { machine, name, port, https, allowed }))
        }
    }
}

/// The owner's login first.
pub(super) fn allowed(machine: &Machine, listen: &Listen) -> Vec<String> {
    let mut all: Vec<String> = machine.login.iter().cloned().collect();
    for word in &listen.allow {
        let word = word.trim().to_lowercase();
        if !word.is_empty() && !all.contains(&word) {
            all.push(word);
        }
    }
    all
}

fn address(text: &str) -> Result<SocketAddr, Closed> {
    let told = |why: &str| {
        Closed::new(
            "listen.bad_address",
            format!("`listen.address` ({text}) {why}. Write it like 192.168.1.20:3443."),
        )
    };
    let at: SocketAddr = text.trim().parse().map_err(|_| told("is not an address and a port"))?;
    if at.ip().is_unspecified() {
        return Err(told("would open every network this machine is ever in"));
    }
    // Requests there would pass for those of the loopback listener's own names, and the one-time link is not for it.
    if at.ip() == IpAddr::from([127, 0, 0, 1]) || at.ip() == IpAddr::from(std::net::Ipv6Addr::LOCALHOST) {
        return Err(told("is where the server listens without TLS already"));
    }
    Ok(at)
}

fn source(listen: &Listen, data: &Path, address: IpAddr) -> Result<Source, Closed> {
    match (&listen.certificate, &listen.certificate_key) {
        (Some(certificate), Some(key)) => {
            Ok(Source::Own { certificate: certificate.clone(), key: key.clone() })
        }
        (None, None) => Ok(Source::Made { data: data.to_owned(), address, names: listen.names.clone() }),
        _ => Err(Closed::new(
            "listen.certificate",
            "`listen.certificate` and `listen.certificateKey` belong together: one of them is not set.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_of_this_machine_and_none_that_opens_more() {
        assert_eq!(address("127.0.0.2:3443").unwrap().port(), 3443);
        for bad in ["", "0.0.0.0:1", "[::]:1", "127.0.0.1:3443", "[::1]:3443", "host:1", "10.0.0.1"] {
            assert_eq!(address(bad).unwrap_err().code, "listen.bad_address", "{bad}");
        }
    }

    #[test]
    fn letting_in_more_needs_no_new_listener_and_letting_in_fewer_does() {
        let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let plan = |allowed: &[&str], port| Plan::Tailnet {
            machine: Machine::default(),
            port,
            names: Vec::new(),
            allowed: words(allowed),
        };
        let now = plan(&["ann@example.com"], None);
        let more = words(&["ann@example.com", "tag:ci"]);
        assert_eq!(now.more_let_in(&plan(&["ann@example.com", "tag:ci"], None)), Some(more));
        assert_eq!(now.more_let_in(&plan(&["tag:ci"], None)), None);
        assert_eq!(now.more_let_in(&plan(&["ann@example.com"], Some(1))), None);
    }

    #[test]
    fn a_certificate_without_its_key_is_told() {
        let mut listen = Listen { certificate: Some("/c.pem".into()), ..Listen::default() };
        let ip = IpAddr::from([10, 0, 0, 1]);
        assert_eq!(source(&listen, Path::new("/d"), ip).unwrap_err().code, "listen.certificate");
        listen.certificate_key = Some("/k.pem".into());
        assert!(matches!(source(&listen, Path::new("/d"), ip), Ok(Source::Own { .. })));
    }

    #[test]
    fn the_owners_login_comes_first_and_nothing_twice() {
        let machine = Machine { login: Some("ann@example.com".into()), ..Machine::default() };
        let allow = ["Bob@example.com", "ann@example.com", "tag:ci"].map(str::to_owned).to_vec();
        let listen = Listen { allow, ..Listen::default() };
        assert_eq!(allowed(&machine, &listen), ["ann@example.com", "bob@example.com", "tag:ci"]);
    }
}

//! From a target to a connection: resolved once, judged by its address, then connected to exactly that.

use crate::network::{Target, is_private, never_reached};
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// For resolving, and again for each address.
const WITHIN: Duration = Duration::from_secs(10);
/// Addresses of one name that are tried.
const TRIED: usize = 4;

pub type Connected = Result<TcpStream, Refused>;

/// Why nothing was connected to, for the program and the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Its address is one that is never reached.
    Never {
        address: IpAddr,
        why: &'static str,
    },
    NotFound,
    NoAnswer(String),
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Never { address, why } => write!(f, "its address {address} is never reached: {why}"),
            Self::NotFound => f.write_str("its name is not found"),
            Self::NoAnswer(cause) => write!(f, "it does not answer: {cause}"),
        }
    }
}

/// How targets are reached. Tests stand for the internet here.
pub trait Way: Send + Sync + 'static {
    fn connect<'a>(&'a self, target: &'a Target) -> Pin<Box<dyn Future<Output = Connected> + Send + 'a>>;
}

/// The machine's own resolver and network.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemWay;

impl Way for SystemWay {
    fn connect<'a>(&'a self, target: &'a Target) -> Pin<Box<dyn Future<Output = Connected> + Send + 'a>> {
        Box::pin(to(target, false))
    }
}

/// The same for a host that the user named: it may be in their own network, such as a registry of their company.
#[derive(Debug, Clone, Copy, Default)]
pub struct PrivateWay;

impl Way for PrivateWay {
    fn connect<'a>(&'a self, target: &'a Target) -> Pin<Box<dyn Future<Output = Connected> + Send + 'a>> {
        Box::pin(to(target, true))
    }
}

async fn to(target: &Target, named: bool) -> Connected {
    let addresses = match target.address() {
        Some(address) => vec![SocketAddr::new(address, target.port)],
        None => resolve(target).await?,
    };
    first_of(reachable(&addresses, named)?).await
}

async fn resolve(target: &Target) -> Result<Vec<SocketAddr>, Refused> {
    let found = timeout(WITHIN, tokio::net::lookup_host((target.host.as_str(), target.port))).await;
    match found {
        Ok(Ok(found)) => Ok(found.collect()),
        Ok(Err(_)) => Err(Refused::NotFound),
        Err(_) => Err(Refused::NoAnswer("its name could not be resolved in time".to_owned())),
    }
}

/// One address that is never reached spoils the name: an honest one has none, and picking the others would make it a
/// matter of luck.
fn reachable(addresses: &[SocketAddr], named: bool) -> Result<&[SocketAddr], Refused> {
    for address in addresses {
        if let Some(why) = never_reached(address.ip())
            && !(named && is_private(address.ip()))
        {
            return Err(Refused::Never { address: address.ip(), why });
        }
    }
    if addresses.is_empty() { Err(Refused::NotFound) } else { Ok(addresses) }
}

async fn first_of(addresses: &[SocketAddr]) -> Connected {
    let mut last = Refused::NotFound;
    for address in addresses.iter().take(TRIED) {
        match timeout(WITHIN, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = Refused::NoAnswer(error.to_string()),
            Err(_) => last = Refused::NoAnswer("no connection in time".to_owned()),
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn this_machine_is_not_reached_by_address_or_by_name() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        for host in ["127.0.0.1", "localhost", "::1", "::ffff:127.0.0.1", "0.0.0.0"] {
            let refused = SystemWay.connect(&Target::new(host, port).unwrap()).await.unwrap_err();
            assert!(matches!(refused, Refused::Never { .. }), "{host}: {refused:?}");
        }
        let come = timeout(Duration::ZERO, listener.accept()).await;
        assert!(come.is_err(), "nobody connected");
        assert!(TcpStream::connect(("127.0.0.1", port)).await.is_ok(), "without the rule it is there");
    }

    #[test]
    fn one_bad_address_spoils_a_name() {
        let of = |texts: &[&str]| {
            let all: Vec<SocketAddr> = texts.iter().map(|text| text.parse().unwrap()).collect();
            reachable(&all, false).map(<[SocketAddr]>::len)
        };
        assert_eq!(of(&["1.1.1.1:443", "8.8.8.8:443"]), Ok(2));
        assert!(matches!(of(&["1.1.1.1:443", "10.0.0.1:443"]), Err(Refused::Never { .. })));
        assert_eq!(of(&[]), Err(Refused::NotFound));
    }

    #[test]
    fn what_a_user_named_may_be_in_a_private_network_and_never_this_machine_or_its_link() {
        let named = |text: &str| reachable(&[text.parse().unwrap()], true).is_ok();
        for address in ["10.1.2.3:443", "192.168.0.7:8080", "100.101.1.1:443", "[fd00::7]:443", "1.1.1.1:443"]
        {
            assert!(named(address), "{address}");
        }
        for address in [
            "127.0.0.1:80",
            "[::1]:80",
            "[::ffff:127.0.0.1]:80",
            "169.254.169.254:80",
            "[fe80::1]:80",
            "0.0.0.0:80",
            "224.0.0.1:80",
        ] {
            assert!(!named(address), "{address}");
        }
    }
}

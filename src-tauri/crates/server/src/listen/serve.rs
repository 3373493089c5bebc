//! What is believed of Tailscale Serve, on the port that is for it alone.
//!
//! Serve replaces these headers in whatever it forwards, so on its port they tell who is there. A program of this
//! machine can reach that port too and make them up; then it is asked for a paired device's proof like everybody, and
//! a login that the daemon does not confirm for the address is refused.

use crate::refusal::Refusal;
use axum::http::{HeaderMap, header};
use protocol::ErrorCode;
use std::net::IpAddr;

const FOR: &str = "x-forwarded-for";
const PROTO: &str = "x-forwarded-proto";
const HOST: &str = "x-forwarded-host";
const LOGIN: &str = "tailscale-user-login";

fn not_serve() -> Refusal {
    Refusal::new(ErrorCode::NotServe, "This port is for Tailscale Serve, which did not forward this.")
}

/// A header that is there exactly once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// The one tailnet address a request was forwarded for, over https and for the host it names.
pub(super) fn forwarded_for(headers: &HeaderMap) -> Result<IpAddr, Refusal> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let forwarded = only(headers, PROTO) == Some("https") && only(headers, HOST) == host;
    only(headers, FOR).filter(|_| forwarded).and_then(|text| text.parse().ok()).ok_or_else(not_serve)
}

/// Whether Serve names the login that the daemon names. It names none for machines with tags.
pub(super) fn agrees(headers: &HeaderMap, login: Option<&str>) -> Result<(), Refusal> {
    let said = only(headers, LOGIN).map(str::to_lowercase);
    if said.is_none() && headers.contains_key(LOGIN) || said.as_deref() != login {
        return Err(not_serve());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().fold(HeaderMap::new(), |mut map, (name, value)| {
            map.append(*name, value.parse().unwrap());
            map
        })
    }

    const GOOD: [(&str, &str); 4] =
        [("host", "l.ts.net"), (HOST, "l.ts.net"), (PROTO, "https"), (FOR, "100.64.0.9")];

    #[test]
    fn what_serve_forwards_names_one_address_over_https() {
        assert_eq!(forwarded_for(&headers(&GOOD)).unwrap(), "100.64.0.9".parse::<IpAddr>().unwrap());
        for (missing, (name, _)) in GOOD.iter().enumerate() {
            let mut some = GOOD.to_vec();
            some.remove(missing);
            assert!(forwarded_for(&headers(&some)).is_err(), "without {name}");
        }
        for (at, other) in [(1, "other.ts.net"), (2, "http"), (3, "somebody"), (3, "100.64.0.9, 100.64.0.8")]
        {
            let mut some = GOOD.to_vec();
            some[at].1 = other;
            assert!(forwarded_for(&headers(&some)).is_err(), "{other}");
        }
        let mut twice = GOOD.to_vec();
        twice.push((FOR, "100.64.0.8"));
        assert!(forwarded_for(&headers(&twice)).is_err(), "two addresses");
    }

    #[test]
    fn a_login_counts_when_the_daemon_confirms_it() {
        let ann = headers(&[(LOGIN, "Ann@example.com")]);
        assert!(agrees(&ann, Some("ann@example.com")).is_ok());
        assert!(agrees(&ann, Some("bob@example.com")).is_err());
        assert!(agrees(&ann, None).is_err(), "a machine with tags has no login");
        assert!(agrees(&headers(&[]), Some("ann@example.com")).is_err());
        assert!(agrees(&headers(&[]), None).is_ok());
        let twice = headers(&[(LOGIN, "ann@example.com"), (LOGIN, "bob@example.com")]);
        assert!(agrees(&twice, Some("ann@example.com")).is_err());
    }
}

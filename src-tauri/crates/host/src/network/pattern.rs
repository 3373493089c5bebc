//! What a line of an allowlist may look like.

use super::Target;

/// Why a pattern (`host`, `*.domain`, either with `:port`) would cover nothing anybody meant.
pub fn pattern_problem(pattern: &str) -> Option<&'static str> {
    let (hosts, port) = match pattern.rsplit_once(':') {
        Some((hosts, port)) if !hosts.contains(':') => match port.parse::<u16>() {
            Ok(port) if port > 0 => (hosts, port),
            _ => return Some("has no port from 1 to 65535 after its colon"),
        },
        _ => (pattern, 443),
    };
    if hosts == "*" || hosts == "*." {
        return Some("would be every host; name a domain, such as *.example.org");
    }
    let name = hosts.strip_prefix("*.").unwrap_or(hosts);
    if name.contains('/') || name.contains("://") {
        return Some("is an address; write only its host, such as git.example.org");
    }
    if name.contains('*') {
        return Some("has a star elsewhere than at its beginning, as in *.example.org");
    }
    Target::new(name, port).err().map(|_| "is not a plain host name")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_a_host_or_a_domain_with_or_without_a_port() {
        for fine in [
            "git.example.org",
            "*.example.org",
            "localhost:8443",
            "*.example.org:8443",
            "10.0.0.1",
            "a_b.example",
        ] {
            assert_eq!(pattern_problem(fine), None, "{fine}");
        }
        for odd in [
            "",
            "*",
            "*.",
            "https://a.example",
            "a.example/x",
            "a.*.example",
            "a example",
            "a:0",
            "a:b",
            "0x7f.1",
            "*.*",
        ] {
            assert!(pattern_problem(odd).is_some(), "{odd}");
        }
    }
}

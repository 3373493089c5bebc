//! What a failed check's output says about how checks are run here.

/// Words of programs that wanted a network and had none.
const NETWORK: &[&str] = &[
    "could not resolve host",
    "temporary failure in name resolution",
    "network is unreachable",
    "name or service not known",
    "nodename nor servname",
    "no such host",
    "getaddrinfo enotfound",
    "getaddrinfo eai_again",
    "enetunreach",
    "failed to lookup address",
    "dns error",
    "connection refused (os error",
];

/// A sentence about a cause that is not the change's own doing, where the output tells of one.
pub fn hint(output: &str) -> Option<&'static str> {
    let lower = output.to_lowercase();
    NETWORK.iter().any(|word| lower.contains(word)).then_some(
        "It seems to want the network, which checks do not have: fetch what it needs in a set-up step, or make the check do without.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_that_wants_the_network_is_told_from_one_that_fails() {
        for text in [
            "curl: (6) Could not resolve host: registry.npmjs.org",
            "npm ERR! getaddrinfo ENOTFOUND registry.npmjs.org",
            "error: failed to lookup address information: Temporary failure in name resolution",
            "sh: connect: Network is unreachable",
            "dial tcp: lookup proxy.golang.org: no such host",
        ] {
            assert!(hint(text).is_some(), "{text}");
        }
        assert_eq!(hint("assertion failed: network of friends"), None);
    }
}

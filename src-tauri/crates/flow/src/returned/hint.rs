//! What a failed check's output says about how checks are run here.

use protocol::because::Absent;

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

/// What is said of a check whose output tells of a cause that is not the change's own doing.
pub(crate) const NO_NETWORK: &str = "It seems to want the network, which checks do not have: fetch what it needs in a set-up step, or make the check do without.";

/// What a check may have missed that the repository has.
pub(crate) fn missing(absent: Absent) -> &'static str {
    match absent {
        Absent::LargeFiles => {
            "This repository keeps large files in LFS, and checks and jobs have only their pointers: make the check do without their contents."
        }
        Absent::Submodules => {
            "This repository has submodules, and checks and jobs have only empty folders in their places: make the check do without them."
        }
    }
}

/// Whether the output tells of a network that was wanted.
pub fn wants_network(output: &str) -> bool {
    let lower = output.to_lowercase();
    NETWORK.iter().any(|word| lower.contains(word))
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
            assert!(wants_network(text), "{text}");
        }
        assert!(!wants_network("assertion failed: network of friends"));
    }
}

//! What the short names in a step's `network` list stand for.

/// The hosts of a list of names and host globs, in order, each once.
pub(super) fn expand(network: &[String]) -> Vec<String> {
    let mut hosts: Vec<String> = Vec::new();
    for host in host::network::hosts_of(network.iter().map(String::as_str)) {
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    hosts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_hosts_and_globs_stay() {
        let words = ["gradle", "maven", "*.example.org", "maven"].map(str::to_owned);
        let hosts = [
            "services.gradle.org",
            "plugins.gradle.org",
            "repo.maven.apache.org",
            "repo1.maven.org",
            "*.example.org",
        ];
        assert_eq!(expand(&words), hosts);
        assert!(expand(&[]).is_empty());
    }
}

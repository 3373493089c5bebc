//! What the short names in a step's `network` list stand for.

/// The hosts of a list of names and host globs, in order, each once.
pub(super) fn expand(network: &[String]) -> Vec<String> {
    let mut hosts: Vec<String> = Vec::new();
    for word in network {
        let known: &[&str] = match word.as_str() {
            "cargo" => &["index.crates.io", "static.crates.io"],
            "npm" => &["registry.npmjs.org", "registry.yarnpkg.com"],
            "pypi" => &["pypi.org", "files.pythonhosted.org"],
            "go" => &["proxy.golang.org", "sum.golang.org"],
            "maven" => &["repo.maven.apache.org", "repo1.maven.org"],
            "gradle" => &["services.gradle.org", "plugins.gradle.org"],
            other => &[other],
        };
        for host in known {
            if !hosts.iter().any(|have| have == host) {
                hosts.push((*host).to_owned());
            }
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

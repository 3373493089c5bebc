//! The names under which tools look for a proxy.

/// Programs inside reach each other on the loopback directly.
const NOT_THROUGH_IT: &str = "localhost,127.0.0.1,::1";

/// Each tool's own variable is set beside the general ones, because some read only their own and some prefer a
/// configuration file over the general ones.
pub(super) fn of(port: u16) -> Vec<(String, String)> {
    let address = format!("http://127.0.0.1:{port}");
    let to_it = [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "npm_config_proxy",
        "npm_config_https_proxy",
        "YARN_HTTP_PROXY",
        "YARN_HTTPS_PROXY",
        "PIP_PROXY",
        "CARGO_HTTP_PROXY",
        "BUNDLE_HTTP_PROXY",
        "BUNDLE_HTTPS_PROXY",
        "GLOBAL_AGENT_HTTP_PROXY",
        "GLOBAL_AGENT_HTTPS_PROXY",
    ];
    let past_it = ["NO_PROXY", "no_proxy", "npm_config_noproxy", "GLOBAL_AGENT_NO_PROXY"];
    let java = format!(
        "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort={port} -Dhttps.proxyHost=127.0.0.1 \
         -Dhttps.proxyPort={port} -Dhttp.nonProxyHosts=localhost|127.*|[::1]"
    );
    let mut variables: Vec<(String, String)> = Vec::new();
    let mut set = |name: &str, value: &str| variables.push((name.to_owned(), value.to_owned()));
    to_it.iter().for_each(|name| set(name, &address));
    past_it.iter().for_each(|name| set(name, NOT_THROUGH_IT));
    // The two big build tools of Java read no address from the environment; the virtual machine's own variable
    // would make every program print a line about it.
    ["MAVEN_OPTS", "GRADLE_OPTS"].iter().for_each(|name| set(name, &java));
    // Node's own fetch looks at the general ones only when told to.
    set("NODE_USE_ENV_PROXY", "1");
    variables
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_name_is_set_once_and_names_the_port() {
        let variables = super::of(3128);
        let names: std::collections::BTreeSet<_> = variables.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), variables.len());
        let value = |wanted: &str| variables.iter().find(|(name, _)| name == wanted).unwrap().1.as_str();
        assert_eq!(value("HTTPS_PROXY"), "http://127.0.0.1:3128");
        assert_eq!(value("CARGO_HTTP_PROXY"), "http://127.0.0.1:3128");
        assert!(value("MAVEN_OPTS").contains("-Dhttps.proxyPort=3128 "));
        assert_eq!(value("no_proxy"), "localhost,127.0.0.1,::1");
    }
}

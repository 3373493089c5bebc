//! Which hosts are GitHub, and where their API is. Only these ever get a token, and only at that address.

/// A forge we open pull requests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forge {
    /// As remotes name it.
    pub host: String,
    /// Base address of the API, without a slash at its end.
    pub api: String,
    /// Base address of its pages.
    pub web: String,
}

/// `github.com` and what `publish.githubHosts` names, with what is wrong in it.
pub fn forges(configured: &[String]) -> (Vec<Forge>, Vec<String>) {
    let mut all = vec![Forge {
        host: "github.com".into(),
        api: "https://api.github.com".into(),
        web: "https://github.com".into(),
    }];
    let mut warnings = Vec::new();
    for entry in configured {
        match forge(entry) {
            Ok(forge) => {
                all.retain(|known| known.host != forge.host);
                all.push(forge);
            }
            Err(why) => {
                let shown: String = entry.chars().take(120).collect();
                warnings.push(format!("publish.githubHosts: `{shown}` {why}."));
            }
        }
    }
    (all, warnings)
}

fn forge(entry: &str) -> Result<Forge, &'static str> {
    // An Enterprise server has its API below its own address.
    let usual = format!("https://{}/api/v3", entry.trim());
    let (host, api) = entry.split_once('=').unwrap_or((entry, &usual));
    let (host, api) = (host.trim().to_ascii_lowercase(), api.trim().trim_end_matches('/'));
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-_:".contains(&b);
    if host.is_empty() || !host.bytes().all(plain) {
        return Err("has no host that can be read");
    }
    let (scheme, rest) = api.split_once("://").ok_or("has no address of an API")?;
    let scheme = scheme.to_ascii_lowercase();
    let place = rest.split('/').next().unwrap_or_default();
    if place.is_empty() || rest.contains(['@', '?', '#', '\\']) || rest.chars().any(char::is_whitespace) {
        return Err("has an address that is more than host and path");
    }
    let name = match place.strip_prefix('[') {
        Some(literal) => literal.split(']').next().unwrap_or_default(),
        None => place.split(':').next().unwrap_or_default(),
    };
    match scheme.as_str() {
        "https" => {}
        // A token on its way there can be read by nobody else.
        "http" if matches!(name, "127.0.0.1" | "::1" | "localhost") => {}
        _ => return Err("has an address that is not https"),
    }
    let web = match name {
        "api.github.com" => "https://github.com".to_owned(),
        _ => format!("{scheme}://{place}"),
    };
    Ok(Forge { host, api: format!("{scheme}://{rest}"), web })
}

/// `host=NAME` entries of `publish.tokenVariables`, for one host.
pub fn variable<'a>(configured: &'a [String], host: &str) -> Option<&'a str> {
    let named = |entry: &&'a String| {
        entry.split_once('=').is_some_and(|(of, _)| of.trim().eq_ignore_ascii_case(host))
    };
    let name = configured.iter().find(named)?.split_once('=')?.1.trim();
    let name = name.strip_prefix("env:").unwrap_or(name);
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(entry: &str) -> Result<Forge, &'static str> {
        forge(entry)
    }

    #[test]
    fn enterprise_hosts_have_their_own_api_and_pages() {
        let ghe = one("Git.Example.com=https://git.example.com/api/v3/").unwrap();
        assert_eq!(
            (ghe.host.as_str(), ghe.api.as_str(), ghe.web.as_str()),
            ("git.example.com", "https://git.example.com/api/v3", "https://git.example.com")
        );
        assert_eq!(one("git.example.com").unwrap(), ghe, "the usual place of its API");
        // A name of the user's ssh configuration.
        let alias = one("github-work=https://api.github.com").unwrap();
        assert_eq!((alias.host.as_str(), alias.web.as_str()), ("github-work", "https://github.com"));
        let local = one("forge.test=http://127.0.0.1:4000").unwrap();
        assert_eq!(local.web, "http://127.0.0.1:4000");
    }

    #[test]
    fn a_token_would_go_nowhere_unencrypted_or_unclear() {
        for bad in [
            "",
            "git example",
            "evil.example/x",
            "=https://x",
            "git.example.com=",
            "git.example.com=http://git.example.com/api/v3",
            "git.example.com=https://ada:pw@git.example.com",
            "git.example.com=https://git.example.com@evil.example",
            "git.example.com=ftp://git.example.com",
            "git.example.com=https://",
            "git.example.com=http://127.0.0.1.evil.example/",
            "git example.com=https://x.example",
        ] {
            assert!(one(bad).is_err(), "{bad}");
        }
        let (all, warnings) = forges(&["non sense".into(), "github.com=https://other.example".into()]);
        assert_eq!((all.len(), warnings.len()), (1, 1));
        assert_eq!(all[0].api, "https://other.example");
    }

    #[test]
    fn a_variable_counts_for_its_host_alone() {
        let configured =
            vec!["github.com=GITHUB_TOKEN".to_owned(), "ghe.test = env:GHE ".to_owned(), "x=".to_owned()];
        assert_eq!(variable(&configured, "GitHub.com"), Some("GITHUB_TOKEN"));
        assert_eq!(variable(&configured, "ghe.test"), Some("GHE"));
        assert_eq!(variable(&configured, "x"), None);
        assert_eq!(variable(&configured, "evil.example"), None);
    }
}

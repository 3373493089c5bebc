//! Addresses of remotes, in every form git takes: which host, which repository, and what is refused.

/// How git would get there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    Https,
    /// Not encrypted; never given a token.
    Http,
    Ssh,
    /// A folder of this machine.
    File,
}

/// An address that was read. It never holds a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    pub transport: Transport,
    /// In small letters, without brackets; empty for a folder.
    pub host: String,
    /// Only where it is written and not the usual one.
    pub port: Option<u16>,
    pub user: Option<String>,
    /// An address with a password in it, which is never repeated.
    pub has_password: bool,
    /// As it is written, without the leading slash of a URL.
    pub path: String,
}

/// Why an address is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    Empty,
    /// Control characters, or a white space that is not part of a path.
    Characters,
    /// A part of it could be read as an option by git or ssh.
    Option,
    /// `ext::`, `git://` and everything else that is not HTTPS, HTTP, SSH or a folder.
    Transport,
    Host,
    Port,
    /// No repository is named.
    Path,
}

impl Refused {
    /// The end of a sentence that begins with "The address of the remote".
    pub fn says(self) -> &'static str {
        match self {
            Self::Empty => "is empty",
            Self::Characters => "has characters that no address has",
            Self::Option => "has a part that could be read as an option",
            Self::Transport => "is not HTTPS, SSH or a folder",
            Self::Host => "has a host that cannot be read",
            Self::Port => "has a port that cannot be",
            Self::Path => "names no repository",
        }
    }
}

impl Remote {
    pub fn parse(address: &str) -> Result<Self, Refused> {
        if address.is_empty() {
            return Err(Refused::Empty);
        }
        if address.chars().any(|c| c.is_control()) || address.trim() != address || address.len() > 4096 {
            return Err(Refused::Characters);
        }
        if address.starts_with('-') {
            return Err(Refused::Option);
        }
        if let Some((scheme, rest)) = address.split_once("://") {
            return url(&scheme.to_ascii_lowercase(), rest);
        }
        let before_slash = address.split('/').next().unwrap_or_default();
        if before_slash.contains("::") && !before_slash.contains('[') {
            return Err(Refused::Transport);
        }
        // `C:\x` and `C:/x` are folders of Windows; git too takes them so.
        let drive = before_slash.len() >= 2
            && before_slash.as_bytes()[1] == b':'
            && before_slash.as_bytes()[0].is_ascii_alphabetic()
            && (before_slash.len() == 2 || before_slash.as_bytes()[2] == b'\\');
        match before_slash.contains(':') && !drive {
            true => scp(address),
            false => Ok(folder(address)),
        }
    }

    /// Owner and name on a forge; none when the path is not of that form.
    pub fn repository(&self) -> Option<(String, String)> {
        if self.transport == Transport::File {
            return None;
        }
        let path = self.path.trim_matches('/');
        let (owner, name) = path.split_once('/')?;
        let name = name.strip_suffix(".git").unwrap_or(name);
        let plain = |text: &str| {
            !text.is_empty()
                && text.len() <= 100
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
                && !text.starts_with(['.', '-'])
                && text != ".."
        };
        // A name may start with a dot on GitHub (`.github`).
        let named = plain(name) || name.strip_prefix('.').is_some_and(plain);
        (plain(owner) && named).then(|| (owner.to_owned(), name.to_owned()))
    }

    /// The host as `publish.githubHosts` names it: with the port of a web address, without that of ssh.
    pub fn forge_host(&self) -> Option<String> {
        match (self.transport, self.port) {
            (Transport::File, _) => None,
            // GitHub's ssh for networks that let nothing but port 443 through.
            (Transport::Ssh, _) if self.host == "ssh.github.com" => Some("github.com".into()),
            (Transport::Ssh, _) | (_, None) => Some(self.host.clone()),
            (_, Some(port)) => Some(format!("{}:{port}", self.host)),
        }
    }
}

fn url(scheme: &str, rest: &str) -> Result<Remote, Refused> {
    let (transport, usual) = match scheme {
        "https" => (Transport::Https, 443),
        "http" => (Transport::Http, 80),
        "ssh" | "git+ssh" | "ssh+git" => (Transport::Ssh, 22),
        "file" => return local(rest),
        _ => return Err(Refused::Transport),
    };
    if rest.chars().any(|c| c.is_whitespace() || c == '\\') {
        return Err(Refused::Characters);
    }
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    // What stands before the last @ is the user, however it looks.
    let (user, place) = match authority.rsplit_once('@') {
        Some((user, place)) => (Some(user), place),
        None => (None, authority),
    };
    let (host, port) = match place.strip_prefix('[') {
        Some(literal) => {
            let (host, after) = literal.split_once(']').ok_or(Refused::Host)?;
            if host.parse::<std::net::Ipv6Addr>().is_err() {
                return Err(Refused::Host);
            }
            let port = match after {
                "" => None,
                after => Some(after.strip_prefix(':').ok_or(Refused::Host)?),
            };
            (host.to_ascii_lowercase(), port)
        }
        None => {
            let (host, port) = match place.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (place, None),
            };
            (checked_host(host)?, port)
        }
    };
    let port = match port {
        None | Some("") => None,
        Some(text) => match text.parse::<u16>() {
            Ok(number) if number > 0 && text.bytes().all(|b| b.is_ascii_digit()) => {
                Some(number).filter(|n| *n != usual)
            }
            _ => return Err(Refused::Port),
        },
    };
    let (user, has_password) = checked_user(user)?;
    if path.trim_matches('/').is_empty() {
        return Err(Refused::Path);
    }
    Ok(Remote { transport, host, port, user, has_password, path: path.to_owned() })
}

/// `[user@]host:path`.
fn scp(address: &str) -> Result<Remote, Refused> {
    let (before, path) = match address.find('[') {
        // `[::1]:path` and `[host:port]:path`.
        Some(open) if !address[..open].contains(':') => {
            let close = address[open..].find("]:").map(|at| open + at).ok_or(Refused::Host)?;
            (&address[..=close], &address[close + 2..])
        }
        _ => address.split_once(':').ok_or(Refused::Host)?,
    };
    let (user, place) = match before.rsplit_once('@') {
        Some((user, place)) => (Some(user), place),
        None => (None, before),
    };
    let (host, port) = match place.strip_prefix('[').and_then(|p| p.strip_suffix(']')) {
        Some(inside) if inside.parse::<std::net::Ipv6Addr>().is_ok() => (inside.to_ascii_lowercase(), None),
        Some(inside) => match inside.split_once(':') {
            Some((host, port)) => {
                let number = port.parse::<u16>().ok().filter(|n| *n > 0).ok_or(Refused::Port)?;
                (checked_host(host)?, Some(number).filter(|n| *n != 22))
            }
            None => (checked_host(inside)?, None),
        },
        None => (checked_host(place)?, None),
    };
    let (user, has_password) = checked_user(user)?;
    if has_password {
        return Err(Refused::Host);
    }
    if path.trim_matches('/').is_empty() {
        return Err(Refused::Path);
    }
    if path.starts_with('-') {
        return Err(Refused::Option);
    }
    Ok(Remote {
        transport: Transport::Ssh,
        host,
        port,
        user,
        has_password,
        path: path.trim_start_matches('/').to_owned(),
    })
}

fn local(rest: &str) -> Result<Remote, Refused> {
    match rest.split_once('/') {
        Some(("" | "localhost", path)) if !path.is_empty() => Ok(folder(&format!("/{path}"))),
        Some(("" | "localhost", _)) | None => Err(Refused::Path),
        // A share of another machine.
        Some(_) => Err(Refused::Transport),
    }
}

fn folder(path: &str) -> Remote {
    Remote {
        transport: Transport::File,
        host: String::new(),
        port: None,
        user: None,
        has_password: false,
        path: path.to_owned(),
    }
}

/// A name or an IPv4 address in plain letters. Others are refused: two of them can look the same.
fn checked_host(host: &str) -> Result<String, Refused> {
    if host.starts_with('-') {
        return Err(Refused::Option);
    }
    let plain = host.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    let parts = host.trim_end_matches('.').split('.').all(|part| !part.is_empty());
    if host.is_empty() || host.len() > 253 || !plain || !parts {
        return Err(Refused::Host);
    }
    Ok(host.trim_end_matches('.').to_ascii_lowercase())
}

fn checked_user(user: Option<&str>) -> Result<(Option<String>, bool), Refused> {
    let Some(user) = user else { return Ok((None, false)) };
    let (name, password) = match user.split_once(':') {
        Some((name, password)) => (name, !password.is_empty()),
        None => (user, false),
    };
    if name.starts_with('-') {
        return Err(Refused::Option);
    }
    if name.chars().any(|c| c.is_whitespace() || matches!(c, '/' | '\\')) {
        return Err(Refused::Characters);
    }
    Ok((Some(name.to_owned()).filter(|name| !name.is_empty()), password))
}

#[cfg(test)]
#[path = "remote_tests.rs"]
mod tests;

//! Links from outside: `pilothouse://session/<id>`, `job/<id>`, `approval/<id>` and `pair/<code>`, as pages of ours.
//!
//! A link opens a page and never does anything by itself: nothing is approved, run or sent because somebody clicked
//! one. It knows no window; what is not exactly of this shape is refused with the reason.

use tauri::Url;

pub const SCHEME: &str = "pilothouse";
/// No link of ours is longer.
const LONGEST: usize = 2_000;
const ID_LONGEST: usize = 64;

/// A page of our own, such as `/approvals/ap-1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    path: String,
    /// The server the link is meant for, when it names one.
    pub hub: Option<Url>,
}

impl Page {
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A page whose path the program itself wrote.
    pub fn at(path: impl Into<String>) -> Self {
        Self { path: path.into(), hub: None }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    #[error("The link is longer than any of ours.")]
    TooLong,
    #[error("This is no link of Pilothouse.")]
    NotOurs,
    #[error("The link names “{0}”, which is nothing that can be opened.")]
    UnknownKind(String),
    #[error("The link holds no id, or one that cannot be.")]
    BadId,
    #[error("The link says which server it is for, and that cannot be read.")]
    BadHub,
}

impl LinkError {
    /// Stable over releases.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "link.too_long",
            Self::NotOurs => "link.not_ours",
            Self::UnknownKind(_) => "link.unknown_kind",
            Self::BadId => "link.bad_id",
            Self::BadHub => "link.bad_hub",
        }
    }
}

/// Whether a word of the command line is meant as a link.
pub fn is_link(word: &str) -> bool {
    word.get(..SCHEME.len() + 1).is_some_and(|begin| begin.eq_ignore_ascii_case(&format!("{SCHEME}:")))
}

pub fn read(link: &str) -> Result<Page, LinkError> {
    if link.len() > LONGEST {
        return Err(LinkError::TooLong);
    }
    let url = Url::parse(link).map_err(|_| LinkError::NotOurs)?;
    if url.scheme() != SCHEME {
        return Err(LinkError::NotOurs);
    }
    let has_user = !url.username().is_empty() || url.password().is_some() || url.port().is_some();
    let kind = url.host_str().filter(|_| !has_user).ok_or(LinkError::NotOurs)?;
    // Reading an address resolves what goes up in it; what came as such is none of ours.
    let written = link.split(['?', '#']).next().unwrap_or_default();
    if written.contains(['%', '\\']) || written.contains("/.") {
        return Err(LinkError::BadId);
    }
    let mut parts = url.path_segments().into_iter().flatten().filter(|part| !part.is_empty());
    let (id, more) = (parts.next().unwrap_or_default(), parts.next());
    if more.is_some() || !is_id(id) {
        return Err(LinkError::BadId);
    }
    let path = match kind {
        "session" => format!("/w/-/s/{id}"),
        "job" => format!("/jobs/{id}"),
        "approval" => format!("/approvals/{id}"),
        "pair" => format!("/devices?pair={id}"),
        other => return Err(LinkError::UnknownKind(other.chars().take(40).collect())),
    };
    let hub = url.query_pairs().find(|(key, _)| key == "hub").map(|(_, value)| hub(&value)).transpose()?;
    Ok(Page { path, hub })
}

fn hub(text: &str) -> Result<Url, LinkError> {
    let url = Url::parse(text).map_err(|_| LinkError::BadHub)?;
    let plain =
        matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.host_str().is_some();
    if plain { Ok(url) } else { Err(LinkError::BadHub) }
}

/// The letters ids are made of; none of them means anything in an address.
pub fn is_id(text: &str) -> bool {
    (1..=ID_LONGEST).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
        && !text.chars().all(|c| c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_the_page_of_what_it_names() {
        let path = |link: &str| read(link).unwrap().path().to_owned();
        assert_eq!(path("pilothouse://session/dev"), "/w/-/s/dev");
        assert_eq!(path("PILOTHOUSE://session/dev/"), "/w/-/s/dev");
        assert_eq!(path("pilothouse://job/0199-ab.c_d"), "/jobs/0199-ab.c_d");
        assert_eq!(path("pilothouse://approval/ap-1"), "/approvals/ap-1");
        assert_eq!(path("pilothouse://pair/k7q2"), "/devices?pair=k7q2");
    }

    #[test]
    fn a_link_may_name_the_server_it_is_for() {
        let page = read("pilothouse://job/j-1?hub=https://hub.example.ts.net:8443/").unwrap();
        assert_eq!(page.hub.unwrap().host_str(), Some("hub.example.ts.net"));
        for hub in ["file:///etc/passwd", "x", "", "javascript:alert(1)", "http://user@host/"] {
            assert_eq!(read(&format!("pilothouse://job/j-1?hub={hub}")), Err(LinkError::BadHub), "{hub}");
        }
    }

    #[test]
    fn what_is_not_exactly_of_our_shape_is_refused_with_a_code() {
        for (link, code) in [
            ("", "link.not_ours"),
            ("https://example.org/session/dev", "link.not_ours"),
            ("pilothouse:session/dev", "link.not_ours"),
            ("pilothouse://", "link.not_ours"),
            ("pilothouse://user@session/dev", "link.not_ours"),
            ("pilothouse://session", "link.bad_id"),
            ("pilothouse://session/", "link.bad_id"),
            ("pilothouse://session/..", "link.bad_id"),
            ("pilothouse://session/../../settings", "link.bad_id"),
            ("pilothouse://session/a/b", "link.bad_id"),
            ("pilothouse://session/%2e%2e%2fetc", "link.bad_id"),
            ("pilothouse://session/a%00b", "link.bad_id"),
            ("pilothouse://session/naïve", "link.bad_id"),
            ("pilothouse://run/rm", "link.unknown_kind"),
        ] {
            assert_eq!(read(link).unwrap_err().code(), code, "{link}");
        }
        let long = format!("pilothouse://session/{}", "a".repeat(5_000));
        assert_eq!(read(&long).unwrap_err().code(), "link.too_long");
    }

    #[test]
    fn only_words_with_our_scheme_are_links() {
        assert!(is_link("pilothouse://x") && is_link("Pilothouse:x"));
        assert!(!is_link("./pilothouse") && !is_link("/tmp/ä") && !is_link(""));
    }
}

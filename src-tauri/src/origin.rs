//! Which addresses the window may show: its own origin, and the pages inside the binary. Everything else
//! belongs into the person's browser.

use tauri::Url;

/// What to do with an address the page wants to go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Ours: show it.
    Stay,
    /// A link for people: hand it to the system's browser.
    Outside,
    /// Neither.
    Refuse,
}

/// Decides about `target`; `own` is the server's address while there is one.
pub fn way(own: Option<&Url>, target: &Url) -> Way {
    if own.is_some_and(|own| own.origin() == target.origin()) || inside(target) {
        Way::Stay
    } else if is_link(target) {
        Way::Outside
    } else {
        Way::Refuse
    }
}

/// Whether a link is one a person's browser or mail program opens.
pub fn is_link(target: &Url) -> bool {
    matches!(target.scheme(), "http" | "https" | "mailto")
}

/// Pages inside the binary; Windows cannot have a scheme of its own and uses a reserved name instead.
fn inside(target: &Url) -> bool {
    target.scheme() == "tauri"
        || (matches!(target.scheme(), "http" | "https") && target.host_str() == Some("tauri.localhost"))
        || target.as_str() == "about:blank"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(target: &str) -> Way {
        let own = Url::parse("http://127.0.0.1:3001/#code=x").unwrap();
        way(Some(&own), &Url::parse(target).unwrap())
    }

    #[test]
    fn the_own_origin_and_the_inner_pages_stay() {
        for target in ["http://127.0.0.1:3001/sessions/dev", "tauri://localhost/index.html", "about:blank"] {
            assert_eq!(decided(target), Way::Stay, "{target}");
        }
    }

    #[test]
    fn another_port_another_name_and_the_web_go_outside() {
        for target in [
            "http://127.0.0.1:3002/",
            "http://localhost:3001/",
            "https://example.org/",
            "mailto:a@example.org",
        ] {
            assert_eq!(decided(target), Way::Outside, "{target}");
        }
    }

    #[test]
    fn files_and_scripts_are_refused() {
        for target in ["file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "vscode://open"] {
            assert_eq!(decided(target), Way::Refuse, "{target}");
        }
    }

    #[test]
    fn without_a_server_only_the_inner_pages_stay() {
        let target = Url::parse("http://127.0.0.1:3001/").unwrap();
        assert_eq!(way(None, &target), Way::Outside);
    }
}

//! Addresses in every form, good, odd and hostile.

use super::Refused as No;
use super::Transport::{self, File, Http, Https, Ssh};
use super::{Refused, Remote};

/// Address, transport, host as a forge is named by it, owner and name.
type Good = (&'static str, Transport, Option<&'static str>, Option<(&'static str, &'static str)>);

const GOOD: &[Good] = &[
    // Git reads the first colon: a folder of the host `git`.
    ("git:pass@github.com:ada/tern", Ssh, Some("git"), None),
    ("https://github.com/ada/tern.git", Https, Some("github.com"), Some(("ada", "tern"))),
    ("https://github.com/ada/tern", Https, Some("github.com"), Some(("ada", "tern"))),
    ("https://github.com/ada/tern/", Https, Some("github.com"), Some(("ada", "tern"))),
    ("https://GitHub.COM/ada/tern", Https, Some("github.com"), Some(("ada", "tern"))),
    ("HTTPS://github.com/ada/tern", Https, Some("github.com"), Some(("ada", "tern"))),
    ("https://github.com:443/ada/tern", Https, Some("github.com"), Some(("ada", "tern"))),
    ("https://github.com./ada/tern", Https, Some("github.com"), Some(("ada", "tern"))),
    ("https://ada@github.com/ada/tern", Https, Some("github.com"), Some(("ada", "tern"))),
    ("https://ada:s3cret@github.com/ada/tern", Https, Some("github.com"), Some(("ada", "tern"))),
    ("https://x-access-token:s3cret@github.com/a/b.git", Https, Some("github.com"), Some(("a", "b"))),
    ("https://github.com/ada/.github", Https, Some("github.com"), Some(("ada", ".github"))),
    ("https://github.com/ada/tern.js.git", Https, Some("github.com"), Some(("ada", "tern.js"))),
    ("https://github.com//ada/tern", Https, Some("github.com"), Some(("ada", "tern"))),
    ("https://git.example.com/ada/tern", Https, Some("git.example.com"), Some(("ada", "tern"))),
    ("https://git.example.com:8443/ada/tern.git", Https, Some("git.example.com:8443"), Some(("ada", "tern"))),
    ("https://127.0.0.1:8443/ada/tern.git", Https, Some("127.0.0.1:8443"), Some(("ada", "tern"))),
    ("https://[::1]:8443/ada/tern.git", Https, Some("::1:8443"), Some(("ada", "tern"))),
    ("https://gitlab.com/group/sub/tern.git", Https, Some("gitlab.com"), None),
    ("https://github.com/ada/tern?x=1", Https, Some("github.com"), None),
    ("https://github.com/ada/tern#x", Https, Some("github.com"), None),
    ("https://github.com/ada/tern/tree/main", Https, Some("github.com"), None),
    ("https://github.com/ada/..", Https, Some("github.com"), None),
    ("https://github.com/../tern", Https, Some("github.com"), None),
    ("https://github.com/ada/%2e%2e", Https, Some("github.com"), None),
    ("https://github.com/ada", Https, Some("github.com"), None),
    // The host is what stands after the last @.
    ("https://github.com@evil.example/ada/tern", Https, Some("evil.example"), Some(("ada", "tern"))),
    ("https://github.com:443@evil.example/ada/tern", Https, Some("evil.example"), Some(("ada", "tern"))),
    ("https://a@b@evil.example/ada/tern", Https, Some("evil.example"), Some(("ada", "tern"))),
    (
        "https://github.com.evil.example/ada/tern",
        Https,
        Some("github.com.evil.example"),
        Some(("ada", "tern")),
    ),
    ("http://git.lan/ada/tern.git", Http, Some("git.lan"), Some(("ada", "tern"))),
    ("http://git.lan:3000/ada/tern.git", Http, Some("git.lan:3000"), Some(("ada", "tern"))),
    ("ssh://git@github.com/ada/tern.git", Ssh, Some("github.com"), Some(("ada", "tern"))),
    ("ssh://git@github.com:22/ada/tern.git", Ssh, Some("github.com"), Some(("ada", "tern"))),
    ("ssh://git@github.com:2222/ada/tern.git", Ssh, Some("github.com"), Some(("ada", "tern"))),
    ("ssh://git@ssh.github.com:443/ada/tern.git", Ssh, Some("github.com"), Some(("ada", "tern"))),
    ("ssh://git@[::1]:2222/ada/tern.git", Ssh, Some("::1"), Some(("ada", "tern"))),
    ("ssh://github.com/ada/tern", Ssh, Some("github.com"), Some(("ada", "tern"))),
    ("ssh://git@127.0.0.1:2222/srv/git/tern.git", Ssh, Some("127.0.0.1"), None),
    ("git+ssh://git@github.com/ada/tern.git", Ssh, Some("github.com"), Some(("ada", "tern"))),
    ("ssh+git://git@github.com/ada/tern.git", Ssh, Some("github.com"), Some(("ada", "tern"))),
    ("git@github.com:ada/tern.git", Ssh, Some("github.com"), Some(("ada", "tern"))),
    ("git@github.com:/ada/tern.git", Ssh, Some("github.com"), Some(("ada", "tern"))),
    ("github.com:ada/tern", Ssh, Some("github.com"), Some(("ada", "tern"))),
    ("git@GITHUB.com:ada/tern.git", Ssh, Some("github.com"), Some(("ada", "tern"))),
    ("git@git.example.com:ada/tern.git", Ssh, Some("git.example.com"), Some(("ada", "tern"))),
    ("git@github-work:ada/tern.git", Ssh, Some("github-work"), Some(("ada", "tern"))),
    ("git@[::1]:ada/tern.git", Ssh, Some("::1"), Some(("ada", "tern"))),
    ("git@[git.example.com:2222]:ada/tern.git", Ssh, Some("git.example.com"), Some(("ada", "tern"))),
    ("[git.example.com]:ada/tern.git", Ssh, Some("git.example.com"), Some(("ada", "tern"))),
    ("org-123@github.com:ada/tern.git", Ssh, Some("github.com"), Some(("ada", "tern"))),
    ("git@host:tern.git", Ssh, Some("host"), None),
    ("host:~/tern.git", Ssh, Some("host"), None),
    ("/srv/git/tern.git", File, None, None),
    ("../tern.git", File, None, None),
    ("./odd:name/tern.git", File, None, None),
    ("tern.git", File, None, None),
    ("file:///srv/git/tern.git", File, None, None),
    ("file://localhost/srv/git/tern.git", File, None, None),
    ("C:\\git\\tern.git", File, None, None),
    ("C:/git/tern.git", File, None, None),
    ("/srv/with space/tern.git", File, None, None),
];

const BAD: &[(&str, Refused)] = &[
    ("", No::Empty),
    (" https://github.com/ada/tern", No::Characters),
    ("https://github.com/ada/tern\n", No::Characters),
    ("https://github.com/ada/te rn", No::Characters),
    ("https://github.com\\@evil.example/ada/tern", No::Characters),
    ("https://github.com/ada/tern\u{0}", No::Characters),
    ("\u{1b}]0;x\u{7}git@github.com:a/b", No::Characters),
    ("-oProxyCommand=touch /tmp/x", No::Option),
    ("--upload-pack=touch", No::Option),
    ("ssh://-oProxyCommand=touch/ada/tern", No::Option),
    ("ssh://git@-oProxyCommand=touch/ada/tern", No::Option),
    ("ssh://-x@github.com/ada/tern", No::Option),
    ("-oProxyCommand=x:ada/tern", No::Option),
    ("git@-oProxyCommand=x:ada/tern", No::Option),
    ("git@github.com:-rf", No::Option),
    ("ext::sh -c touch% /tmp/x", No::Transport),
    ("fd::17", No::Transport),
    ("git://github.com/ada/tern.git", No::Transport),
    ("ftp://github.com/ada/tern.git", No::Transport),
    ("javascript://github.com/ada/tern", No::Transport),
    ("file://server/share/tern.git", No::Transport),
    ("https:///ada/tern", No::Host),
    ("https://@/ada/tern", No::Host),
    ("https://git_hub..com/ada/tern", No::Host),
    ("https://gіthub.com/ada/tern", No::Host),
    ("https://git%68ub.com/ada/tern", No::Host),
    ("https://[::1/ada/tern", No::Host),
    ("https://[github.com]/ada/tern", No::Host),
    ("https://[::1]x/ada/tern", No::Host),
    ("https://github.com,evil.example/ada/tern", No::Host),
    ("https://$(touch x)/ada/tern", No::Characters),
    ("git@$(touch):ada/tern", No::Host),
    (":ada/tern", No::Host),
    ("https://github.com:0/ada/tern", No::Port),
    ("https://github.com:99999/ada/tern", No::Port),
    ("https://github.com:+443/ada/tern", No::Port),
    ("https://github.com:44x/ada/tern", No::Port),
    ("git@[host:0]:ada/tern", No::Port),
    ("https://github.com", No::Path),
    ("https://github.com/", No::Path),
    ("git@github.com:", No::Path),
    ("file:///", No::Path),
];

#[test]
fn addresses_are_read_as_git_reads_them() {
    assert!(GOOD.len() + BAD.len() >= 60);
    for (address, transport, host, repository) in GOOD {
        let remote = Remote::parse(address).unwrap_or_else(|why| panic!("{address}: {why:?}"));
        assert_eq!(remote.transport, *transport, "{address}");
        assert_eq!(remote.forge_host().as_deref(), *host, "{address}");
        let named = remote.repository();
        let named = named.as_ref().map(|(owner, name)| (owner.as_str(), name.as_str()));
        assert_eq!(named, *repository, "{address}");
    }
}

#[test]
fn hostile_and_broken_addresses_are_refused_with_one_reason_each() {
    for (address, why) in BAD {
        assert_eq!(Remote::parse(address), Err(*why), "{address:?}");
    }
}

#[test]
fn a_password_is_noticed_and_not_kept() {
    let remote = Remote::parse("https://ada:s3cret@github.com/ada/tern").unwrap();
    assert!(remote.has_password);
    assert!(!format!("{remote:?}").contains("s3cret"));
}

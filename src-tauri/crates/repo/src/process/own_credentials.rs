//! The second named exception to `harden`: a call to the user's remote that may use what they sign in with there.
//!
//! Of the user's it has their configuration (for credential helpers, ssh, proxies and authorities), their agent and
//! their home. What is left of the hardening: no hooks, no prompts, no dialogs of helpers, no pager, no editor, no
//! maintenance, no replaced objects, and only transports that read no program from an address. A token of ours is
//! handed over by an askpass program that answers for exactly one host; it stands in no argument and no address.

use std::ffi::OsString;
use std::fmt;
use std::path::Path;

use super::as_user::AsUser;
use super::{Git, GitCall};
use crate::Result;
use crate::error::IoContext;

/// Variables that say who the user is, how they get out, and whom they trust. All others stay away.
const KEPT: &[&str] = &[
    "HOME",
    "USER",
    "LOGNAME",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
    "SSH_AUTH_SOCK",
    "SSH_AGENT_PID",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_SSH_VARIANT",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
    "GH_CONFIG_DIR",
    "GNUPGHOME",
    "TMPDIR",
    // Windows finds nothing without these.
    "SYSTEMROOT",
    "WINDIR",
    "TEMP",
    "TMP",
    "COMSPEC",
    "PATHEXT",
    "USERPROFILE",
    "HOMEDRIVE",
    "HOMEPATH",
    "APPDATA",
    "LOCALAPPDATA",
    "PROGRAMDATA",
];

/// Transports a remote of the user's may have.
const TRANSPORTS: &str = "file:http:https:ssh";

const OURS: &[(&str, &str)] = &[
    ("LC_ALL", "C"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GCM_INTERACTIVE", "never"),
    ("SSH_ASKPASS", ""),
    ("SSH_ASKPASS_REQUIRE", "never"),
    ("GIT_EDITOR", ":"),
    ("GIT_SEQUENCE_EDITOR", ":"),
    ("GIT_PAGER", "cat"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_LITERAL_PATHSPECS", "1"),
    ("GIT_ALLOW_PROTOCOL", TRANSPORTS),
];

const SETTINGS: &[&str] = &[
    "core.fsmonitor=false",
    "core.askPass=",
    "core.editor=:",
    "core.pager=cat",
    "gc.auto=0",
    "maintenance.auto=false",
    "protocol.ext.allow=never",
    "submodule.recurse=false",
    "push.followTags=false",
    "push.recurseSubmodules=no",
    "credential.useHttpPath=false",
];

/// What the user signs in with, as their environment has it.
#[derive(Clone, Default)]
pub struct OwnCredentials {
    environment: Vec<(OsString, OsString)>,
    token: Option<HostToken>,
}

/// A token that is good for one host alone.
#[derive(Clone)]
pub struct HostToken {
    /// With its port where that is not the usual one, as git writes it when it asks.
    pub host: String,
    /// The user an address names, if it names one.
    pub user: Option<String>,
    pub secret: String,
    /// It is the only thing to sign in with: the user's helpers are not asked.
    pub alone: bool,
}

impl fmt::Debug for HostToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostToken({}, [redacted])", self.host)
    }
}

impl fmt::Debug for OwnCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.environment.iter().map(|(name, _)| name).collect();
        f.debug_struct("OwnCredentials").field("environment", &names).field("token", &self.token).finish()
    }
}

impl OwnCredentials {
    /// Picks out of the user's environment what belongs here.
    pub fn of(environment: &[(String, String)]) -> Self {
        let kept = |name: &str| match cfg!(windows) {
            true => KEPT.iter().any(|known| known.eq_ignore_ascii_case(name)),
            false => KEPT.contains(&name),
        };
        // Set to nothing is not set.
        let given = environment.iter().filter(|(name, value)| kept(name) && !value.is_empty());
        Self { environment: given.map(|(name, value)| (name.into(), value.into())).collect(), token: None }
    }

    pub fn with_token(mut self, token: HostToken) -> Self {
        self.token = Some(token);
        self
    }

    pub(crate) fn variable(&self, wanted: &str) -> Option<String> {
        let found = self.environment.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
    }
}

impl Git {
    /// A call that may sign in as the user. See the module text.
    pub fn with_credentials(&self, credentials: &OwnCredentials) -> GitCall<'_> {
        let blank = &self.inner.blank;
        let mut environment = vec![(OsString::from("PATH"), self.inner.search_path.clone())];
        if credentials.variable("HOME").is_none() {
            environment.push(("HOME".into(), blank.home.clone().into()));
        }
        environment.extend(credentials.environment.iter().cloned());
        environment.extend(OURS.iter().map(|(name, value)| (name.into(), value.into())));
        let mut call = self.call();
        match &credentials.token {
            None => environment.push(("GIT_ASKPASS".into(), "".into())),
            Some(token) => {
                environment.push(("GIT_ASKPASS".into(), blank.home.join(ASKPASS).into()));
                environment.push(("PILOTHOUSE_ASKPASS_HOST".into(), token.host.clone().into()));
                let user = token.user.as_deref().unwrap_or(TOKEN_USER);
                environment.push(("PILOTHOUSE_ASKPASS_USER".into(), user.into()));
                environment.push(("PILOTHOUSE_ASKPASS_TOKEN".into(), token.secret.clone().into()));
                if token.alone {
                    call = call.setting("credential.helper=");
                }
            }
        }
        call.as_user = Some(AsUser { folder: blank.home.clone(), environment, hooks: false });
        SETTINGS.iter().fold(call, |call, setting| call.setting(setting))
    }
}

/// What forges call the user of a token.
const TOKEN_USER: &str = "x-access-token";

const ASKPASS: &str = "askpass";

/// Answers two questions for one host, as git words them and as git-lfs does, word for word; any other question gets
/// nothing.
const ASKPASS_TEXT: &str = r#"#!/bin/sh
h=$PILOTHOUSE_ASKPASS_HOST u=$PILOTHOUSE_ASKPASS_USER
case "$1" in
"Username for 'https://$h': " | "Username for \"https://$h\"") printf '%s\n' "$u" ;;
"Password for 'https://$u@$h': " | "Password for \"https://$u@$h\"") printf '%s\n' "$PILOTHOUSE_ASKPASS_TOKEN" ;;
*) exit 1 ;;
esac
"#;

/// Puts the askpass program into our own home, for its owner alone.
pub(super) fn write_askpass(home: &Path) -> Result<()> {
    let file = home.join(ASKPASS);
    if std::fs::read_to_string(&file).is_ok_and(|text| text == ASKPASS_TEXT) {
        return Ok(());
    }
    // Another process may be about to run the old one: it is replaced, never written into.
    let fresh = home.join(format!("{ASKPASS}.{}", std::process::id()));
    std::fs::write(&fresh, ASKPASS_TEXT).at("write", &fresh)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&fresh, std::fs::Permissions::from_mode(0o700)).at("protect", &fresh)?;
    }
    std::fs::rename(&fresh, &file).at("write", &file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_signs_in_is_taken_from_the_environment_and_nothing_of_it_is_shown() {
        let given = [
            "HOME",
            "SSH_AUTH_SOCK",
            "https_proxy",
            "GIT_DIR",
            "LD_PRELOAD",
            "PILOTHOUSE_TOKEN",
            "GITHUB_TOKEN",
            "SSH_ASKPASS",
            "GIT_SSL_NO_VERIFY",
        ];
        let given: Vec<_> = given.iter().map(|name| ((*name).to_owned(), "value-x".to_owned())).collect();
        let own = OwnCredentials::of(&given);
        let names: Vec<_> =
            own.environment.iter().map(|(name, _)| name.to_string_lossy().into_owned()).collect();
        assert_eq!(names, ["HOME", "SSH_AUTH_SOCK", "https_proxy"]);
        let token = HostToken { host: "h".into(), user: None, secret: "tok-secret".into(), alone: true };
        let shown = format!("{:?}", own.with_token(token));
        assert!(!shown.contains("tok-secret") && !shown.contains("value-x"), "{shown}");
    }

    #[cfg(unix)]
    #[test]
    fn askpass_answers_its_own_host_and_no_other() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("askpass");
        std::fs::write(&program, ASKPASS_TEXT).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        let ask = |question: &str| {
            let answer = std::process::Command::new("/bin/sh")
                .arg(&program)
                .arg(question)
                .env("PILOTHOUSE_ASKPASS_HOST", "git.example.com:8443")
                .env("PILOTHOUSE_ASKPASS_USER", "x-access-token")
                .env("PILOTHOUSE_ASKPASS_TOKEN", "tok*en")
                .output()
                .unwrap();
            (answer.status.success(), String::from_utf8(answer.stdout).unwrap())
        };
        assert_eq!(ask("Username for 'https://git.example.com:8443': "), (true, "x-access-token\n".into()));
        assert_eq!(
            ask("Password for 'https://x-access-token@git.example.com:8443': "),
            (true, "tok*en\n".into())
        );
        let of_lfs = "\"https://git.example.com:8443\"";
        assert_eq!(ask(&format!("Username for {of_lfs}")), (true, "x-access-token\n".into()));
        let of_lfs = of_lfs.replace("//", "//x-access-token@");
        assert_eq!(ask(&format!("Password for {of_lfs}")), (true, "tok*en\n".into()));
        for foreign in [
            "Password for \"https://x-access-token@evil.example\"",
            "Password for \"https://git.example.com:8443\"",
            "Password for 'https://x-access-token@evil.example': ",
            "Password for 'https://x-access-token@git.example.com:8443@evil.example': ",
            "Password for 'http://x-access-token@git.example.com:8443': ",
            "Password for 'https://x-access-token@git.example.com:8443': ' ",
            "Password for 'https://a@b' 'https://x-access-token@git.example.com:8443': ",
            "Password: ",
            "",
        ] {
            assert_eq!(ask(foreign), (false, String::new()), "{foreign}");
        }
    }
}

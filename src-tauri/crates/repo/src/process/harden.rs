//! The environment and the configuration that make a git call safe to run. Each line answers an attack
//! that was measured to work without it, or closes a prompt that would hang a server.

use std::ffi::OsString;

use super::Inner;

const SSH: &str = "ssh -oBatchMode=yes";

/// Complete: the process starts with nothing else.
pub(super) fn environment(inner: &Inner) -> Vec<(&'static str, OsString)> {
    let blank = &inner.blank;
    let mut env: Vec<(&'static str, OsString)> = vec![
        ("PATH", inner.search_path.clone()),
        ("HOME", blank.home.clone().into()),
        ("XDG_CONFIG_HOME", blank.home.clone().into()),
        ("LC_ALL", "C".into()),
        ("GIT_CONFIG_NOSYSTEM", "1".into()),
        ("GIT_CONFIG_SYSTEM", blank.config.clone().into()),
        ("GIT_CONFIG_GLOBAL", blank.config.clone().into()),
        ("GIT_ATTR_NOSYSTEM", "1".into()),
        ("GIT_TERMINAL_PROMPT", "0".into()),
        // Set and empty: git asks nobody, and does not fall back to a program named in configuration.
        ("GIT_ASKPASS", "".into()),
        ("SSH_ASKPASS", "".into()),
        ("SSH_ASKPASS_REQUIRE", "never".into()),
        ("GIT_EDITOR", ":".into()),
        ("GIT_SEQUENCE_EDITOR", ":".into()),
        ("GIT_PAGER", "cat".into()),
        ("GIT_OPTIONAL_LOCKS", "0".into()),
        ("GIT_NO_LAZY_FETCH", "1".into()),
        ("GIT_NO_REPLACE_OBJECTS", "1".into()),
        ("GIT_ALLOW_PROTOCOL", "file".into()),
        ("GIT_SSH_COMMAND", SSH.into()),
        ("GIT_LFS_SKIP_SMUDGE", "1".into()),
        ("GIT_LITERAL_PATHSPECS", "1".into()),
    ];
    if cfg!(windows) {
        // Without these no Windows program finds its own libraries or temporary folder.
        for name in ["SYSTEMROOT", "WINDIR", "TEMP", "TMP", "COMSPEC", "PATHEXT"] {
            if let Some(value) = std::env::var_os(name) {
                env.push((name, value));
            }
        }
        env.push(("USERPROFILE", blank.home.clone().into()));
    }
    env
}

/// The setting alone that keeps hooks from running.
pub(super) fn no_hooks(inner: &Inner) -> OsString {
    let mut text = OsString::from("core.hooksPath=");
    text.push(&inner.blank.hooks);
    text
}

/// Settings that win over the repository's own configuration.
pub(super) fn settings(inner: &Inner) -> Vec<OsString> {
    let blank = &inner.blank;
    let path = |key: &str, value: &std::path::Path| {
        let mut text = OsString::from(key);
        text.push("=");
        text.push(value);
        text
    };
    let mut all = vec![
        path("core.hooksPath", &blank.hooks),
        path("core.attributesFile", &blank.attributes),
        path("core.excludesFile", &blank.attributes),
    ];
    let fixed = [
        "core.fsmonitor=false",
        "core.sshCommand=ssh -oBatchMode=yes",
        "core.askPass=",
        "core.editor=:",
        "core.pager=cat",
        "core.protectHFS=true",
        "core.protectNTFS=true",
        "core.filesRefLockTimeout=5000",
        "core.packedRefsTimeout=5000",
        "core.quotePath=false",
        "credential.helper=",
        "commit.gpgSign=false",
        "tag.gpgSign=false",
        "gc.auto=0",
        "maintenance.auto=false",
        "protocol.ext.allow=never",
        "submodule.recurse=false",
        "diff.external=",
        "diff.ignoreSubmodules=all",
        "transfer.fsckObjects=true",
    ];
    all.extend(fixed.map(OsString::from));
    all
}

//! The sandbox of macOS: a profile in its own language, given to `/usr/bin/sandbox-exec`.
//!
//! It shows files under their own names only: what bubblewrap shows under another name (the one HOME of all jobs,
//! package caches in it) is not there. The last rule that fits decides, so rules go from the root to the leaves, as
//! mounts do. Apple calls the program deprecated and ships it; whoever trusts it trusts the self-test, which tries
//! the same things without it.
//!
//! Written, and never run: see `docs/PLATFORMS.md`.
#![cfg_attr(not(target_os = "macos"), allow(dead_code))] // Elsewhere only its tests use it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::mounts::{self, Step};
use super::{Mount, SandboxSpec};
use crate::HostError;
use crate::spawn::Command;

/// Named by its whole path: nothing early in `PATH` can offer its own.
pub(super) const PROGRAM: &str = "/usr/bin/sandbox-exec";

/// What every program needs, and no secret in it. `/Library` is named part by part: keychains lie beside tools.
const SYSTEM: &[&str] = &[
    "/bin",
    "/sbin",
    "/usr",
    "/System",
    "/Library/Apple",
    "/Library/Developer/CommandLineTools",
    "/Library/Frameworks",
    "/Library/Java/JavaVirtualMachines",
    "/Applications/Xcode.app/Contents/Developer",
    "/opt/homebrew",
    "/opt/local",
    "/nix/store",
    "/private/var/db/dyld",
    "/private/var/db/timezone",
    "/private/var/select",
    "/private/etc/ssl",
];

/// Single files and devices that may be read.
const SYSTEM_FILES: &[&str] = &[
    "/",
    "/dev/autofs_nowait",
    "/dev/random",
    "/dev/urandom",
    "/private/etc/hosts",
    "/private/etc/localtime",
    "/private/etc/protocols",
    "/private/etc/resolv.conf",
    "/private/etc/services",
    "/private/etc/shells",
];

/// What is asked of the system by messages: names of users, time zones, the log. Not the keychain, not the pasteboard,
/// nothing that opens another program.
const SERVICES: &[&str] = &[
    "com.apple.bsd.dirhelper",
    "com.apple.logd",
    "com.apple.system.logger",
    "com.apple.system.notification_center",
    "com.apple.system.opendirectoryd.libinfo",
    "com.apple.system.opendirectoryd.membership",
];

/// The profile as a text. `steps` are in their order, parents before children, their paths real ones: the system
/// compares what links have been resolved to.
pub(super) fn profile(steps: &[Step], ports: &[u16], network: bool) -> Result<String, HostError> {
    let mut text = String::from("(version 1)\n(deny default)\n");
    text.push_str(
        "(allow process-fork)\n(allow process-info* (target same-sandbox))\n(allow signal (target same-sandbox))\n\
         (allow sysctl-read)\n(allow ipc-posix-sem)\n(allow ipc-posix-shm)\n(allow user-preference-read)\n\
         (allow pseudo-tty)\n",
    );
    rule(&mut text, "mach-lookup", SERVICES.iter().map(|name| format!("(global-name \"{name}\")")));
    let system = SYSTEM.iter().map(|path| format!("(subpath \"{path}\")"));
    let files = SYSTEM_FILES.iter().map(|path| format!("(literal \"{path}\")"));
    rule(&mut text, "file-read*", system.clone().chain(files));
    rule(&mut text, "process-exec file-map-executable", system);
    text.push_str(
        "(allow file-read* file-write* (literal \"/dev/null\") (literal \"/dev/zero\") (literal \"/dev/tty\") (literal \"/dev/ptmx\") (regex #\"^/dev/ttys[0-9]+$\"))\n\
         (allow file-ioctl (literal \"/dev/ptmx\") (literal \"/dev/tty\") (regex #\"^/dev/ttys[0-9]+$\"))\n",
    );
    // Programs ask where they are by asking about every folder above, by name and no more.
    let mut above: Vec<&Path> =
        SYSTEM.iter().map(Path::new).flat_map(|path| path.ancestors().skip(1)).collect();
    above.extend(steps.iter().flat_map(|step| step.target().ancestors().skip(1)));
    above.sort();
    above.dedup();
    let named = above.into_iter().map(|path| Ok(format!("(literal {})", quoted(path)?)));
    let named = named.collect::<Result<Vec<_>, HostError>>()?;
    rule(&mut text, "file-read-metadata", named);
    for step in steps {
        write_step(&mut text, step)?;
    }
    if network {
        text.push_str("(allow network*)\n(allow system-socket)\n");
    } else {
        // `remote` alone: what is `local` to a connection would let every one of them out.
        for port in ports {
            let _ = writeln!(text, "(allow network-outbound (remote ip \"localhost:{port}\"))");
        }
    }
    Ok(text)
}

fn write_step(text: &mut String, step: &Step) -> Result<(), HostError> {
    let path = quoted(step.target())?;
    match step {
        Step::Show(Mount { writable: true, .. }) => {
            let _ = writeln!(
                text,
                "(allow file-read* file-write* process-exec file-map-executable (subpath {path}))"
            );
        }
        Step::Show(_) => {
            let _ = writeln!(text, "(allow file-read* process-exec file-map-executable (subpath {path}))");
            // Below something writable it is not writable all the same.
            let _ = writeln!(text, "(deny file-write* (subpath {path}))");
        }
        Step::CoverFolder(_) | Step::CoverFile(_) => {
            let _ = writeln!(
                text,
                "(deny file-read* file-write* process-exec file-map-executable (subpath {path}))"
            );
        }
    }
    Ok(())
}

fn rule(text: &mut String, operations: &str, filters: impl IntoIterator<Item = String>) {
    let _ = write!(text, "(allow {operations}");
    for filter in filters {
        let _ = write!(text, "\n  {filter}");
    }
    text.push_str(")\n");
}

/// A path as a text of that language. A quote or backslash of it stays a character; what could end the line or is no
/// text at all is refused, because nobody can say how it would be read.
fn quoted(path: &Path) -> Result<String, HostError> {
    let refuse = || HostError::Sandbox {
        cause: format!("{} has characters that no sandbox profile can hold; move it", path.display()),
    };
    let text = path.to_str().filter(|text| !text.chars().any(char::is_control)).ok_or_else(refuse)?;
    let mut quoted = String::from("\"");
    for sign in text.chars() {
        if matches!(sign, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(sign);
    }
    quoted.push('"');
    Ok(quoted)
}

/// The steps of a spec under real names; what would be shown under another name is left out.
fn real_steps(spec: &SandboxSpec) -> Vec<Step> {
    let real = |path: PathBuf| std::fs::canonicalize(&path).unwrap_or(path);
    let mut own = spec.clone();
    own.home_inside = None;
    own.mounts.clear();
    let steps = mounts::steps(&own).into_iter().map(|step| match step {
        Step::Show(Mount { source, target, writable }) => {
            Step::Show(Mount { source: real(source), target: real(target), writable })
        }
        Step::CoverFolder(path) => Step::CoverFolder(real(path)),
        Step::CoverFile(path) => Step::CoverFile(real(path)),
    });
    let mut steps: Vec<Step> = steps.collect();
    steps.sort_by_key(|step| step.target().components().count());
    steps
}

/// The command as the system's program starts it. Its own folder for temporary files is in HOME: the machine's is
/// everybody's.
pub(super) fn confine(spec: &SandboxSpec, mut command: Command) -> Result<Command, HostError> {
    let scratch = spec.home.join(".tmp");
    crate::paths::private_folder(&scratch).map_err(HostError::file("create", &scratch))?;
    let profile = profile(&real_steps(spec), &spec.ports, spec.network)?;
    // Later entries win, and the command's own come after what the spec says.
    command.env.insert(0, ("TMPDIR".into(), scratch.into_os_string()));
    let mut argv = vec![PROGRAM.into(), "-p".into(), profile.into(), "--".into()];
    argv.append(&mut command.argv);
    command.argv = argv;
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(path: &str, writable: bool) -> Step {
        Step::Show(Mount { source: path.into(), target: path.into(), writable })
    }

    #[test]
    fn nothing_is_allowed_that_is_not_named() {
        let text = profile(&[show("/Users/me/jobs/1", true)], &[], false).unwrap();
        assert!(text.starts_with("(version 1)\n(deny default)\n"), "{text}");
        assert!(!text.contains("network") && !text.contains("system-socket"), "{text}");
        assert!(text.contains(
            "(allow file-read* file-write* process-exec file-map-executable (subpath \"/Users/me/jobs/1\"))"
        ));
        for secret in [
            "/Library/Keychains",
            "/private/etc/master.passwd",
            "(subpath \"/\")",
            "(subpath \"/Users\")",
            "(subpath \"/Library\")",
            "(subpath \"/private/etc\")",
            "(subpath \"/private/tmp\")",
            "com.apple.securityd",
            "com.apple.SecurityServer",
            "(allow default)",
            "(allow mach-lookup)\n",
            "(allow process-exec)\n",
        ] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        // The folders above a job are known by name and not opened.
        assert!(text.contains("(literal \"/Users/me\")"), "{text}");
        let reads: Vec<_> = text.lines().filter(|line| line.contains("\"/Users/me\"")).collect();
        assert_eq!(reads.len(), 1, "{reads:?}");
    }

    #[test]
    fn the_deeper_rule_comes_later_because_the_last_one_decides() {
        let steps = [
            show("/w", true),
            Step::CoverFolder("/w/secret".into()),
            show("/w/secret/jobs/1", true),
            show("/w/tools/ro", false),
        ];
        let text = profile(&steps, &[], false).unwrap();
        let at = |needle: &str| text.find(needle).unwrap_or_else(|| panic!("{needle} in {text}"));
        assert!(
            at("(subpath \"/w\")")
                < at(
                    "(deny file-read* file-write* process-exec file-map-executable (subpath \"/w/secret\"))"
                )
        );
        assert!(at("(subpath \"/w/secret\"))") < at("(subpath \"/w/secret/jobs/1\")"));
        assert!(at("(subpath \"/w\")") < at("(deny file-write* (subpath \"/w/tools/ro\"))"));
    }

    #[test]
    fn only_the_ports_of_its_doors_are_reached_on_this_machine() {
        let text = profile(&[], &[3128, 40_001], false).unwrap();
        assert!(text.contains("(allow network-outbound (remote ip \"localhost:3128\"))"), "{text}");
        assert!(text.contains("\"localhost:40001\""), "{text}");
        assert_eq!(text.matches("network").count(), 2, "{text}");
        assert!(!text.contains("(local ip") && !text.contains("localhost:*"), "{text}");
        assert!(profile(&[], &[], true).unwrap().contains("(allow network*)"));
    }

    #[test]
    fn no_path_can_write_a_rule_of_its_own() {
        let hostile = "/w/a\")) (allow default) ; \\\" (\"";
        let text = profile(&[show(hostile, true)], &[], false).unwrap();
        assert!(text.contains("\"/w/a\\\")) (allow default) ; \\\\\\\" (\\\"\""), "{text}");
        // Read as the language reads it: outside of quoted texts there is no such rule.
        assert!(!bare(&text).contains("default) ;") && bare(&text).matches("(allow default").count() == 0);
        assert_eq!(bare(&text).matches('(').count(), bare(&text).matches(')').count());
        for refused in ["/w/a\nb", "/w/a\rb", "/w/\0", "/w/\u{7f}", "/w/\u{85}"] {
            let error = profile(&[show(refused, true)], &[], false).unwrap_err();
            assert!(error.to_string().contains("no sandbox profile can hold"), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_no_text_is_refused() {
        use std::os::unix::ffi::OsStrExt as _;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"/w/\xff"));
        let step = Step::Show(Mount { source: path.into(), target: path.into(), writable: true });
        assert!(profile(&[step], &[], false).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_command_is_started_by_the_systems_program_on_real_paths_and_under_no_other_name() {
        let temp = tempfile::tempdir().unwrap();
        let root = std::fs::canonicalize(temp.path()).unwrap();
        for folder in ["real", "home"] {
            std::fs::create_dir(root.join(folder)).unwrap();
        }
        std::os::unix::fs::symlink(root.join("real"), root.join("link")).unwrap();
        let mut spec = SandboxSpec::new(root.join("link"), root.join("home"));
        spec.home_inside = Some("/home/pilothouse".into());
        spec.mounts.push(Mount {
            source: "/etc".into(),
            target: "/home/pilothouse/.cache".into(),
            writable: false,
        });
        let confined = confine(&spec, Command::new(["sh", "-c", "true"]).env("TMPDIR", "/own")).unwrap();
        let argv: Vec<_> = confined.argv.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        assert_eq!((argv[0].as_str(), argv[1].as_str(), argv[3].as_str()), (PROGRAM, "-p", "--"));
        assert_eq!(argv[4..], ["sh", "-c", "true"]);
        let profile = &argv[2];
        assert!(profile.contains(&format!("(subpath \"{}\")", root.join("real").display())), "{profile}");
        assert!(!profile.contains("pilothouse\"") && !profile.contains("(subpath \"/etc\")"), "{profile}");
        assert_eq!(confined.env.last().unwrap().1, "/own");
        assert!(root.join("home/.tmp").is_dir());
    }

    /// Without what stands in quotes.
    fn bare(profile: &str) -> String {
        let (mut out, mut inside, mut escaped) = (String::new(), false, false);
        for sign in profile.chars() {
            match (inside, escaped, sign) {
                (true, true, _) => escaped = false,
                (true, false, '\\') => escaped = true,
                (_, _, '"') => inside = !inside,
                (false, _, sign) => out.push(sign),
                (true, ..) => {}
            }
        }
        out
    }
}

//! Where a layer works: on the platform, in the sandbox and beside the tools it was made with.

use crate::sandbox::Sandbox;
use crate::toolchains::Toolchains;
use protocol::job::LayersFor;

/// What layers of this machine are made for. Looks at files.
pub fn made_for(sandbox: &Sandbox, toolchains: &Toolchains) -> LayersFor {
    let platform = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let (system, tools) = match sandbox.tools() {
        // An image is a system of its own.
        Some(image) => (String::new(), vec![format!("image {image}")]),
        None => (system(), toolchains.identities()),
    };
    let platform = format!("{platform} {system}").trim_end().to_owned();
    LayersFor { platform, sandbox: sandbox.backend().to_owned(), tools }
}

/// Why what was made for one is of no use for the other; none where it works. Tools that are only here do no harm.
pub fn difference(made_for: &LayersFor, here: &LayersFor) -> Option<String> {
    if made_for.platform != here.platform {
        return Some(format!("it was made for {}, and this machine is {}", made_for.platform, here.platform));
    }
    if made_for.sandbox != here.sandbox {
        let (theirs, ours) = (&made_for.sandbox, &here.sandbox);
        return Some(format!("it was made in the sandbox {theirs}, and jobs run in {ours} here"));
    }
    let missing = made_for.tools.iter().find(|tool| !here.tools.contains(tool))?;
    let name = missing.split(' ').next().unwrap_or_default();
    let own = here.tools.iter().find(|tool| tool.split(' ').next() == Some(name));
    let own = own.map_or_else(|| format!("no {name}"), |own| format!("{own:?}"));
    Some(format!("it was made with {missing:?}, and this machine has {own}"))
}

/// The distribution, whose libraries what was compiled stands on.
#[cfg(target_os = "linux")]
fn system() -> String {
    let text =
        ["/etc/os-release", "/usr/lib/os-release"].iter().find_map(|path| std::fs::read_to_string(path).ok());
    distribution(&text.unwrap_or_default())
}

#[cfg(not(target_os = "linux"))]
fn system() -> String {
    String::new()
}

#[cfg(any(target_os = "linux", test))]
fn distribution(text: &str) -> String {
    let of = |wanted: &str| {
        let value = text.lines().find_map(|line| line.strip_prefix(wanted)?.strip_prefix('='));
        value.map(|value| value.trim().trim_matches(['"', '\'']).chars().take(40).collect::<String>())
    };
    [of("ID"), of("VERSION_ID")].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(platform: &str, sandbox: &str, tools: &[&str]) -> LayersFor {
        let tools = tools.iter().map(|tool| (*tool).to_owned()).collect();
        LayersFor { platform: platform.to_owned(), sandbox: sandbox.to_owned(), tools }
    }

    #[test]
    fn a_layer_works_where_everything_it_was_made_for_is() {
        let made = some("linux x86_64 debian 12", "bwrap", &["node /usr/bin/node 9 ab"]);
        let fine =
            some("linux x86_64 debian 12", "bwrap", &["go /usr/bin/go 7 ef", "node /usr/bin/node 9 ab"]);
        assert_eq!(difference(&made, &made), None);
        assert_eq!(difference(&made, &fine), None, "what is only here does no harm");
        for (other, word) in [
            (some("macos aarch64", "bwrap", &["node /usr/bin/node 9 ab"]), "this machine is macos aarch64"),
            (some("linux x86_64 debian 13", "bwrap", &["node /usr/bin/node 9 ab"]), "debian 13"),
            (some("linux x86_64 debian 12", "container", &["node /usr/bin/node 9 ab"]), "container"),
            (some("linux x86_64 debian 12", "bwrap", &["node /usr/bin/node 9 cd"]), "9 cd"),
            (some("linux x86_64 debian 12", "bwrap", &[]), "has no node"),
        ] {
            let why = difference(&made, &other).unwrap_or_default();
            assert!(why.contains(word), "{why}");
        }
        let (one, two) = (
            some("linux x86_64", "container", &["image a"]),
            some("linux x86_64", "container", &["image b"]),
        );
        assert!(difference(&one, &two).is_some_and(|why| why.contains("image b")));
    }

    #[test]
    fn a_distribution_is_its_name_and_version() {
        assert_eq!(distribution("NAME=\"X\"\nID=debian\nVERSION_ID=\"12\"\nID_LIKE=y\n"), "debian 12");
        assert_eq!(distribution("ID=arch\n"), "arch");
        assert_eq!(distribution(""), "");
    }

    #[test]
    fn this_machine_is_as_itself() {
        let tools = Toolchains::default();
        let here = made_for(&Sandbox::Host, &tools);
        assert!(here.platform.starts_with(std::env::consts::OS) && here.sandbox == "host", "{here:?}");
        assert_eq!(difference(&here, &made_for(&Sandbox::Host, &tools)), None);
    }
}

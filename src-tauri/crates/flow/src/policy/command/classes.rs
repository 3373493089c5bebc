//! The table: which program with which first words is of which class.

use super::{name, paths};
use protocol::command::CommandClass::{self, Build, Delete, Install, Network, Other, Publish, Read};

/// Look, and change nothing.
const READ: &[&str] = &[
    "ls",
    "cat",
    "head",
    "tail",
    "less",
    "more",
    "grep",
    "egrep",
    "fgrep",
    "rg",
    "ag",
    "fd",
    "tree",
    "wc",
    "sort",
    "uniq",
    "cut",
    "tr",
    "diff",
    "cmp",
    "comm",
    "stat",
    "file",
    "du",
    "df",
    "pwd",
    "echo",
    "printf",
    "which",
    "type",
    "whoami",
    "id",
    "date",
    "printenv",
    "uname",
    "basename",
    "dirname",
    "realpath",
    "readlink",
    "test",
    "[",
    "true",
    "false",
    ":",
    "cd",
    "set",
    "jq",
    "yq",
    "xxd",
    "od",
    "hexdump",
    "strings",
    "nl",
    "column",
    "md5sum",
    "sha1sum",
    "sha256sum",
    "seq",
    "sleep",
    "ps",
    "tac",
    "rev",
    "fold",
    "expr",
    "getconf",
    "nproc",
    "hostname",
    "env",
    "ldd",
    "nm",
    "objdump",
];
/// Build, test or format.
const BUILD: &[&str] = &[
    "make",
    "gmake",
    "cmake",
    "ctest",
    "ninja",
    "meson",
    "bazel",
    "buck2",
    "just",
    "tsc",
    "eslint",
    "oxlint",
    "biome",
    "prettier",
    "jest",
    "vitest",
    "mocha",
    "pytest",
    "py.test",
    "tox",
    "nox",
    "ruff",
    "mypy",
    "pyright",
    "black",
    "isort",
    "flake8",
    "pylint",
    "gofmt",
    "golangci-lint",
    "rustfmt",
    "rustc",
    "gcc",
    "g++",
    "cc",
    "c++",
    "clang",
    "clang++",
    "ld",
    "ar",
    "javac",
    "kotlinc",
    "mvn",
    "mvnw",
    "gradle",
    "gradlew",
    "ant",
    "sbt",
    "rake",
    "rspec",
    "rubocop",
    "phpunit",
    "swiftc",
    "ghc",
    "stack",
    "cabal",
    "mix",
    "rebar3",
    "zig",
    "nim",
    "dart",
    "flutter",
    "vite",
    "webpack",
    "rollup",
    "esbuild",
    "turbo",
    "nx",
    "npx",
    "cargo-nextest",
    "shellcheck",
    "hadolint",
    "protoc",
    "autoconf",
    "automake",
];
const NETWORK: &[&str] = &[
    "curl",
    "wget",
    "http",
    "https",
    "xh",
    "ssh",
    "scp",
    "sftp",
    "rsync",
    "nc",
    "ncat",
    "netcat",
    "socat",
    "telnet",
    "ftp",
    "lftp",
    "ping",
    "dig",
    "nslookup",
    "host",
    "traceroute",
    "aria2c",
    "docker",
    "podman",
    "openssl",
    "whois",
    "nmap",
];
/// Act elsewhere in somebody's name.
const PUBLISH: &[&str] = &[
    "twine",
    "aws",
    "gcloud",
    "gsutil",
    "az",
    "kubectl",
    "helm",
    "terraform",
    "tofu",
    "pulumi",
    "ansible",
    "ansible-playbook",
    "flyctl",
    "fly",
    "vercel",
    "netlify",
    "heroku",
    "wrangler",
    "firebase",
    "mail",
    "sendmail",
    "mutt",
    "gh",
    "glab",
    "hub",
];
/// Change the machine, whatever they are given.
const DELETE: &[&str] = &[
    "su",
    "mkfs",
    "fdisk",
    "parted",
    "mount",
    "umount",
    "shutdown",
    "reboot",
    "halt",
    "poweroff",
    "killall",
    "pkill",
    "systemctl",
    "service",
    "launchctl",
    "crontab",
    "useradd",
    "userdel",
    "usermod",
    "passwd",
    "visudo",
    "iptables",
    "nft",
    "insmod",
    "modprobe",
    "chroot",
    "nsenter",
    "unshare",
    "reg",
    "sc",
    "schtasks",
    "diskpart",
];
/// Write or remove the paths they are given.
const TOUCH: &[&str] = &[
    "rm", "rmdir", "mv", "cp", "ln", "chmod", "chown", "chgrp", "tee", "truncate", "shred", "dd", "install",
    "mkdir", "touch", "unlink", "sed", "perl", "patch", "tar", "unzip", "zip", "gzip", "gunzip", "find",
    "split", "del", "erase", "copy", "move", "xcopy", "robocopy",
];
/// System packages.
const PACKAGES: &[&str] = &[
    "apt",
    "apt-get",
    "aptitude",
    "dpkg",
    "apk",
    "dnf",
    "yum",
    "rpm",
    "pacman",
    "zypper",
    "brew",
    "port",
    "snap",
    "flatpak",
    "choco",
    "winget",
    "scoop",
    "nix-env",
    "emerge",
    "pipx",
    "conda",
    "mamba",
    "micromamba",
    "luarocks",
    "cpan",
    "cpanm",
    "rustup",
    "nvm",
    "pyenv",
    "asdf",
    "mise",
];

/// What one program with its words is about.
pub(super) fn of(argv: &[String], cwd: &str) -> Vec<CommandClass> {
    let Some(program) = argv.first().map(|word| name(word)) else { return Vec::new() };
    let program = program.as_str();
    // Whoever only asks what it is does nothing else.
    if let [_, only] = argv
        && matches!(only.as_str(), "--version" | "-V" | "--help" | "-h" | "version" | "help")
    {
        return vec![Read];
    }
    // Words that are no flags: what to do, and with what.
    let words = from_verb(program, argv);
    let plain: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    let (first, second) = (plain.first().copied().unwrap_or_default(), plain.get(1).copied());
    let flag = |names: &[&str]| argv[1..].iter().any(|word| names.contains(&word.as_str()));
    if let Some(class) = tool(program, first, second, &plain, &flag) {
        return vec![class];
    }
    if TOUCH.contains(&program) {
        let outside = argv[1..].iter().any(|word| {
            let path = word.rsplit_once('=').map_or(word.as_str(), |(_, path)| path);
            paths::is_outside(path, cwd)
        });
        return vec![match program {
            "sed" if !argv[1..].iter().any(|w| w.starts_with("-i") || w.starts_with("--in-place")) => Read,
            "find" if !flag(&["-delete", "-exec", "-execdir", "-ok", "-fprint", "-fprintf"]) => Read,
            // What `find` runs is judged by itself.
            "find" if !flag(&["-delete", "-fprint", "-fprintf"]) => Read,
            "tar" if flag(&["-t", "-tf", "-tvf", "tf", "tvf"]) => Read,
            _ if outside => Delete,
            _ => Other,
        }];
    }
    let lists: [(&[&str], CommandClass); 6] = [
        (READ, Read),
        (BUILD, Build),
        (NETWORK, Network),
        (PUBLISH, Publish),
        (DELETE, Delete),
        (PACKAGES, Install),
    ];
    let found = lists.iter().find(|(names, _)| names.contains(&program)).map(|(_, class)| *class);
    vec![found.unwrap_or_else(|| if program.starts_with("mkfs") { Delete } else { Other })]
}

/// Programs whose first word decides.
fn tool(
    program: &str,
    first: &str,
    second: Option<&str>,
    plain: &[&str],
    flag: &dyn Fn(&[&str]) -> bool,
) -> Option<CommandClass> {
    let names_more = plain.len() > 1;
    Some(match program {
        "git" => match first {
            "push" | "send-email" | "request-pull" => Publish,
            "clone" | "fetch" | "pull" | "ls-remote" | "submodule" => Network,
            "status" | "log" | "diff" | "show" | "blame" | "ls-files" | "ls-tree" | "rev-parse"
            | "describe" | "grep" | "shortlog" | "cat-file" | "reflog" | "rev-list" | "merge-base"
            | "name-rev" | "whatchanged" | "remote" => Read,
            "branch" | "tag" | "stash" if !names_more && !flag(&["-D", "-d", "--delete"]) => Read,
            _ => Other,
        },
        "cargo" => match first {
            "add" | "install" | "binstall" => Install,
            "publish" | "login" | "logout" | "yank" | "owner" => Publish,
            "search" | "info" => Network,
            "tree" | "metadata" | "locate-project" | "pkgid" | "version" => Read,
            "new" | "init" | "remove" | "rm" => Other,
            _ => Build,
        },
        "npm" | "pnpm" | "yarn" | "bun" => match first {
            "publish" | "login" | "adduser" | "logout" | "deprecate" | "unpublish" | "owner" | "access"
            | "token" => Publish,
            "add" | "create" | "dlx" | "link" => Install,
            "install" | "i" if names_more || flag(&["-g", "--global"]) => Install,
            "view" | "info" | "search" | "outdated" | "audit" => Network,
            "ls" | "list" | "why" | "root" | "prefix" | "bin" => Read,
            _ => Build,
        },
        "pip" | "pip3" => pip(first, names_more, flag),
        "python" | "python3" | "py" if flag(&["-m"]) => match (first, second) {
            ("pip", Some(verb)) => pip(verb, plain.len() > 2, flag),
            (
                "pytest" | "unittest" | "tox" | "mypy" | "ruff" | "black" | "build" | "compileall" | "venv"
                | "doctest",
                _,
            ) => Build,
            ("http.server" | "smtplib" | "ftplib", _) => Network,
            _ => Other,
        },
        "uv" => match (first, second) {
            ("add", _) | ("tool", Some("install")) | ("python", Some("install")) => Install,
            ("pip", Some(verb)) => pip(verb, plain.len() > 2, flag),
            ("publish", _) => Publish,
            _ => Build,
        },
        "poetry" | "pdm" | "hatch" => match first {
            "add" => Install,
            "publish" => Publish,
            _ => Build,
        },
        "go" => match (first, second) {
            ("get" | "install", _) => Install,
            ("list" | "env" | "doc" | "version", _) => Read,
            _ => Build,
        },
        "gem" | "bundle" | "bundler" => match first {
            "add" => Install,
            "install" if program == "gem" => Install,
            "push" | "yank" | "signin" | "release" => Publish,
            _ => Build,
        },
        "composer" => match first {
            "require" | "global" => Install,
            _ => Build,
        },
        "dotnet" => match (first, second) {
            ("add" | "tool", _) => Install,
            ("nuget", Some("push")) => Publish,
            _ => Build,
        },
        "mvn" | "mvnw"
            if plain.iter().any(|word| word.starts_with("deploy") || word.starts_with("release")) =>
        {
            Publish
        }
        "gradle" | "gradlew" if plain.iter().any(|word| word.starts_with("publish")) => Publish,
        "docker" | "podman" if matches!(first, "push" | "login") => Publish,
        "gh" | "glab" if matches!(second, Some("view" | "list" | "status" | "diff" | "checks")) => Network,
        "swift" | "stack" | "cabal" if matches!(first, "build" | "test" | "run") => Build,
        "kill" => Other,
        _ => return None,
    })
}

/// The words from the one on that says what to do: `git -C folder push` is `push`, `cargo +nightly test` is `test`.
pub(super) fn from_verb<'a>(program: &str, argv: &'a [String]) -> &'a [String] {
    let own: &[&str] = match program {
        "git" => &["-C", "-c", "--git-dir", "--work-tree", "--namespace"],
        "npm" | "pnpm" | "yarn" | "bun" => {
            &["-C", "--prefix", "--dir", "--cwd", "--filter", "-F", "-w", "--workspace"]
        }
        "cargo" => &["-C", "-Z", "--config", "--color"],
        "uv" | "poetry" => &["--directory", "--project", "-C", "-P"],
        _ => return argv.get(1..).unwrap_or_default(),
    };
    let mut at = 1;
    while let Some(word) = argv.get(at) {
        match () {
            () if own.contains(&word.as_str()) => at += 2,
            () if word.starts_with(['-', '+']) => at += 1,
            () => break,
        }
    }
    // Flags before the verb that say more, as `npm -g install` does, are looked at in the whole.
    argv.get(at..).unwrap_or_default()
}

/// What a list of the repository names is fetched as part of a build; a package named here is added.
fn pip(verb: &str, names_more: bool, flag: &dyn Fn(&[&str]) -> bool) -> CommandClass {
    match verb {
        "install" if flag(&["-r", "--requirement", "-e", "--editable"]) => Build,
        "install" | "download" if names_more => Install,
        "list" | "show" | "freeze" | "check" => Read,
        _ => Other,
    }
}

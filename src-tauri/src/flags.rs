//! What may be said on the command line: the flags of `pilothouse serve` that make sense for a window.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use server::{Options, SandboxChoice};

use crate::deep_link;
use crate::memory::OnClose;

#[derive(Debug, Clone, Parser)]
#[command(name = "pilothouse-desktop", version, about = "Opens Pilothouse in a window")]
pub struct Flags {
    /// Repositories to open, and links such as pilothouse://session/dev
    #[arg(value_name = "PATH OR LINK")]
    what: Vec<OsString>,
    /// A repository to open; may be given several times
    #[arg(long, value_name = "PATH")]
    repo: Vec<PathBuf>,
    /// Data folder
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Port on loopback; 0 picks a free one
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Worker processes
    #[arg(long, value_name = "N")]
    workers: Option<usize>,
    /// Accept the repositories' own checks and recipes without asking
    #[arg(long)]
    pub trust: bool,
    /// What confines a model's commands and repository code [built in: auto]
    #[arg(long, value_enum)]
    sandbox: Option<Sandbox>,
    /// What closing the window means; `keep` goes on serving, and starting Pilothouse again brings the window back
    #[arg(long, value_enum, value_name = "WHAT", env = "PILOTHOUSE_ON_CLOSE", default_value = "ask")]
    pub on_close: OnClose,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Sandbox {
    Auto,
    Container,
    Bwrap,
    Seatbelt,
    JobObject,
    Host,
}

impl Flags {
    /// How the server is to be started.
    pub fn options(&self) -> Options {
        Options {
            data: self.data.clone(),
            port: self.port,
            repos: self.repositories(),
            trust: self.trust,
            workers: self.workers,
            sandbox: self.sandbox.map(|sandbox| match sandbox {
                Sandbox::Auto => SandboxChoice::Auto,
                Sandbox::Container => SandboxChoice::Container,
                Sandbox::Bwrap => SandboxChoice::Bwrap,
                Sandbox::Seatbelt => SandboxChoice::Seatbelt,
                Sandbox::JobObject => SandboxChoice::JobObject,
                Sandbox::Host => SandboxChoice::Host,
            }),
            ..Options::default()
        }
    }

    /// The repositories that were named.
    pub fn repositories(&self) -> Vec<PathBuf> {
        let paths = self.what.iter().filter(|word| link(word).is_none()).map(PathBuf::from);
        self.repo.iter().cloned().chain(paths).collect()
    }

    /// The link that was named; of several the last.
    pub fn link(&self) -> Option<&str> {
        self.what.iter().rev().find_map(|word| link(word))
    }

    /// The data folder that is meant, by these flags or else by what is configured; nothing is created. None
    /// when that cannot be read: the start then says why.
    pub fn data_root(&self) -> Option<PathBuf> {
        self.options().data_folder().ok()
    }
}

fn link(word: &OsString) -> Option<&str> {
    word.to_str().filter(|word| deep_link::is_link(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_of_serve_reach_the_server() {
        let words = [
            "pilothouse-desktop",
            "--repo",
            "/a",
            "--repo=/b",
            "--port",
            "0",
            "--sandbox",
            "host",
            "--trust",
        ];
        let options = Flags::try_parse_from(words).unwrap().options();
        assert_eq!(options.repos, [PathBuf::from("/a"), PathBuf::from("/b")]);
        assert_eq!((options.port, options.trust), (Some(0), true));
        assert_eq!(options.sandbox, Some(SandboxChoice::Host));
    }

    #[test]
    fn paths_and_links_are_told_apart_whatever_letters_they_have() {
        let words =
            ["pilothouse-desktop", "/a/my repo ä", "pilothouse://job/j-1", "--repo", "/b", "-", "x:y"];
        let flags = Flags::try_parse_from(words).unwrap();
        assert_eq!(flags.repositories(), ["/b", "/a/my repo ä", "-", "x:y"].map(PathBuf::from));
        assert_eq!(flags.link(), Some("pilothouse://job/j-1"));
        assert_eq!(Flags::try_parse_from(["pilothouse-desktop"]).unwrap().link(), None);
    }

    #[test]
    fn an_unknown_flag_is_refused() {
        assert!(Flags::try_parse_from(["pilothouse-desktop", "--host", "0.0.0.0"]).is_err());
    }
}

//! One git call being put together. Flags are `&'static str`, so they come from this program's text; what
//! comes from outside goes through `value`, which refuses anything git could read as an option.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::as_user::AsUser;
use super::run::{self, GitOutput};
use super::{Git, harden};
use crate::{RepoError, Result};

/// What to do when a call prints more than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// The call is ended and is an error.
    Fail,
    /// The call is ended, what came is kept, and `truncated` is set.
    Truncate,
}

#[derive(Debug)]
pub(super) enum Input {
    Nothing,
    Bytes(Vec<u8>),
    File(File),
}

/// See the module text. Built by `Git::call` and `Git::in_dir`, finished by `run` or `success`.
#[derive(Debug)]
#[must_use = "a call does nothing until it is run"]
pub struct GitCall<'g> {
    git: &'g Git,
    git_dir: Option<PathBuf>,
    work_tree: Option<PathBuf>,
    settings: Vec<&'static str>,
    args: Vec<OsString>,
    env: Vec<(&'static str, OsString)>,
    options_ended: bool,
    /// Set: the user's own git, see `as_user`.
    pub(super) as_user: Option<AsUser>,
    refused: Option<String>,
    pub(super) input: Input,
    pub(super) output: Option<File>,
    pub(super) timeout: Duration,
    pub(super) cap: usize,
    pub(super) overflow: Overflow,
}

impl<'g> GitCall<'g> {
    pub(super) fn new(git: &'g Git) -> Self {
        Self {
            git,
            git_dir: None,
            work_tree: None,
            settings: Vec::new(),
            args: Vec::new(),
            env: Vec::new(),
            options_ended: false,
            as_user: None,
            refused: None,
            input: Input::Nothing,
            output: None,
            timeout: Duration::from_secs(60),
            cap: 32 << 20,
            overflow: Overflow::Fail,
        }
    }

    pub fn git_dir(mut self, dir: &Path) -> Self {
        self.git_dir = Some(dir.to_owned());
        self
    }

    pub fn work_tree(mut self, dir: &Path) -> Self {
        self.work_tree = Some(dir.to_owned());
        self
    }

    /// A setting of ours for this call, as `key=value`.
    pub fn setting(mut self, setting: &'static str) -> Self {
        self.settings.push(setting);
        self
    }

    pub fn flags(mut self, flags: &[&'static str]) -> Self {
        self.options_ended |= flags.iter().any(|flag| *flag == "--" || *flag == "--end-of-options");
        self.args.extend(flags.iter().map(OsString::from));
        self
    }

    /// `flag` and a number in one argument, such as `--max-count=` and 20.
    pub fn number(mut self, flag: &'static str, number: u64) -> Self {
        self.args.push(format!("{flag}{number}").into());
        self
    }

    /// `flag` and a value in one argument, such as `--merge-base=` and an object id.
    pub fn joined(mut self, flag: &'static str, value: impl AsRef<OsStr>) -> Self {
        let mut text = OsString::from(flag);
        text.push(value.as_ref());
        self.args.push(text);
        self
    }

    /// An argument that came from outside. One that starts with a dash is refused unless the options were
    /// ended before it.
    pub fn value(mut self, value: impl AsRef<OsStr>) -> Self {
        let value = value.as_ref();
        if !self.options_ended && value.as_encoded_bytes().first() == Some(&b'-') {
            self.refused = Some(value.to_string_lossy().into_owned());
        }
        self.args.push(value.to_owned());
        self
    }

    pub fn env(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = Input::Bytes(bytes.into());
        self
    }

    pub fn input_file(mut self, file: File) -> Self {
        self.input = Input::File(file);
        self
    }

    /// Sends what git prints into a file; the cap on output does not count then.
    pub fn output_file(mut self, file: File) -> Self {
        self.output = Some(file);
        self
    }

    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// At most this many bytes of output.
    pub fn cap(mut self, bytes: usize, overflow: Overflow) -> Self {
        self.cap = bytes;
        self.overflow = overflow;
        self
    }

    /// Runs it; a status other than 0 is an answer here, not an error.
    pub fn run(self) -> Result<GitOutput> {
        run::run(self)
    }

    /// Runs it; a status other than 0 is an error with what git said.
    pub fn success(self) -> Result<GitOutput> {
        let name = self.name();
        let answer = self.run()?;
        if answer.status == 0 || answer.truncated { Ok(answer) } else { Err(answer.failure(&name)) }
    }

    /// The sub-command, for messages and logs.
    pub(super) fn name(&self) -> String {
        self.args.first().map_or_else(String::new, |arg| arg.to_string_lossy().into_owned())
    }

    pub(super) fn program(&self) -> &Path {
        self.git.program()
    }

    /// The folder a call starts in: never one that somebody else can fill.
    pub(super) fn start_dir(&self) -> &Path {
        if let Some(user) = &self.as_user {
            return &user.folder;
        }
        &self.git.inner.blank.home
    }

    /// The whole command line after the program.
    pub fn argv(&self) -> Result<Vec<OsString>> {
        if let Some(name) = &self.refused {
            return Err(RepoError::BadRef { name: name.clone(), reason: "it looks like an option".into() });
        }
        let mut argv = vec![OsString::from("--no-pager")];
        let own = self.settings.iter().map(OsString::from);
        let hardened = match &self.as_user {
            None => harden::settings(&self.git.inner),
            Some(user) if user.hooks => Vec::new(),
            Some(_) => vec![harden::no_hooks(&self.git.inner)],
        };
        for setting in hardened.into_iter().chain(own) {
            argv.push("-c".into());
            argv.push(setting);
        }
        for (flag, dir) in [("--git-dir=", &self.git_dir), ("--work-tree=", &self.work_tree)] {
            if let Some(dir) = dir {
                let mut text = OsString::from(flag);
                text.push(dir);
                argv.push(text);
            }
        }
        argv.extend(self.args.iter().cloned());
        Ok(argv)
    }

    /// The whole environment; later entries win.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        let mut env = harden::environment(&self.git.inner);
        env.extend(self.env.iter().cloned());
        env
    }

    /// What the process is really given: the user's own for a call as the user.
    pub(super) fn given_environment(&self) -> Vec<(OsString, OsString)> {
        let own = self.env.iter().map(|(name, value)| (OsString::from(name), value.clone()));
        match &self.as_user {
            Some(user) => user.environment.iter().cloned().chain(own).collect(),
            None => self.environment().into_iter().map(|(name, value)| (name.into(), value)).collect(),
        }
    }
}

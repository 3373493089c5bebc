//! What a command is about: which programs its words name, and what those do.
//!
//! Judged by words alone, for questions worth asking and rules worth keeping. It is no boundary: a program can do what
//! its name does not tell. What confines a command is the sandbox, and what it reaches is asked about host by host.

mod classes;
mod paths;
mod programs;
mod shell;

use protocol::RiskLevel;
use protocol::command::CommandClass;
use std::collections::BTreeSet;

/// Wrappers inside wrappers are followed this far.
const DEPTH: u32 = 5;

/// A command as its words tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// What it is about; never empty.
    pub classes: BTreeSet<CommandClass>,
    /// Every program with its words, wrappers and what they wrap among them.
    pub(super) parts: Vec<Part>,
    /// Whether the words tell all that would run.
    pub certain: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub argv: Vec<String>,
    /// It only runs other parts, or changes nothing but the place.
    pub idle: bool,
    /// Variables are set for it, or its output goes to a file outside.
    pub dressed: bool,
}

/// Reads one command. `cwd` is the folder it runs in, which counts as inside.
pub fn reading(argv: &[String], cwd: &str) -> Reading {
    let mut reading = Reading { certain: true, ..Reading::default() };
    reading.simple(argv, cwd, false, 0);
    if !reading.certain || reading.classes.is_empty() {
        reading.classes.insert(CommandClass::Other);
    }
    reading
}

/// How risky it is to let it run.
pub fn risk(reading: &Reading, confined: bool) -> RiskLevel {
    match reading.classes.last() {
        _ if !confined => RiskLevel::High,
        Some(CommandClass::Delete | CommandClass::Publish) => RiskLevel::High,
        Some(CommandClass::Install | CommandClass::Network) => RiskLevel::Medium,
        _ => RiskLevel::Low,
    }
}

/// What runs text it is given.
pub(super) fn is_shell(program: &str) -> bool {
    matches!(name(program).as_str(), "sh" | "bash" | "zsh" | "dash" | "ash" | "ksh" | "fish")
}

/// `/usr/bin/Rm.exe` is `rm`.
pub(super) fn name(program: &str) -> String {
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program).to_lowercase();
    name.strip_suffix(".exe").map(str::to_owned).unwrap_or(name)
}

/// The words of a command from the one on that says what to do.
pub(super) fn from_verb(argv: &[String]) -> &[String] {
    argv.first().map_or(&[], |program| classes::from_verb(&name(program), argv))
}

impl Reading {
    fn text(&mut self, text: &str, cwd: &str, depth: u32) {
        let line = shell::read(text);
        self.certain &= line.certain;
        for one in line.commands {
            let outside = one.writes.iter().any(|file| paths::is_outside(file, cwd));
            if outside {
                self.classes.insert(CommandClass::Delete);
            } else if !one.writes.iter().all(|file| paths::is_nothing(file)) {
                self.classes.insert(CommandClass::Other);
            }
            if !one.words.is_empty() {
                self.simple(&one.words, cwd, one.assigns || outside, depth);
            }
        }
    }

    fn simple(&mut self, argv: &[String], cwd: &str, dressed: bool, depth: u32) {
        let Some(program) = argv.first() else { return };
        let mut part = Part { argv: argv.to_vec(), idle: false, dressed };
        if depth > DEPTH {
            self.certain = false;
            self.parts.push(part);
            return;
        }
        if is_shell(program)
            && let Some(at) = argv.iter().position(|word| is_command_flag(word))
        {
            part.idle = true;
            self.parts.push(part);
            match argv.get(at + 1) {
                Some(text) => self.text(text, cwd, depth + 1),
                None => self.certain = false,
            }
            return;
        }
        if let Some(wrapped) = programs::wrapped(argv) {
            self.classes.extend(programs::wrapper_class(program));
            part.idle = true;
            part.dressed |= wrapped.dressed;
            let dressed = part.dressed;
            self.parts.push(part);
            match wrapped.argv.is_empty() {
                true => self.certain &= wrapped.alone,
                false => self.simple(&wrapped.argv, cwd, dressed, depth + 1),
            }
            return;
        }
        part.idle = programs::is_idle(argv, cwd);
        self.classes.extend(classes::of(argv, cwd));
        // What `find` runs for each file is a command of its own.
        let run = argv.iter().position(|word| matches!(word.as_str(), "-exec" | "-execdir" | "-ok"));
        self.parts.push(part);
        if let (true, Some(at)) = (name(program) == "find", run) {
            let inner: Vec<String> = argv[at + 1..]
                .iter()
                .take_while(|word| !matches!(word.as_str(), ";" | "+"))
                .cloned()
                .collect();
            self.simple(&inner, cwd, dressed, depth + 1);
        }
    }
}

/// `-c`, also among others as in `-lc`.
fn is_command_flag(word: &str) -> bool {
    word.starts_with('-') && !word.starts_with("--") && word.ends_with('c')
}

#[cfg(test)]
mod tests;

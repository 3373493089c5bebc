//! Processes of this machine, as `ps` shows them.

use std::process::Command;

/// A process that runs, or ran a moment ago.
#[derive(Debug, Clone)]
pub struct Process {
    pub pid: u32,
    parent: u32,
    /// Its command line.
    pub argv: String,
}

impl Process {
    /// Whether it still runs.
    pub fn is_there(&self) -> bool {
        all().iter().any(|process| process.pid == self.pid)
    }

    /// `kill -9`; false when it was gone already.
    pub fn kill(&self) -> bool {
        let killed = Command::new("kill").args(["-9", &self.pid.to_string()]).output();
        killed.is_ok_and(|o| o.status.success())
    }
}

fn all() -> Vec<Process> {
    let output = Command::new("ps").args(["-A", "-ww", "-o", "pid=,ppid=,args="]).output().expect("ps runs");
    String::from_utf8_lossy(&output.stdout).lines().filter_map(process).collect()
}

/// Those whose command line names something, whoever started them.
pub fn naming(text: &str) -> Vec<Process> {
    all().into_iter().filter(|process| process.argv.contains(text)).collect()
}

/// Everything started below a process, by it or by what it started; parents come first.
pub fn below(pid: u32) -> Vec<Process> {
    let all = all();
    let (mut found, mut at) = (vec![pid], 0);
    let mut below = Vec::new();
    while let Some(parent) = found.get(at).copied() {
        for process in all.iter().filter(|p| p.parent == parent) {
            found.push(process.pid);
            below.push(process.clone());
        }
        at += 1;
    }
    below
}

fn process(line: &str) -> Option<Process> {
    let (pid, rest) = line.trim_start().split_once(' ')?;
    let (parent, argv) = rest.trim_start().split_once(' ')?;
    let process =
        Process { pid: pid.parse().ok()?, parent: parent.parse().ok()?, argv: argv.trim().to_owned() };
    (!process.argv.ends_with("<defunct>")).then_some(process)
}

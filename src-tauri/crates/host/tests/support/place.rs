//! The places a command can run in: on the host as it is, in a sandbox of its own, in a cell with doors.
#![allow(clippy::unwrap_used, clippy::panic)] // Functions shared by tests are tests too.
#![allow(dead_code)] // Each test file uses some of it.

use std::sync::Arc;

use host::HostError;
use host::cell::{Answering, Cell, Door, Doors, InsideProgram, Stream};
use host::sandbox::{EffectiveIsolation, Sandbox, SandboxSpec};
use host::spawn::{Command, Outcome, Running};

#[derive(Debug, Clone)]
pub enum Place {
    /// A process of ours, nothing around it.
    Plain,
    /// A sandbox of its own for each command.
    Sandboxed(Sandbox),
    /// A cell whose doors exist and answer nobody.
    Cell(Sandbox),
}

/// Both places of this machine's sandbox; none (after saying so) where there is none, but never in CI.
pub async fn confined() -> Vec<Place> {
    match super::sandbox().await {
        Some(sandbox) => vec![Place::Sandboxed(sandbox.clone()), Place::Cell(sandbox)],
        None => Vec::new(),
    }
}

/// The program that runs inside cells, as this test run built it.
pub fn inside() -> InsideProgram {
    // Test programs lie one folder below the others.
    let ours = std::env::current_exe().unwrap();
    let beside = ours.parent().and_then(|deps| deps.parent()).unwrap().join("any");
    InsideProgram::find(InsideProgram::named(), &beside)
        .unwrap_or_else(|error| panic!("{error}; run: cargo build -p pilothouse-cell"))
}

struct Shut;

impl Door for Shut {
    fn answer(&self, connection: Stream) -> Answering {
        Box::pin(async move { drop(connection) })
    }
}

pub fn shut_doors() -> Doors {
    Doors { proxy: Some(Arc::new(Shut)), model: Some(Arc::new(Shut)) }
}

impl Place {
    /// What confines it.
    pub fn sandbox(&self) -> &Sandbox {
        match self {
            Self::Plain => &Sandbox::Host,
            Self::Sandboxed(sandbox) | Self::Cell(sandbox) => sandbox,
        }
    }

    pub fn isolation(&self, spec: &SandboxSpec) -> EffectiveIsolation {
        self.sandbox().isolation(spec)
    }

    /// A running command, and the cell that has to be kept for as long.
    pub async fn start(
        &self,
        spec: &SandboxSpec,
        command: Command,
    ) -> Result<(Running, Option<Cell>), HostError> {
        match self {
            Self::Plain => Ok((Sandbox::Host.start(spec, command).await?, None)),
            Self::Sandboxed(sandbox) => Ok((sandbox.start(spec, command).await?, None)),
            Self::Cell(sandbox) => {
                let cell = sandbox.open(spec.clone(), shut_doors(), &inside()).await?;
                Ok((cell.start(command).await?, Some(cell)))
            }
        }
    }

    pub async fn run(&self, spec: &SandboxSpec, command: Command) -> Result<Outcome, HostError> {
        let (running, cell) = self.start(spec, command).await?;
        let outcome = running.wait().await;
        if let Some(cell) = cell {
            cell.close().await;
        }
        outcome
    }
}

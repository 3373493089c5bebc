//! Commands in a container: through the process of ours that is its first one.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::life::{Container, Death, Opened, Witness};
use super::{ContainerSandbox, EngineError};
use crate::HostError;
use crate::cell::{Cell, CellGround, Doors, Hello, Keeper, Session};
use crate::sandbox::open::usual_port;
use crate::sandbox::{EffectiveIsolation, SandboxSpec};
use crate::spawn::{Command, Limits, Outcome, Running};

/// How long the process inside gets to end what it started and itself, once it is asked to.
const END_WITHIN: Duration = Duration::from_secs(10);

impl ContainerSandbox {
    /// A container for all commands of one job, whose programs reach the doors and nothing else.
    pub(in crate::sandbox) async fn open_cell(
        &self,
        spec: SandboxSpec,
        doors: Doors,
        isolation: EffectiveIsolation,
    ) -> Result<Cell, HostError> {
        let mut hello = Hello::new();
        for name in doors.names() {
            hello = hello.door(name, usual_port(name));
        }
        let (session, container) = self.session(&spec, hello, doors, None).await?;
        let limits = Limits { memory: None, pids: None, ..spec.limits };
        let ground = CellGround { work: spec.work.clone(), env: self.environment(&spec), limits };
        let witness = container.witness();
        let judge = move |outcome| -> BoxFuture<'static, Result<Outcome, HostError>> {
            Box::pin(judge_running(outcome, witness.clone()))
        };
        let cell = Cell::over(session, isolation, ground, Box::new(Kept(container)));
        Ok(cell.judged(Arc::new(judge)))
    }

    /// Greets the container that was opened ahead, where it is what is wanted, else a fresh one. One that has ended
    /// meanwhile does not answer; nothing has run in it, so another takes its place.
    async fn session(
        &self,
        spec: &SandboxSpec,
        hello: Hello,
        doors: Doors,
        job: Option<&str>,
    ) -> Result<(Session, Container), HostError> {
        let made = self.made(spec, job)?;
        let ahead = match &self.ahead {
            Some(ahead) => ahead.take(&made).await,
            None => None,
        };
        if let Some(opened) = ahead {
            match greet(opened, hello.clone(), doors.clone()).await {
                Ok(greeted) => return Ok(greeted),
                Err(error) => tracing::debug!(%error, "the container that was opened ahead is of no use"),
            }
        }
        greet(self.engine.open(made.body).await?, hello, doors).await
    }

    /// Starts one command in a container of its own, whose environment and folder are final. The container is
    /// gone when the command is.
    pub(in crate::sandbox) async fn start(
        &self,
        spec: &SandboxSpec,
        mut command: Command,
    ) -> Result<Running, HostError> {
        // The container's own limits cover all processes together, which is more than these do.
        command.limits = Limits { memory: None, pids: None, ..command.limits };
        let (session, container) =
            self.session(spec, Hello::new(), Doors::none(), command.job.as_deref()).await?;
        let running = match crate::spawn::start_in(&session, command).await {
            Ok(running) => running,
            Err(error) => {
                session.close();
                container.end(END_WITHIN).await?;
                return Err(error);
            }
        };
        // What comes after it finds its container open.
        self.open_ahead(spec);
        Ok(running.then(move |outcome| async move {
            session.close();
            // Only a container that has ended knows for certain why its first process was killed.
            let death = container.end(END_WITHIN).await;
            judge(outcome, death)
        }))
    }
}

async fn greet(opened: Opened, hello: Hello, doors: Doors) -> Result<(Session, Container), HostError> {
    let Opened { input, output, container } = opened;
    match Session::over(output, input, hello, doors).await {
        Ok(session) => Ok((session, container)),
        Err(error) => {
            let death = container.end(Duration::ZERO).await?;
            let cause = match death.said.as_str() {
                "" => error.to_string(),
                said => format!("{error}: {said}"),
            };
            Err(EngineError::Spec(format!("the container did not begin: {cause}")).into())
        }
    }
}

/// The same for a command whose container goes on.
async fn judge_running(outcome: Result<Outcome, HostError>, witness: Witness) -> Result<Outcome, HostError> {
    match &outcome {
        Err(HostError::CellGone { .. }) => {
            judge(outcome, witness.death().await.map(Option::unwrap_or_default))
        }
        _ => outcome,
    }
}

/// Gives the end of a container under its command its real cause: memory that was used up, or an engine that is gone.
fn judge(
    outcome: Result<Outcome, HostError>,
    death: Result<Death, EngineError>,
) -> Result<Outcome, HostError> {
    let Err(HostError::CellGone { cause }) = outcome else { return outcome };
    Err(match death {
        Ok(Death { out_of_memory: true, .. }) => HostError::Sandbox {
            cause: "the container used up its memory, and the process that runs its commands was killed"
                .to_owned(),
        },
        Ok(death) => HostError::EngineGone {
            cause: format!("the container ended under its command: {cause} {}", death.said).trim().to_owned(),
        },
        Err(error) => error.into(),
    })
}

/// A container that ends with its cell.
struct Kept(Container);

impl Keeper for Kept {
    fn end(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            if let Err(error) = self.0.end(END_WITHIN).await {
                tracing::warn!(%error, "the end of a container");
            }
        })
    }
}

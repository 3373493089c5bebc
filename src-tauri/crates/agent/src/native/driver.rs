//! Performs the loop's actions.

use std::collections::VecDeque;
use std::future::Future;

use super::machine::{Action, Input, Loop};
use super::memory::Standing;
use super::observation::Observation;
use super::outcome::{LoopEvent, NativeOutcome, Status};
use super::tools::{BashCall, EditCall, ReadCall, ToolAction};
use crate::model::{Delta, Message, Model, ModelError, Usage};
use crate::{Cancel, Pace};

/// How long hands may take to let go after a cancel or beyond their timeout.
const GRACE_MS: u64 = 10_000;

/// What acts on the job's clone. The worker brings it, and with it the sandbox, the scope check and redaction.
///
/// Failing is an ordinary result here, told to the model as a failed [`Observation`]. When `cancel` fires or
/// `timeout_ms` is over, a call must end everything it started and return; one that does not is dropped after
/// ten seconds, and dropping must end what it started too.
pub trait Hands: Send {
    /// What the model is told instead, when something may not be done. Waiting for a person's word takes its time, so
    /// no timeout of a tool counts here; it must return when `cancel` fires.
    fn refusal(
        &mut self,
        action: &ToolAction,
        cancel: &Cancel,
    ) -> impl Future<Output = Option<Observation>> + Send {
        let _ = (action, cancel);
        std::future::ready(None)
    }
    fn bash(
        &mut self,
        call: &BashCall,
        timeout_ms: u64,
        cancel: &Cancel,
    ) -> impl Future<Output = Observation> + Send;
    fn read(&mut self, call: &ReadCall, cancel: &Cancel) -> impl Future<Output = Observation> + Send;
    fn edit(&mut self, call: &EditCall, cancel: &Cancel) -> impl Future<Output = Observation> + Send;
}

/// Where a run's log, stream and artifacts go. Called in order, and but for [`Sink::keep`] must not block.
pub trait Sink: Send {
    fn event(&mut self, event: LoopEvent);
    /// A piece of the reply that is on its way. After [`LoopEvent::Waiting`] what came of the reply is void.
    fn delta(&mut self, delta: Delta) {
        let _ = delta;
    }
    /// What a person has said since it was asked last, oldest first. Asked before each request; what is answered
    /// stands before the model then.
    fn heard(&mut self) -> Vec<String> {
        Vec::new()
    }
    /// The whole text of an output the model saw only the ends of.
    fn artifact(&mut self, name: &str, text: &str);
    /// The conversation as it is before the model is asked, and before anything that may have an effect is run. The
    /// loop waits until this returns, so that what is kept never lags behind what is done.
    fn keep(&mut self, messages: &[Message], standing: &Standing) -> impl Future<Output = ()> + Send {
        let _ = (messages, standing);
        async {}
    }
}

/// Runs until the loop stops. Begin with [`Input::Start`]; after an outcome the same loop can be driven on with
/// [`Input::Revise`].
pub async fn drive<M: Model, H: Hands, S: Sink, P: Pace>(
    machine: &mut Loop,
    first: Input,
    model: &M,
    hands: &mut H,
    sink: &mut S,
    pace: &P,
    cancel: &Cancel,
) -> NativeOutcome {
    let mut actions: VecDeque<Action> = machine.step(first).into();
    while let Some(action) = actions.pop_front() {
        let input = match action {
            Action::Tell(event) => {
                sink.event(event);
                continue;
            }
            Action::Keep { name, text } => {
                sink.artifact(&name, &text);
                continue;
            }
            Action::Stop(outcome) => return outcome,
            Action::Wait { ms } => tokio::select! {
                biased;
                () = cancel.cancelled() => Input::Cancelled,
                () = pace.sleep_ms(ms) => Input::Waited { now_ms: pace.now_ms() },
            },
            Action::Ask { request, within_ms } => {
                let request = machine.hear(sink.heard()).map_or(request, Box::new);
                sink.keep(machine.messages(), &machine.standing()).await;
                let mut on_delta = |delta| sink.delta(delta);
                let asked = model.complete(&request, &mut on_delta, cancel);
                tokio::select! {
                    biased;
                    () = cancel.cancelled() => Input::Cancelled,
                    reply = asked => match reply {
                        Ok(reply) => Input::Replied { reply, now_ms: pace.now_ms() },
                        Err(ModelError::Cancelled) => Input::Cancelled,
                        Err(error) => Input::Failed { error, now_ms: pace.now_ms() },
                    },
                    () = pace.sleep_ms(within_ms) => Input::TimeUp { now_ms: pace.now_ms() },
                }
            }
            Action::Run { action, timeout_ms } => {
                if !matches!(action, ToolAction::Read(_)) {
                    sink.keep(machine.messages(), &machine.standing()).await;
                }
                let observation = match hands.refusal(&action, cancel).await {
                    Some(told) => told,
                    None => run(&action, timeout_ms, hands, pace, cancel).await,
                };
                if cancel.is_cancelled() {
                    Input::Cancelled
                } else {
                    Input::ToolDone { observation, now_ms: pace.now_ms() }
                }
            }
        };
        actions.extend(machine.step(input));
    }
    // Only an input that does not fit the loop's phase leaves nothing to do.
    NativeOutcome {
        status: Status::Error { code: "loop.misuse".to_owned() },
        reason: "The loop was driven with an input that does not fit it.".to_owned(),
        claimed_summary: None,
        confidence: None,
        usage: Usage::default(),
        cost_micros: None,
        steps: 0,
    }
}

async fn run<H: Hands, P: Pace>(
    action: &ToolAction,
    timeout_ms: u64,
    hands: &mut H,
    pace: &P,
    cancel: &Cancel,
) -> Observation {
    let work = async {
        match action {
            ToolAction::Bash(call) => hands.bash(call, timeout_ms, cancel).await,
            ToolAction::Read(call) => hands.read(call, cancel).await,
            ToolAction::Edit(call) => hands.edit(call, cancel).await,
            ToolAction::Finish { .. } => Observation::failed("finish is not run"),
        }
    };
    let overdue = async {
        tokio::select! {
            () = cancel.cancelled() => {}
            () = pace.sleep_ms(timeout_ms) => {}
        }
        pace.sleep_ms(GRACE_MS).await;
    };
    tokio::select! {
        biased;
        observation = work => observation,
        () = overdue => Observation::failed("It did not end in time and was given up."),
    }
}

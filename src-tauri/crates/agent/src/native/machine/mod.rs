//! The state machine: inputs in, actions out, no waiting and no clock of its own.

mod asking;
mod calls;
mod ending;
mod hearing;
mod replies;
mod resuming;

use std::collections::VecDeque;

use super::limits::{LimitKind, Limits, Used};
use super::observation::Observation;
use super::outcome::{LoopEvent, NativeOutcome, Status};
use super::repetition::Repetition;
use super::tools::ToolAction;
use super::trim::{Gauge, KEPT_TURNS};
use crate::model::{Message, ModelError, Reply, Request, RetryPolicy, ToolCall, Usage};

/// Mistakes in a row before the loop gives up.
const FORMAT_ERRORS: u32 = 3;
const EMPTY_REPLIES: u32 = 2;
/// Calls taken from one reply.
const CALLS_AT_ONCE: usize = 16;
/// The share of a limit, in percent, at which the model is told to wrap up.
const WRAP_UP: u64 = 80;

#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    pub system: String,
    /// Never trimmed.
    pub task: String,
    pub limits: Limits,
    pub retry: RetryPolicy,
}

/// What happened. Times are milliseconds on any monotonic clock.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    Start {
        now_ms: u64,
    },
    /// After an outcome: go on with this message, such as what a check said. Limits go on from where they were;
    /// `more` is added to the steps and the time.
    Revise {
        text: String,
        more_steps: u32,
        more_ms: u64,
        now_ms: u64,
    },
    Replied {
        reply: Reply,
        now_ms: u64,
    },
    Failed {
        error: ModelError,
        now_ms: u64,
    },
    Waited {
        now_ms: u64,
    },
    ToolDone {
        observation: Observation,
        now_ms: u64,
    },
    /// The time given with [`Action::Ask`] is over.
    TimeUp {
        now_ms: u64,
    },
    Cancelled,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Comes back as `Replied`, `Failed`, or `TimeUp` after `within_ms`.
    Ask {
        request: Box<Request>,
        within_ms: u64,
    },
    /// Comes back as `ToolDone`.
    Run {
        action: ToolAction,
        timeout_ms: u64,
    },
    /// Comes back as `Waited`.
    Wait {
        ms: u64,
    },
    Tell(LoopEvent),
    /// The whole text of an observation the model sees only the ends of.
    Keep {
        name: String,
        text: String,
    },
    Stop(NativeOutcome),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Tools,
    Envelope,
}

#[derive(Debug)]
enum Phase {
    Idle,
    Asking { attempt: u32 },
    Waiting { attempt: u32 },
    Running { call: ToolCall, action: ToolAction },
    Stopped,
}

/// One task's conversation. See the module for what it does and does not decide.
#[derive(Debug)]
pub struct Loop {
    task: Task,
    messages: Vec<Message>,
    mode: Mode,
    phase: Phase,
    queue: VecDeque<ToolCall>,
    repetition: Repetition,
    gauge: Gauge,
    asked_chars: usize,
    started_ms: u64,
    now_ms: u64,
    steps: u32,
    usage: Usage,
    format_errors: u32,
    empty_replies: u32,
    text_replies: u32,
    wrapped_up: bool,
    squeezed: bool,
    kept: u32,
    stuck: bool,
    /// Of the newest reply: whether a call could not be read, and whether one could.
    erred: bool,
    acted: bool,
}

impl Loop {
    pub fn new(task: Task) -> Self {
        let messages = vec![Message::user(task.task.clone())];
        Self {
            task,
            messages,
            mode: Mode::Tools,
            phase: Phase::Idle,
            queue: VecDeque::new(),
            repetition: Repetition::default(),
            gauge: Gauge::default(),
            asked_chars: 0,
            started_ms: 0,
            now_ms: 0,
            steps: 0,
            usage: Usage::default(),
            format_errors: 0,
            empty_replies: 0,
            text_replies: 0,
            wrapped_up: false,
            squeezed: false,
            kept: 0,
            stuck: false,
            erred: false,
            acted: false,
        }
    }

    /// The conversation so far, task first.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// Answers an input. One that does not fit the phase changes nothing.
    pub fn step(&mut self, input: Input) -> Vec<Action> {
        let mut out = Vec::new();
        match input {
            Input::Start { now_ms } if matches!(self.phase, Phase::Idle) => {
                self.started_ms = now_ms;
                self.now_ms = now_ms;
                self.ask(1, &mut out);
            }
            Input::Revise { text, more_steps, more_ms, now_ms } if matches!(self.phase, Phase::Stopped) => {
                self.now_ms = now_ms;
                self.task.limits.steps = self.task.limits.steps.saturating_add(more_steps);
                self.task.limits.wall_ms = self.task.limits.wall_ms.saturating_add(more_ms);
                self.messages.push(Message::user(text));
                (self.format_errors, self.empty_replies, self.text_replies) = (0, 0, 0);
                (self.wrapped_up, self.squeezed, self.stuck) = (false, false, false);
                self.repetition = Repetition::default();
                self.ask(1, &mut out);
            }
            Input::Replied { reply, now_ms } if matches!(self.phase, Phase::Asking { .. }) => {
                self.now_ms = now_ms;
                self.replied(reply, &mut out);
            }
            Input::Failed { error, now_ms } => {
                if let Phase::Asking { attempt } = self.phase {
                    self.now_ms = now_ms;
                    self.failed(attempt, error, &mut out);
                }
            }
            Input::Waited { now_ms } => {
                if let Phase::Waiting { attempt } = self.phase {
                    self.now_ms = now_ms;
                    self.ask(attempt, &mut out);
                }
            }
            Input::ToolDone { observation, now_ms } => {
                self.now_ms = now_ms;
                match std::mem::replace(&mut self.phase, Phase::Idle) {
                    Phase::Running { call, action } => self.observed(call, &action, &observation, &mut out),
                    other => self.phase = other,
                }
            }
            Input::TimeUp { now_ms } if !matches!(self.phase, Phase::Stopped) => {
                self.now_ms = now_ms;
                self.stop_at(LimitKind::Time, &mut out);
            }
            Input::Cancelled if !matches!(self.phase, Phase::Stopped) => {
                self.stop(Status::Cancelled, "It was cancelled.", &mut out);
            }
            Input::Start { .. }
            | Input::Revise { .. }
            | Input::Replied { .. }
            | Input::TimeUp { .. }
            | Input::Cancelled => {}
        }
        out
    }

    fn used(&self) -> Used {
        let wall_ms = self.now_ms.saturating_sub(self.started_ms);
        Used { steps: self.steps, wall_ms, usage: self.usage }
    }

    fn left_ms(&self) -> u64 {
        self.task.limits.wall_ms.saturating_sub(self.used().wall_ms)
    }

    fn nudge(&mut self, text: impl Into<String>, out: &mut Vec<Action>) {
        let text = text.into();
        out.push(Action::Tell(LoopEvent::Nudged { why: text.clone() }));
        self.messages.push(Message::user(text));
    }
}

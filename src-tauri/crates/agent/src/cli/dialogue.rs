//! Agents that are spoken with while they run: lines go to their standard input as well.
//!
//! A [`Dialogue`] is what such a conversation is, as a machine without a process: it says what to write, understands
//! what comes back, hands on what the agent asks before it does something, and says when a person's message really
//! stands before the model. Who decides about a question, and who writes and reads, is somebody else's affair.

use super::{Ended, Errand, Event, Exit, Invocation};

/// What an agent wants to do, and does only once it is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// A line for a shell.
    Command(String),
    /// Files it writes, as it names them. None when it did not say which.
    Files(Vec<String>),
}

/// A question of the agent's; it waits for [`Dialogue::answer`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Ours; no other question of this run has it.
    pub id: u64,
    pub wish: Wish,
}

/// What one line led to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Heard {
    pub events: Vec<Event>,
    /// Lines to write now, in this order.
    pub say: Vec<String>,
    pub asks: Vec<Question>,
    /// Numbers of the messages that stand before the model from now on.
    pub stands: Vec<u64>,
}

impl Heard {
    pub(super) fn of(events: Vec<Event>) -> Self {
        Self { events, ..Self::default() }
    }
}

/// One run of an agent that is spoken with. Lines it does not know are passed over, questions never: one without an
/// answer would stop the agent for good.
pub trait Dialogue: Send {
    /// The first lines to write.
    fn begin(&mut self) -> Vec<String>;

    /// One line of its standard output.
    fn line(&mut self, line: &str) -> Heard;

    /// The answer to a question: `no` says why it may not. Lines to write.
    fn answer(&mut self, id: u64, no: Option<&str>) -> Vec<String>;

    /// Puts a person's message into the session; lines to write. None when there is no session yet to put it into:
    /// then it is to be tried again after the next line.
    fn tell(&mut self, number: u64, text: &str) -> Option<Vec<String>>;

    /// A message of this number was seen on its way to the model. Whether that is how this agent's messages are known
    /// to stand before it; others say it themselves, in [`Heard::stands`].
    fn reached(&mut self, _number: u64) -> bool {
        false
    }

    /// Whether a message enters the turn that runs; otherwise it begins the next one of the same run.
    fn hears_at_work(&self) -> bool {
        true
    }

    /// Whether nothing is under way: with its input closed the agent now ends.
    fn rests(&self) -> bool;

    /// Why this version of the agent cannot be spoken with, where that is what came of the run. Nothing was done then.
    fn unfit(&self, exit: &Exit) -> Option<String>;

    /// What came of it, once the process is gone.
    fn end(&mut self, exit: &Exit) -> Ended;
}

/// How an agent is started to be spoken with.
pub struct Spoken {
    pub invoke: fn(&Errand) -> Invocation,
    pub open: fn(&Errand) -> Box<dyn Dialogue>,
}

/// What a command-line program says that does not know an option or a word it was started with.
pub(super) fn not_known(exit: &Exit) -> Option<String> {
    if exit.code == Some(0) {
        return None;
    }
    let marks = [
        "unknown option",
        "unknown argument",
        "unexpected argument",
        "unrecognized subcommand",
        "unknown command",
    ];
    let line = exit.stderr.lines().find(|line| {
        let line = line.to_ascii_lowercase();
        marks.iter().any(|mark| line.contains(mark))
    })?;
    Some(line.trim().to_owned())
}

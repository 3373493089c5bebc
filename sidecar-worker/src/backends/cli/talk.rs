//! An agent that is spoken with: what is written to it, its questions, and messages on their way to its model.
//!
//! An agent that only reads its task is the same without a mouth: nothing is written to it, and messages wait for the
//! end of its run.

use super::CliBackend;
use crate::doors::model::ModelDoor;
use crate::inbox::{self, Inbox};
use crate::wishes::Judge;
use agent::cli::{Dialogue, Ended, Event, Exit, Heard, Question, Reader};
use host::spawn::Input;
use std::sync::Arc;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Lines that wait to be written. An agent that reads none of so many reads no more.
const UNREAD: usize = 256;
/// Questions in one run, and those that wait at the same time.
const QUESTIONS: usize = 2_000;
const QUESTIONS_AT_ONCE: usize = 32;

/// Who is listened to.
enum Agent {
    Reads(Box<dyn Reader>),
    Talks(Box<dyn Dialogue>),
}

pub(super) struct Talk {
    agent: Agent,
    /// Its standard input; none when it is closed.
    mouth: Option<mpsc::Sender<String>>,
    judge: Judge,
    /// Sees whether a message stood in a call of its model; none where nothing is passed on.
    door: Option<Arc<ModelDoor>>,
    /// Questions whose answer is awaited.
    open: JoinSet<(u64, Option<String>)>,
    left: usize,
    inbox: Arc<Inbox>,
    /// The last message that was put on its way.
    passed_on: u64,
    title: &'static str,
    resumes: bool,
    /// Lines for the job's log.
    notes: Vec<String>,
}

impl Talk {
    pub(super) fn reading(backend: &CliBackend<'_>) -> Self {
        Self::with(backend, Agent::Reads((backend.ready.cli.reader)()), None)
    }

    /// Begins to speak over `input`.
    pub(super) fn over(
        backend: &CliBackend<'_>,
        dialogue: Box<dyn Dialogue>,
        input: Option<Input>,
        door: Arc<ModelDoor>,
    ) -> Self {
        let mouth = input.map(|mut input| {
            let (mouth, mut lines) = mpsc::channel::<String>(UNREAD);
            // Ends with its sender; the input ends with it.
            tokio::spawn(async move {
                while let Some(mut line) = lines.recv().await {
                    line.push('\n');
                    if input.write_all(line.as_bytes()).await.is_err() || input.flush().await.is_err() {
                        return;
                    }
                }
            });
            mouth
        });
        let mut talk = Self::with(backend, Agent::Talks(dialogue), mouth);
        talk.door = Some(door);
        if let Agent::Talks(dialogue) = &mut talk.agent {
            let first = dialogue.begin();
            talk.say(first);
        }
        talk
    }

    fn with(backend: &CliBackend<'_>, agent: Agent, mouth: Option<mpsc::Sender<String>>) -> Self {
        Self {
            agent,
            mouth,
            judge: Judge::of(backend.attempt),
            door: None,
            open: JoinSet::new(),
            left: QUESTIONS,
            inbox: backend.attempt.keeper.inbox.clone(),
            passed_on: 0,
            title: backend.ready.cli.title,
            resumes: backend.ready.cli.resumes,
            notes: Vec::new(),
        }
    }

    /// One line of its output, and what followed from it.
    pub(super) fn line(&mut self, line: &str) -> Vec<Event> {
        let Heard { events, say, asks, stands } = match &mut self.agent {
            Agent::Reads(reader) => return reader.line(line),
            Agent::Talks(dialogue) => dialogue.line(line),
        };
        self.say(say);
        stands.into_iter().for_each(|number| self.stands(number));
        asks.into_iter().for_each(|question| self.asked(question));
        self.pass_on();
        events
    }

    fn stands(&mut self, number: u64) {
        self.inbox.stands(number);
        self.notes.push("[told it what you said; it goes on]".to_owned());
    }

    /// Messages of these numbers stood in calls that its model answered.
    pub(super) fn reached(&mut self, numbers: &[u64]) {
        for number in numbers {
            let Agent::Talks(dialogue) = &mut self.agent else { return };
            if dialogue.reached(*number) {
                self.stands(*number);
            }
        }
    }

    fn asked(&mut self, question: Question) {
        let Question { id, wish } = question;
        if self.left == 0 || self.open.len() >= QUESTIONS_AT_ONCE {
            return self.answer(id, Some("It was not done: this job asks too often.".to_owned()));
        }
        self.left -= 1;
        let judge = self.judge.clone();
        self.open.spawn(async move { (id, judge.no(wish).await) });
    }

    fn answer(&mut self, id: u64, no: Option<String>) {
        if let Agent::Talks(dialogue) = &mut self.agent {
            let say = dialogue.answer(id, no.as_deref());
            self.say(say);
        }
        self.notes.extend(no.map(|why| format!("[not allowed: {why}]")));
    }

    /// Resolves when a question was answered.
    pub(super) async fn answered(&mut self) {
        match self.open.join_next().await {
            Some(Ok((id, no))) => {
                self.answer(id, no);
                self.pass_on();
            }
            // Nobody answers a question whose answer was lost; its run ends with its time.
            Some(Err(error)) => tracing::error!(%error, "an answer was lost"),
            None => std::future::pending().await,
        }
    }

    /// Somebody said something.
    pub(super) fn came(&mut self) {
        if self.inbox.is_empty() {
            return;
        }
        if let (Agent::Talks(dialogue), true) = (&self.agent, self.mouth.is_some()) {
            if !dialogue.hears_at_work() && !dialogue.rests() {
                let title = self.title;
                let line =
                    format!("[kept: {title} is told what you said when its turn ends, in the same session]");
                self.notes.push(line);
            }
            return self.pass_on();
        }
        // It reads nothing while it runs.
        let what = if self.resumes { "goes on with the session" } else { "starts anew on its own work" };
        let title = self.title;
        self.notes.push(format!("[kept: {title} is told what you said when this run ends, and {what}]"));
    }

    /// Puts what people said on its way to the model, or lets the agent end where nothing is left to do or say.
    fn pass_on(&mut self) {
        let Agent::Talks(dialogue) = &mut self.agent else { return };
        if self.mouth.is_none() {
            return;
        }
        let mut lines = Vec::new();
        for (number, text) in self.inbox.after(self.passed_on) {
            let words = inbox::told(&[text]);
            let Some(said) = dialogue.tell(number, &words) else { break };
            if let Some(door) = &self.door {
                door.listen_for(number, &words);
            }
            self.passed_on = number;
            lines.extend(said);
            let title = self.title;
            self.notes.push(format!("[passed on: {title} reads what you said at its next step]"));
        }
        if lines.is_empty() && dialogue.rests() && self.open.is_empty() {
            self.mouth = None;
        }
        self.say(lines);
    }

    fn say(&mut self, lines: Vec<String>) {
        let Some(mouth) = &self.mouth else { return };
        // It is gone, or does not read what is written to it; either way it ends now.
        if lines.into_iter().any(|line| mouth.try_send(line).is_err()) {
            self.mouth = None;
        }
    }

    /// Whether it is spoken with.
    pub(super) fn speaks(&self) -> bool {
        matches!(self.agent, Agent::Talks(_))
    }

    /// Whether its input is closed, so that it has to end by itself now.
    pub(super) fn let_go(&self) -> bool {
        self.speaks() && self.mouth.is_none()
    }

    pub(super) fn notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Why this version of the agent cannot be spoken with.
    pub(super) fn unfit(&self, exit: &Exit) -> Option<String> {
        match &self.agent {
            Agent::Reads(_) => None,
            Agent::Talks(dialogue) => dialogue.unfit(exit),
        }
    }

    pub(super) fn end(&mut self, exit: &Exit) -> Ended {
        match &mut self.agent {
            Agent::Reads(reader) => reader.end(exit),
            Agent::Talks(dialogue) => dialogue.end(exit),
        }
    }
}

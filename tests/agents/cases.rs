//! What the scripted model does in each case. One model serves them all: a step belongs to the task that its
//! conversation names.

use crate::crew::Kind;
use serde_json::{Value, json};
use testkit::model_server::{Fault, Step, When};

pub const MEND: &str = "printf 'echo $(($1 + $2))\\n' > src/sum.sh && sh check.sh";

pub struct Cases {
    kind: Kind,
    steps: Vec<Step>,
}

impl Cases {
    pub fn new(kind: Kind) -> Self {
        Self { kind, steps: Vec::new() }
    }

    /// A step of one task.
    fn step(&mut self, name: &str, step: Step) -> &mut Self {
        let when = self.of(name);
        self.steps.push(step.when(when));
        self
    }

    fn of(&self, name: &str) -> When {
        When {
            any: Some(format!("the task {name}.")),
            tool: Some(self.kind.tool.to_owned()),
            ..When::default()
        }
    }

    fn shell(&self, command: &str) -> Step {
        let mut arguments = json!({ self.kind.argument: command });
        if self.kind.backend == "opencode" {
            arguments["description"] = Value::from("a step");
        }
        Step::call(self.kind.tool, arguments)
    }

    /// The model says that it is done.
    fn done(&self, words: &str) -> Step {
        match self.kind.backend {
            "miniswe" => self.shell(&format!("echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT; echo '{words}'")),
            "openhands" => Step::call("finish", json!({ "message": words })),
            "native" => Step::call("finish", json!({ "summary": words, "confidence": "high" })),
            _ => Step::text(words),
        }
    }

    /// Runs commands, then says that it is done, for ever.
    pub fn runs(&mut self, name: &str, commands: &[&str], words: &str) -> &mut Self {
        for command in commands {
            let step = self.shell(command);
            self.step(name, step);
        }
        let done = self.done(words).always();
        self.step(name, done)
    }

    /// Runs commands, then says that it is done, once.
    pub fn runs_once(&mut self, name: &str, commands: &[&str], words: &str) -> &mut Self {
        for command in commands {
            let step = self.shell(command);
            self.step(name, step);
        }
        let done = self.done(words);
        self.step(name, done)
    }

    /// One answer of another kind comes first.
    pub fn first(&mut self, name: &str, step: Step) -> &mut Self {
        self.step(name, step)
    }

    /// The answer wherever the conversation has so many results of tools: an agent that throws an answer away, since it
    /// was told something meanwhile, and asks once more gets the same.
    pub fn after(&mut self, name: &str, results: usize, step: Step) -> &mut Self {
        let when = When { results: Some(results), ..self.of(name) };
        self.steps.push(step.when(when).always());
        self
    }

    /// Never anything else.
    pub fn only(&mut self, name: &str, fault: Fault) -> &mut Self {
        self.step(name, Step::fault(fault).always())
    }

    /// Side calls of an agent, such as one for a title, are answered too.
    pub fn script(&mut self) -> Vec<Step> {
        let mut steps = std::mem::take(&mut self.steps);
        steps.push(Step::text("A title").always());
        steps
    }
}

//! The messages a round sends while it is shot at, and a record of those that were acknowledged.

use crate::ground::NOTES;
use std::time::Duration;
use testkit::world::RunningServer;

/// xorshift: the seed is printed, so a failing run can be repeated.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

/// What a message asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// A line that was never asked for before.
    Line(String),
    Replacement,
    /// A line the check refuses.
    Red,
}

/// A message the server said it has.
#[derive(Debug, Clone)]
pub struct Said {
    pub event: String,
    pub cursor: i64,
    pub request: String,
    pub wish: Wish,
}

pub struct Load {
    pub dice: Dice,
    pub said: Vec<Said>,
    asked: u64,
}

impl Load {
    pub fn new(seed: u64) -> Self {
        Self { dice: Dice(seed), said: Vec::new(), asked: 0 }
    }

    /// Sends message after message until the server is gone.
    pub async fn run(&mut self, server: &RunningServer, round: u64) {
        loop {
            let wish = match self.dice.below(12) {
                0 => Wish::Red,
                1..=4 => Wish::Replacement,
                _ => Wish::Line(format!("round {round} line {}", self.asked)),
            };
            if !self.ask(server, wish).await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(self.dice.below(400))).await;
        }
    }

    /// Sends one line; it must be acknowledged.
    pub async fn line(&mut self, server: &RunningServer, round: u64) -> Said {
        let wish = Wish::Line(format!("round {round} line {}", self.asked));
        assert!(self.ask(server, wish).await, "the server lives");
        self.said.last().unwrap().clone()
    }

    /// The answer of a call cut by a kill is not an acknowledgement.
    async fn ask(&mut self, server: &RunningServer, wish: Wish) -> bool {
        self.asked += 1;
        let file = format!("notes/{}.md", self.dice.below(NOTES));
        let text = match &wish {
            Wish::Line(line) => format!("append a line \"{line}\" to {file}"),
            Wish::Replacement => format!("/replace start start-{} src/a.txt", self.asked),
            Wish::Red => format!("append a line \"RED\" to {file}"),
        };
        let body = serde_json::json!({ "text": text });
        let Ok(answer) = server.client.send("POST", "/sessions/dev/message", Some(body)).await else {
            return false;
        };
        self.said.push(Said {
            event: answer["eventId"].as_str().unwrap().to_owned(),
            cursor: answer["cursor"].as_i64().unwrap(),
            request: answer["requestId"].as_str().unwrap().to_owned(),
            wish,
        });
        true
    }
}

//! What is kept of a loop, so that another process can go on with its conversation.
//!
//! It is written as pieces of text, one for each message and a last one for where the loop stands; whoever keeps them
//! replaces the tail. Reading is strict: a piece that cannot be read, or a last one that is missing, makes the whole
//! of no use, because a conversation with a hole in it says things that are not so.

use serde::{Deserialize, Serialize};

use crate::model::{Message, Usage};

/// Of the form below. Another one is not guessed at.
const VERSION: u32 = 1;

/// Where a loop stands beside its conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    pub version: u32,
    /// The model calls no tools; actions are asked for as JSON text.
    pub envelope: bool,
    /// Replies of the model so far.
    pub steps: u32,
    pub usage: Usage,
    /// The call that runs, or is about to.
    pub running: Option<Running>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Running {
    pub call_id: String,
    /// One line: what is done to what.
    pub label: String,
}

/// A conversation and where it stood.
#[derive(Debug, Clone, PartialEq)]
pub struct Memory {
    /// The task first.
    pub messages: Vec<Message>,
    pub standing: Standing,
}

/// Why kept pieces are of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MemoryProblem {
    #[error("piece {place} cannot be read: {why}")]
    Unreadable { place: usize, why: String },
    #[error("its end is missing")]
    Cut,
    #[error("it does not begin with a task")]
    NoTask,
    #[error("it is of version {found}, and this program knows {VERSION}")]
    Version { found: u32 },
}

impl MemoryProblem {
    pub fn code(&self) -> &'static str {
        match self {
            MemoryProblem::Unreadable { .. } => "memory.unreadable",
            MemoryProblem::Cut => "memory.cut",
            MemoryProblem::NoTask => "memory.no_task",
            MemoryProblem::Version { .. } => "memory.version",
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Piece {
    Message(Message),
    Standing(Standing),
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum PieceRef<'a> {
    Message(&'a Message),
    Standing(&'a Standing),
}

impl Standing {
    pub(super) fn new(envelope: bool, steps: u32, usage: Usage, running: Option<Running>) -> Self {
        Self { version: VERSION, envelope, steps, usage, running }
    }

    /// As the last piece.
    pub fn piece(&self) -> String {
        serde_json::to_string(&PieceRef::Standing(self)).unwrap_or_default()
    }
}

/// One message as a piece.
pub fn piece(message: &Message) -> String {
    serde_json::to_string(&PieceRef::Message(message)).unwrap_or_default()
}

impl Memory {
    /// Reads what was kept; none when nothing was.
    pub fn read(pieces: &[String]) -> Result<Option<Self>, MemoryProblem> {
        if pieces.is_empty() {
            return Ok(None);
        }
        let mut messages = Vec::with_capacity(pieces.len());
        for (place, text) in pieces.iter().enumerate() {
            let unreadable = |why: String| MemoryProblem::Unreadable { place, why };
            let piece = serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))?;
            match piece {
                Piece::Message(message) => messages.push(message),
                Piece::Standing(standing) if place + 1 == pieces.len() => {
                    if standing.version != VERSION {
                        return Err(MemoryProblem::Version { found: standing.version });
                    }
                    if !matches!(messages.first(), Some(Message::User { .. })) {
                        return Err(MemoryProblem::NoTask);
                    }
                    return Ok(Some(Self { messages, standing }));
                }
                Piece::Standing(_) => return Err(unreadable("more follows its end".to_owned())),
            }
        }
        Err(MemoryProblem::Cut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Arguments, ToolCall};

    fn pieces() -> Vec<String> {
        let call = ToolCall {
            id: "c".into(),
            name: "bash".into(),
            arguments: Arguments::parse(r#"{"command":"ls"}"#),
        };
        let messages = [
            Message::user("task"),
            Message::Assistant { text: "look".into(), tool_calls: vec![call] },
            Message::Tool { call_id: "c".into(), name: "bash".into(), text: "a".into(), failed: false },
        ];
        let standing = Standing::new(false, 1, Usage::default(), None);
        messages.iter().map(piece).chain([standing.piece()]).collect()
    }

    #[test]
    fn a_conversation_comes_back_as_it_was() {
        let memory = Memory::read(&pieces()).unwrap().unwrap();
        assert_eq!(memory.messages.len(), 3);
        assert!(memory.messages.iter().map(piece).eq(pieces().into_iter().take(3)));
        assert_eq!(Memory::read(&[]), Ok(None));
    }

    #[test]
    fn a_damaged_one_is_never_used_in_part() {
        let code = |pieces: &[String]| Memory::read(pieces).unwrap_err().code();
        let whole = pieces();
        assert_eq!(code(&whole[..3]), "memory.cut");
        assert_eq!(code(&[whole[3].clone()]), "memory.no_task");
        assert_eq!(code(&[whole[0].clone(), whole[3].clone(), whole[1].clone()]), "memory.unreadable");
        let mut torn = whole.clone();
        torn[1].truncate(10);
        assert_eq!(code(&torn), "memory.unreadable");
        let mut newer = whole;
        newer[3] = newer[3].replace("\"version\":1", "\"version\":2");
        assert_eq!(code(&newer), "memory.version");
    }
}

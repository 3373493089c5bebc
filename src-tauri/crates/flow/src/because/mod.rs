//! What is said of an entry of the merge queue and of the queue itself: a code with its facts, and the one English
//! sentence that is made of them.
//!
//! A [`Said`] always begins with the sentence of its code, so what a terminal or a log shows and what a page words
//! for itself cannot disagree. It knows nothing of how either shows it.

mod note;
mod sentence;

pub use note::note;
pub use sentence::{BY_THEMSELVES, sentence};

use protocol::because::Because;
use protocol::merge::MergeEntry;

/// Paths that a reason names; more are counted.
const PATHS: usize = 20;

/// A reason: the sentence of its code, and what follows it, such as what a check printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    text: String,
    /// None of what was stored before reasons had codes.
    because: Option<Box<Because>>,
}

impl Said {
    /// What an entry says already.
    pub fn by(entry: &MergeEntry) -> Self {
        Self { text: entry.reason.clone().unwrap_or_default(), because: entry.because.clone() }
    }

    /// The same with more after it.
    #[must_use]
    pub fn and(mut self, more: &str) -> Self {
        if !more.is_empty() {
            self.text.push_str("\n\n");
            self.text.push_str(more);
        }
        self
    }

    /// The same behind another reason.
    #[must_use]
    pub fn behind(self, because: Because) -> Self {
        Self::from(because).and(&self.text)
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn because(&self) -> Option<&Because> {
        self.because.as_deref()
    }

    /// Stores it with an entry.
    pub(crate) fn tell(self, entry: &mut MergeEntry) {
        (entry.reason, entry.because) = (Some(self.text), self.because);
    }
}

impl From<Because> for Said {
    fn from(because: Because) -> Self {
        Self { text: sentence(&because), because: Some(Box::new(because)) }
    }
}

/// The first of many paths, and how many more there are.
pub fn named(paths: impl IntoIterator<Item = String>) -> (Vec<String>, u32) {
    let mut paths = paths.into_iter();
    let first: Vec<String> = paths.by_ref().take(PATHS).collect();
    (first, u32::try_from(paths.count()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_begins_with_the_sentence_of_its_code() {
        let said = Said::from(Because::Removed { by: "anna".into() }).and("").and("line 1\nline 2");
        assert_eq!(said.text(), "Removed by anna. Its commit is kept.\n\nline 1\nline 2");
        let behind = said.behind(Because::RepairEmpty);
        assert!(behind.text().starts_with("Its repair changed nothing.\n\nRemoved by anna."), "{behind:?}");
        assert_eq!(behind.because.as_deref(), Some(&Because::RepairEmpty));
    }

    #[test]
    fn of_very_many_paths_the_first_are_named_and_all_are_counted() {
        let (first, more) = named((0..50).map(|n| n.to_string()));
        assert_eq!((first.len(), more), (PATHS, 30));
        let branch = "main_agents".to_owned();
        let text = sentence(&Because::Conflict { branch, paths: vec!["a".into(), "b".into()], more: 3 });
        assert_eq!(text, "It conflicts with what landed on main_agents meanwhile, in a, b and 3 more.");
    }
}

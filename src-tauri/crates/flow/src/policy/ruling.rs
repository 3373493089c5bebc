//! Who decided, as a sentence.

use super::profile::title;
use protocol::policy::{Effect, Ruling};

/// The one place where the sentence of a ruling is made.
pub fn sentence(ruling: &Ruling, effect: Effect) -> String {
    match ruling {
        Ruling::Own { rule } => format!("Your rule {} {} this", name(rule), does(effect)),
        Ruling::Repository { rule } => {
            format!("The repository's rule {} {} this", name(rule), does(effect))
        }
        Ruling::Grant { ends: true } => "You allowed this before, for a time that is not over".into(),
        Ruling::Grant { ends: false } => "You allowed this before, until you revoke it".into(),
        Ruling::RiskyPath { path, more } => {
            let more = match more {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            format!("It touches {path}{more}: such paths always ask")
        }
        Ruling::Overwrites => "Overwriting a remote branch always asks".into(),
        Ruling::MovesMain { branch } => format!("Moving {branch}, which is yours, always asks"),
        Ruling::PublishesItself => "Publishing by anyone but a person always asks".into(),
        Ruling::EveryLanding { profile } => format!("{}: every landing asks", title(*profile)),
        Ruling::Unverified { profile } => {
            format!("{}: what is not verified asks before it lands", title(*profile))
        }
        Ruling::NotLowRisk { profile } => {
            format!("{}: what is not of low risk asks before it lands", title(*profile))
        }
        Ruling::NotSmall { profile } => {
            format!("{}: what is not small asks before it lands", title(*profile))
        }
        Ruling::Fits { profile } => {
            format!("{}: verified work of this size and risk lands by itself", title(*profile))
        }
    }
}

fn does(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "allows",
        Effect::Ask => "asks before",
        Effect::Deny => "denies",
    }
}

fn name(rule: &str) -> String {
    if rule.is_empty() { "without a name".to_owned() } else { format!("`{rule}`") }
}

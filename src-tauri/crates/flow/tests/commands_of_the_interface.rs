//! The composer of the interface offers commands while one types: they are those of the grammar, with the same words
//! after the slash.
#![allow(clippy::unwrap_used)]

use flow::intent::commands;
use std::collections::BTreeSet;

const OFFERED: &str = include_str!("../../../../ui/src/conversation/commands.ts");
/// Answered by others than this lane.
const FOREIGN: [&str; 3] = ["help", "with", "ask_remote_buddy"];

fn offered() -> BTreeSet<&'static str> {
    OFFERED.split("{ name: \"/").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn the_composer_offers_every_command_that_works_and_no_other() {
    let known: BTreeSet<&str> = commands().iter().map(|c| c.name).collect();
    let offered: BTreeSet<&str> = offered().into_iter().filter(|name| !FOREIGN.contains(name)).collect();
    assert_eq!(offered, known, "ui/src/conversation/commands.ts and flow/src/intent/commands.rs differ");
}

#[test]
fn every_command_says_how_it_is_written() {
    for command in commands() {
        assert!(command.usage.starts_with(&format!("/{}", command.name)), "{}", command.usage);
        assert!(!command.help.is_empty() && !command.help.ends_with('.'), "{}", command.help);
    }
}

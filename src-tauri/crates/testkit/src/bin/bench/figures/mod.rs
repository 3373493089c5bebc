//! The figures, in the order they are measured.

mod answered;
mod appends;
mod channel;
mod claims;
mod clones;
mod crew;
mod fan_out;
mod first_command;
mod idle;
mod job_clone;
mod landing;
mod past;
mod push;
pub mod queue;
mod replay;
mod terminals;
mod wal;

use super::ground::Ground;
use super::row::Row;

pub struct Figure {
    pub name: &'static str,
    pub measure: fn(&Ground) -> anyhow::Result<Vec<Row>>,
}

/// `past` comes before what adds to the folder it measures, and `wal` after everything that writes.
pub const ALL: [Figure; 16] = [
    Figure { name: "idle", measure: idle::measure },
    Figure { name: "past", measure: past::measure },
    Figure { name: "appends", measure: appends::measure },
    Figure { name: "claims", measure: claims::measure },
    Figure { name: "push", measure: push::measure },
    Figure { name: "fan-out", measure: fan_out::measure },
    Figure { name: "channel", measure: channel::measure },
    Figure { name: "job-clone", measure: job_clone::measure },
    Figure { name: "clones", measure: clones::measure },
    Figure { name: "first-command", measure: first_command::measure },
    Figure { name: "crew", measure: crew::measure },
    Figure { name: "landing", measure: landing::measure },
    Figure { name: "answered", measure: answered::measure },
    Figure { name: "queue", measure: queue::measure },
    Figure { name: "terminals", measure: terminals::measure },
    Figure { name: "wal", measure: wal::measure },
];

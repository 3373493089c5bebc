//! The longest write-ahead log seen while everything before was measured.

use crate::ground::Ground;
use crate::row::{Amount, Goal, Row};
use anyhow::ensure;

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let largest = ground.largest_wal();
    ensure!(largest > 0, "nothing was written before; measure appends or claims in the same run");
    Ok(vec![
        Row::new("write-ahead log at its longest", Amount::MiB(largest as f64 / 1024.0 / 1024.0))
            .goal(Goal::AtMost(Amount::MiB(64.0))),
    ])
}

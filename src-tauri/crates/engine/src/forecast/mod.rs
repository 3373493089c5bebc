//! What live work will meet: plans compared by their globs, commits by their files, and those that share files by
//! merging them in the depot. Told before work begins and while it waits; nothing is stopped by it.

mod live;
mod pairs;

pub(crate) use pairs::Known;

use crate::Engine;
use crate::rooms::Room;
use flow::forecast::{Line, Reach, Shared, named, shared, told};
use live::Live;
use protocol::forecast::{Forecast, ForecastParams, LiveWork, Meets, Overlap};
use protocol::{ApiError, Plan};
use std::sync::Arc;

/// Pairs that are compared at all; with more live work than that, the newest go without.
const PAIRS: usize = 400;
/// Overlaps that are answered.
const ANSWERED: usize = 100;

impl Engine {
    pub async fn merge_forecast(&self, p: ForecastParams) -> Result<Forecast, ApiError> {
        let room = self.room(&p.workspace_id)?;
        let live = self.live_work(&room).await?;
        let (mut overlaps, mut left_out, mut compared) = (Vec::new(), 0_u32, 0);
        for (at, one) in live.iter().enumerate() {
            for other in live.iter().skip(at + 1) {
                if one.of_one_job(other) {
                    continue;
                }
                if compared == PAIRS {
                    left_out = left_out.saturating_add(1);
                    continue;
                }
                compared += 1;
                let Some(found) = shared(&one.reach, &other.reach) else { continue };
                let found = self.surely(&room, one, other, found).await?;
                let (paths, more) = named(found.paths);
                let (one, other) = (one.work.clone(), other.work.clone());
                overlaps.push(Overlap { one, other, kind: found.kind, paths, more });
            }
        }
        overlaps.sort_by_key(|overlap| std::cmp::Reverse(overlap.kind));
        left_out = left_out.saturating_add(overlaps.len().saturating_sub(ANSWERED) as u32);
        overlaps.truncate(ANSWERED);
        Ok(Forecast { workspace_id: room.id.clone(), overlaps, left_out })
    }

    /// What a plan will meet, the surest first. Not knowing it stops nobody: a repository that cannot be read says so
    /// where it matters.
    pub(crate) async fn meets(&self, room: &Arc<Room>, plan: &Plan) -> Vec<Meets> {
        match self.meets_of(room, plan).await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(workspace = %room.id, %error, "overlap forecast");
                Vec::new()
            }
        }
    }

    async fn meets_of(&self, room: &Arc<Room>, plan: &Plan) -> Result<Vec<Meets>, ApiError> {
        let live = self.live_work(room).await?;
        if live.is_empty() {
            return Ok(Vec::new());
        }
        let files = self.tip_files(room).await?;
        let Some(reach) = Reach::planned(&plan.planning.scope, &files) else { return Ok(Vec::new()) };
        let mut found: Vec<Meets> = live
            .iter()
            .filter_map(|work| Some((work, shared(&reach, &work.reach)?)))
            .map(|(work, Shared { kind, paths })| {
                let (paths, more) = named(paths);
                Meets { with: work.work.clone(), kind, paths, more }
            })
            .collect();
        found.sort_by_key(|meets| std::cmp::Reverse(meets.kind));
        found.truncate(ANSWERED);
        Ok(found)
    }

    /// Live work as the planner is told it, bounded.
    pub(crate) async fn live_told(&self, room: &Arc<Room>) -> Result<String, ApiError> {
        let live = self.live_work(room).await?;
        let lines: Vec<Line> = live
            .iter()
            .map(|Live { work: LiveWork { title, state, .. }, globs, reach, .. }| Line {
                title: title.clone(),
                state: state.clone(),
                globs: globs.clone(),
                changed: reach.paths(20),
            })
            .collect();
        Ok(told(&lines))
    }
}

/// The same in words, for the one who asked for the work.
pub(crate) fn meets_text(meets: &[Meets]) -> Option<String> {
    let first = meets.first()?;
    let paths: Vec<String> = first.paths.iter().take(3).map(|path| format!("`{path}`")).collect();
    let title = crate::markdown::plain(&first.with.title);
    let more = match meets.len() - 1 {
        0 => String::new(),
        n => format!(" {} more of what is under way may meet it too.", n),
    };
    Some(format!(
        "It may touch what **{title}** ({}) also changes: {}.{more} Nothing waits for that; what conflicts is told when it lands.",
        first.with.state.replace('_', " "),
        paths.join(", ")
    ))
}

//! Workers of this server that keep ending by themselves: what they said last, and what to do.

use super::lines::line;
use flow::pool::{ALARM, SETTLED_MS};
use protocol::doctor::{DoctorLine, Finding};
use protocol::worker::{Worker, WorkerEndKind};

/// One line for each that is in trouble at `now_ms`.
pub(super) fn lines_of(workers: &[Worker], now_ms: i64) -> Vec<DoctorLine> {
    workers.iter().filter_map(|worker| line_of(worker, now_ms)).collect()
}

fn line_of(worker: &Worker, now_ms: i64) -> Option<DoctorLine> {
    let last = worker.ends.first()?;
    if last.kind != WorkerEndKind::Died || last.in_row < ALARM {
        return None;
    }
    // One that has lived long enough since begins anew.
    let since = host::clock::parse_iso(&last.at).ok().map(|at| now_ms.saturating_sub(at));
    let settled = i64::try_from(SETTLED_MS).unwrap_or(i64::MAX);
    if worker.is_online && since.is_some_and(|ms| ms >= settled) {
        return None;
    }
    let id = &worker.worker_id;
    let why = last.cause.trim_end_matches('.');
    Some(line(
        &format!("worker.{id}"),
        &format!("Worker {id}"),
        Finding::Problem,
        format!("It ended {} times in a row by itself. It said last: {why}.", last.in_row),
        Some(&format!(
            "Mend what it says; within a minute it is started again. `pilothouse worker show {id}` lists each end, and `pilothouse worker drain {id}` leaves it out."
        )),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn worker(ends: serde_json::Value, is_online: bool) -> Worker {
        serde_json::from_value(json!({
            "workerId": "w-2", "status": "idle", "currentJobId": null, "pollMs": null, "capabilities": {},
            "details": {}, "lastHeartbeat": "", "createdAt": "", "updatedAt": "", "activeJobCount": 0,
            "isOnline": is_online, "ends": ends,
        }))
        .unwrap()
    }

    fn end(kind: &str, in_row: u32) -> serde_json::Value {
        json!({
            "kind": kind, "cause": "no such library (exit code 127 after 0.1 s)", "at": "2026-01-31T12:00:00.000Z",
            "livedMs": 100, "inRow": in_row,
        })
    }

    #[test]
    fn one_that_keeps_ending_is_a_problem_with_its_cause_until_it_lives_again() {
        let then = host::clock::parse_iso("2026-01-31T12:00:30.000Z").unwrap();
        let told = lines_of(&[worker(json!([end("died", 5), end("died", 4)]), false)], then);
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].id.as_str(), told[0].finding), ("worker.w-2", Finding::Problem));
        assert!(told[0].detail.contains("5 times in a row") && told[0].detail.contains("no such library"));
        assert!(told[0].fix.as_ref().unwrap().contains("worker show w-2"));
        let again = worker(json!([end("died", 6)]), true);
        assert_eq!(lines_of(std::slice::from_ref(&again), then).len(), 1, "it has only just come back");
        let later = host::clock::parse_iso("2026-01-31T12:01:01.000Z").unwrap();
        assert_eq!(lines_of(&[again], later), Vec::new());
    }

    #[test]
    fn a_few_ends_or_wanted_ones_are_no_trouble() {
        for ends in [json!([]), json!([end("died", 4)]), json!([end("stopped", 0), end("died", 7)])] {
            assert_eq!(lines_of(&[worker(ends.clone(), false)], 0), Vec::new(), "{ends}");
        }
    }
}

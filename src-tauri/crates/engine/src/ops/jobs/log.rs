//! What a job prints and how far it is, line by line.

use crate::{Caller, Engine, Principal, Reply};
use protocol::job::{AppendLog, LogAppended, LogLine};
use protocol::{ApiError, ErrorCode, Event};
use store::{NewEvent, QueueName};

/// The stream of what a worker says itself, beside those of the programs it runs.
const NOTE: &str = "note";
/// Most bytes one log line keeps.
const LINE_BYTES: usize = 8 * 1024;
/// Most lines one call may bring.
const LINES_PER_CALL: usize = 1_000;
/// Lines of a job that also become events; the rest is read from its log.
const LINES_AS_EVENTS: u64 = 2_000;

impl Engine {
    pub async fn jobs_log(&self, caller: Caller, p: AppendLog) -> Reply {
        caller.require_job(p.id.as_str())?;
        let mut lines = p.lines;
        lines.extend(p.message.or(p.line).map(|line| LogLine { stream: "stdout".into(), line }));
        if lines.is_empty() && p.progress.is_none() {
            return Err(ApiError::bad("message is required"));
        }
        if lines.len() > LINES_PER_CALL {
            return Err(ApiError::new(
                ErrorCode::TooLarge,
                format!("At most {LINES_PER_CALL} lines in one call."),
            ));
        }
        for line in &mut lines {
            if !matches!(line.stream.as_str(), "stdout" | "stderr" | NOTE) {
                return Err(ApiError::bad("stream is stdout, stderr or note"));
            }
            // The worker took out what looks like a secret; only we know the keys themselves.
            line.line = host::coloured::without(&line.line, |plain| self.keys.known_out_of(plain));
            cut(&mut line.line, LINE_BYTES);
        }
        let progress = p.progress.map(|mut progress| {
            progress.label = self.keys.known_out_of(&progress.label);
            progress
        });
        let ours = matches!(caller.who, Principal::Worker { .. } | Principal::Job { .. });
        self.change(caller, move |tx| {
            if ours || p.claim_token.is_some() {
                tx.require_claim(
                    QueueName::Jobs,
                    p.id.as_str(),
                    p.claim_token.as_deref().unwrap_or_default(),
                )?;
            }
            let job = tx.job(p.id.as_str())?;
            let from = job.worker_id.clone().unwrap_or_else(|| "worker".into());
            let (log_id, before) =
                if lines.is_empty() { (0, 0) } else { tx.append_log(p.id.as_str(), &lines)? };
            if let Some(session) = &job.session_id {
                for (seq, line) in (before + 1..).zip(&lines).take_while(|(seq, _)| *seq <= LINES_AS_EVENTS) {
                    let event = Event::JobLog {
                        job_id: job.id.clone(),
                        // Readers of the event know two streams and no colours; the log has all of it.
                        stream: if line.stream == NOTE { "stdout".into() } else { line.stream.clone() },
                        seq,
                        line: host::ansi::strip(&line.line),
                    };
                    tx.append(NewEvent::new(session, event, from.clone()))?;
                }
                if let Some(progress) = progress {
                    tx.set_job_step(job.id.as_str(), &progress.label)?;
                    let event = Event::JobProgress {
                        job_id: job.id.clone(),
                        step: progress.step,
                        steps: progress.steps,
                        label: progress.label,
                    };
                    tx.append(NewEvent::new(session, event, from))?;
                }
            }
            Ok(LogAppended { ok: true, job_id: job.id, log_id })
        })
        .await
    }
}

fn cut(text: &mut String, bytes: usize) {
    if text.len() > bytes {
        let mut end = bytes;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push('…');
    }
}

//! Job logs and artifacts.

use crate::tx::Tx;
use crate::{StoreError, row};
use protocol::event::Artifact;
use protocol::job::{JobLogRow, LogLine};
use rusqlite::params;

impl Tx<'_> {
    /// Appends lines to a job's log. Returns the id of the last row and the number of lines before these.
    pub fn append_log(&mut self, job: &str, lines: &[LogLine]) -> Result<(i64, u64), StoreError> {
        let now = self.now();
        let before = self
            .one(
                "UPDATE jobs SET logLines = logLines + ?2, firstLogAt = COALESCE(firstLogAt, ?3) WHERE id = ?1 RETURNING logLines - ?2",
                params![job, lines.len() as i64, now],
                |r| Ok(r.get::<_, i64>(0)?),
            )?
            .ok_or_else(|| StoreError::Refused(protocol::ApiError::not_found("job", job)))?;
        for line in lines {
            self.exec(
                "INSERT INTO job_logs (jobId, ts, stream, message) VALUES (?, ?, ?, ?)",
                params![job, now, line.stream, line.line],
            )?;
        }
        Ok((self.conn.last_insert_rowid(), before.max(0) as u64))
    }

    /// Log rows after row `after`, oldest first.
    pub fn job_logs(&self, job: &str, after: i64, limit: Option<u64>) -> Result<Vec<JobLogRow>, StoreError> {
        self.all(
            "SELECT id, jobId, ts, stream, message FROM job_logs WHERE jobId = ? AND id > ? ORDER BY id LIMIT ?",
            params![job, after, row::limit(limit, 50)?],
            |r| Ok(JobLogRow { id: r.get(0)?, job_id: row::word(r, "jobId")?, ts: row::iso(r, "ts")?, stream: r.get(3)?, message: r.get(4)? }),
        )
    }

    pub fn add_artifact(&mut self, job: &str, artifact: &Artifact) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO job_artifacts (jobId, kind, uri, text) VALUES (?, ?, ?, ?)",
            params![job, artifact.kind, artifact.uri, artifact.text],
        )?;
        Ok(())
    }

    pub fn artifacts(&self, job: &str) -> Result<Vec<Artifact>, StoreError> {
        self.all(
            "SELECT kind, uri, text FROM job_artifacts WHERE jobId = ? ORDER BY id LIMIT 500",
            [job],
            |r| Ok(Artifact { kind: r.get(0)?, uri: r.get(1)?, text: r.get(2)? }),
        )
    }
}

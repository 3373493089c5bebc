//! Other machines, and the terminals that were opened on them.

use crate::tx::Tx;
use crate::{StoreError, row};
use protocol::node::{NodeOffer, NodeService, RegisterNode};
use protocol::terminal::Terminal;
use protocol::{DeviceId, JobId};
use rusqlite::params;

/// A machine as it is kept. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeRow {
    pub id: DeviceId,
    pub hostname: String,
    pub os: String,
    pub version: String,
    pub offers: Vec<NodeOffer>,
    pub allowed: Vec<NodeService>,
    pub clock_ahead_ms: i64,
    pub registered_at: i64,
    pub heard_at: i64,
}

/// What is known of a machine that registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It was never here.
    New,
    /// Its program is the one that was here last.
    Same,
    /// Its program was started anew since.
    Restarted,
}

impl Tx<'_> {
    /// What a machine says of itself. What it may do stays as it is.
    pub fn register_node(&mut self, id: &DeviceId, said: &RegisterNode) -> Result<Known, StoreError> {
        let now = self.now();
        let run: Option<String> =
            self.one("SELECT run FROM nodes WHERE id = ?", [id.as_str()], |r| Ok(r.get(0)?))?;
        self.exec(
            "INSERT INTO nodes (id, hostname, os, version, offers, clockAheadMs, run, registeredAt, heardAt) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?8, ?7, ?7) \
             ON CONFLICT DO UPDATE SET hostname = ?2, os = ?3, version = ?4, offers = ?5, clockAheadMs = ?6, run = ?8, heardAt = ?7",
            params![
                id.as_str(),
                said.hostname,
                said.os,
                said.version,
                serde_json::to_string(&said.offers)?,
                said.now_ms.saturating_sub(now),
                now,
                said.run
            ],
        )?;
        Ok(match run {
            None => Known::New,
            Some(run) if run == said.run => Known::Same,
            Some(_) => Known::Restarted,
        })
    }

    /// A machine was heard now.
    pub fn node_heard(&mut self, id: &DeviceId, clock_ahead_ms: Option<i64>) -> Result<(), StoreError> {
        self.exec(
            "UPDATE nodes SET heardAt = ?2, clockAheadMs = COALESCE(?3, clockAheadMs) WHERE id = ?1",
            params![id.as_str(), self.now(), clock_ahead_ms],
        )?;
        Ok(())
    }

    pub fn allow_node(&mut self, id: &DeviceId, services: &[NodeService]) -> Result<(), StoreError> {
        self.exec(
            "UPDATE nodes SET allowed = ?2 WHERE id = ?1",
            params![id.as_str(), serde_json::to_string(services)?],
        )?;
        Ok(())
    }

    pub fn node(&self, id: &DeviceId) -> Result<Option<NodeRow>, StoreError> {
        self.one("SELECT * FROM nodes WHERE id = ?", [id.as_str()], node_row)
    }

    /// Machines whose device was not revoked, with its name.
    pub fn nodes(&self) -> Result<Vec<(NodeRow, String)>, StoreError> {
        self.all(
            "SELECT nodes.*, devices.name AS deviceName FROM nodes JOIN devices ON devices.id = nodes.id \
             WHERE devices.revokedAt IS NULL ORDER BY devices.name, nodes.id LIMIT 500",
            [],
            |r| Ok((node_row(r)?, r.get("deviceName")?)),
        )
    }

    /// Jobs a worker has now.
    pub fn jobs_of_worker(&self, worker: &str) -> Result<u32, StoreError> {
        let sql = "SELECT COUNT(*) FROM jobs WHERE workerId = ? AND status = 'claimed'";
        Ok(self.one(sql, [worker], |r| Ok(r.get(0)?))?.unwrap_or(0))
    }

    /// What a worker has claimed now: jobs and their claim tokens.
    pub fn claims_of_worker(&self, worker: &str) -> Result<Vec<(JobId, String)>, StoreError> {
        let sql = "SELECT id, claimToken FROM jobs WHERE status = 'claimed' AND workerId = ? AND claimToken IS NOT NULL ORDER BY seq";
        self.all(sql, [worker], |r| Ok((row::word(r, "id")?, r.get("claimToken")?)))
    }

    /// The claims of a worker that is gone for good are over now, each with the attempt it was at.
    pub fn end_leases(&mut self, worker: &str) -> Result<(), StoreError> {
        let now = self.now();
        self.exec(
            "UPDATE jobs SET leaseExpiresAt = ?2 WHERE status = 'claimed' AND workerId = ?1",
            params![worker, now],
        )?;
        Ok(())
    }

    pub fn keep_node_terminal(&mut self, node: &DeviceId, terminal: &Terminal) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO node_terminals VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET record = ?3 WHERE nodeId = ?2",
            params![terminal.id.as_str(), node.as_str(), serde_json::to_string(terminal)?],
        )?;
        Ok(())
    }

    pub fn forget_node_terminal(&mut self, id: &protocol::TerminalId) -> Result<(), StoreError> {
        self.exec("DELETE FROM node_terminals WHERE id = ?", [id.as_str()])?;
        Ok(())
    }

    pub fn node_terminals(&self) -> Result<Vec<(DeviceId, Terminal)>, StoreError> {
        self.all("SELECT nodeId, record FROM node_terminals ORDER BY id", [], |r| {
            Ok((row::word(r, "nodeId")?, row::json(r, "record")?))
        })
    }

    /// The newest rows of a job's log, oldest first.
    pub fn job_log_tail(&self, job: &str, lines: u32) -> Result<Vec<protocol::job::JobLogRow>, StoreError> {
        let mut rows = self.all(
            "SELECT id, jobId, ts, stream, message FROM job_logs WHERE jobId = ? ORDER BY id DESC LIMIT ?",
            params![job, lines],
            |r| {
                Ok(protocol::job::JobLogRow {
                    id: r.get(0)?,
                    job_id: row::word(r, "jobId")?,
                    ts: row::iso(r, "ts")?,
                    stream: r.get(3)?,
                    message: r.get(4)?,
                })
            },
        )?;
        rows.reverse();
        Ok(rows)
    }
}

fn node_row(r: &rusqlite::Row<'_>) -> Result<NodeRow, StoreError> {
    Ok(NodeRow {
        id: row::word(r, "id")?,
        hostname: r.get("hostname")?,
        os: r.get("os")?,
        version: r.get("version")?,
        offers: row::json(r, "offers")?,
        allowed: row::json(r, "allowed")?,
        clock_ahead_ms: r.get("clockAheadMs")?,
        registered_at: r.get("registeredAt")?,
        heard_at: r.get("heardAt")?,
    })
}

ALTER TABLE usage ADD COLUMN cachedTokens INTEGER NOT NULL DEFAULT 0;
-- Millionths of the unit of the prices; NULL where the model has no price.
ALTER TABLE usage ADD COLUMN costMicros INTEGER;
ALTER TABLE usage ADD COLUMN estimated INTEGER NOT NULL DEFAULT 0;
CREATE INDEX usage_by_job ON usage(jobId) WHERE jobId IS NOT NULL;

-- Why a job waits, as JSON, and whether it was asked to.
ALTER TABLE jobs ADD COLUMN waiting TEXT;
ALTER TABLE jobs ADD COLUMN pauseRequested INTEGER NOT NULL DEFAULT 0;
-- Limits of this one job beyond the budget of a job, as JSON.
ALTER TABLE jobs ADD COLUMN raised TEXT;
CREATE INDEX jobs_waiting ON jobs(seq) WHERE status = 'waiting';

-- Time workers spent, one row for each claim that ended, however it did.
CREATE TABLE work (id INTEGER PRIMARY KEY, jobId TEXT NOT NULL, workspaceId TEXT, ms INTEGER NOT NULL, endedAt INTEGER NOT NULL);
CREATE INDEX work_by_job ON work(jobId);
CREATE INDEX work_age ON work(endedAt);
CREATE TRIGGER jobs_worked AFTER UPDATE OF status ON jobs WHEN OLD.status = 'claimed' AND NEW.status <> 'claimed' AND OLD.claimedAt IS NOT NULL BEGIN
  INSERT INTO work (jobId, workspaceId, ms, endedAt) VALUES (NEW.id, NEW.workspaceId, MAX(0, NEW.updatedAt - OLD.claimedAt), NEW.updatedAt); END;

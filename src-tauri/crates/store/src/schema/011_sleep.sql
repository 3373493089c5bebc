-- How long the machine slept while the claim a job has now was held: no part of its work.
ALTER TABLE jobs ADD COLUMN asleepMs INTEGER NOT NULL DEFAULT 0;
DROP TRIGGER jobs_worked;
CREATE TRIGGER jobs_worked AFTER UPDATE OF status ON jobs WHEN OLD.status = 'claimed' AND NEW.status <> 'claimed' AND OLD.claimedAt IS NOT NULL BEGIN
  INSERT INTO work (jobId, workspaceId, ms, endedAt) VALUES (NEW.id, NEW.workspaceId, MAX(0, NEW.updatedAt - OLD.claimedAt - OLD.asleepMs), NEW.updatedAt);
  UPDATE jobs SET asleepMs = 0 WHERE seq = NEW.seq AND asleepMs > 0; END;

-- What a job's conversation with its model was so far, in pieces; gone when the job ends.
CREATE TABLE job_memory (
  jobId TEXT NOT NULL REFERENCES jobs(id), place INTEGER NOT NULL, piece TEXT NOT NULL, PRIMARY KEY (jobId, place)) WITHOUT ROWID;
CREATE TRIGGER jobs_forget AFTER UPDATE OF status ON jobs WHEN NEW.status IN ('completed', 'failed', 'cancelled') BEGIN
  DELETE FROM job_memory WHERE jobId = NEW.id; END;

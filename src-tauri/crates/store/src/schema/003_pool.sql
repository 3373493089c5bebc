-- The only worker that may have the job a request becomes.
ALTER TABLE requests ADD COLUMN targetWorkerId TEXT;

-- Workers that take no new jobs: since somebody asked (pool = 0), or since the pool is about to end an idle one (1).
CREATE TABLE worker_drains (
  workerId TEXT NOT NULL, pool INTEGER NOT NULL, by TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (workerId, pool)) WITHOUT ROWID;

-- How processes of our workers ended, as JSON; the newest few of each worker.
CREATE TABLE worker_ends (id INTEGER PRIMARY KEY, workerId TEXT NOT NULL, record TEXT NOT NULL);
CREATE INDEX worker_ends_by_worker ON worker_ends(workerId, id);

CREATE TABLE workspaces (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, repoRoot TEXT NOT NULL UNIQUE, baseBranch TEXT NOT NULL,
  integrationBranch TEXT NOT NULL, strategy TEXT NOT NULL, profile TEXT NOT NULL, trusted INTEGER NOT NULL,
  allowHost INTEGER NOT NULL, mergeEnabled INTEGER NOT NULL, mergePaused INTEGER NOT NULL,
  ownChecks TEXT, createdAt INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE sessions (
  session_id TEXT PRIMARY KEY, workspaceId TEXT REFERENCES workspaces(id), label TEXT NOT NULL, capabilities TEXT,
  created_at INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE events (
  event_id INTEGER PRIMARY KEY, id TEXT NOT NULL, session_id TEXT NOT NULL REFERENCES sessions(session_id),
  type TEXT NOT NULL, ts INTEGER NOT NULL, envelope TEXT NOT NULL);
CREATE INDEX events_by_session ON events(session_id, event_id);

CREATE TABLE requests (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, sessionId TEXT NOT NULL REFERENCES sessions(session_id),
  workspaceId TEXT, prompt TEXT NOT NULL, enhancedPrompt TEXT, band INTEGER NOT NULL,
  queueWaitBudgetMs INTEGER NOT NULL, status TEXT NOT NULL, agentId TEXT, result TEXT, error TEXT, jobId TEXT,
  attempts INTEGER NOT NULL DEFAULT 0, claimToken TEXT, leaseMs INTEGER, leaseExpiresAt INTEGER,
  enqueuedAt INTEGER NOT NULL, claimedAt INTEGER, endedAt INTEGER, durationMs INTEGER, createdAt INTEGER NOT NULL,
  updatedAt INTEGER NOT NULL);
CREATE INDEX requests_pending ON requests(band, seq) WHERE status = 'pending';
CREATE INDEX requests_leases ON requests(leaseExpiresAt) WHERE status = 'claimed';
CREATE INDEX requests_ended ON requests(endedAt) WHERE endedAt IS NOT NULL;
CREATE INDEX requests_by_session ON requests(sessionId, seq);
CREATE INDEX requests_waiting ON requests(seq) WHERE status = 'waiting_for_model';

CREATE TABLE jobs (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, taskId TEXT NOT NULL, sessionId TEXT, workspaceId TEXT,
  requestId TEXT, kind TEXT NOT NULL, title TEXT NOT NULL, params TEXT NOT NULL, band INTEGER NOT NULL,
  queueWaitBudgetMs INTEGER NOT NULL, executionBudgetMs INTEGER NOT NULL, finalizationBudgetMs INTEGER NOT NULL,
  status TEXT NOT NULL, workerId TEXT, targetWorkerId TEXT, result TEXT, error TEXT,
  attempts INTEGER NOT NULL DEFAULT 0, cancelRequested INTEGER NOT NULL DEFAULT 0, step TEXT, isolation TEXT,
  verified INTEGER, commitSha TEXT, branch TEXT, jobTokenHash TEXT, claimToken TEXT, leaseMs INTEGER,
  leaseExpiresAt INTEGER, enqueuedAt INTEGER NOT NULL, claimedAt INTEGER, startedAt INTEGER, firstLogAt INTEGER,
  endedAt INTEGER, durationMs INTEGER, logLines INTEGER NOT NULL DEFAULT 0, createdAt INTEGER NOT NULL,
  updatedAt INTEGER NOT NULL);
CREATE INDEX jobs_pending ON jobs(band, seq, kind) WHERE status = 'pending' AND targetWorkerId IS NULL;
CREATE INDEX jobs_pending_targeted ON jobs(targetWorkerId, band, seq) WHERE status = 'pending' AND targetWorkerId IS NOT NULL;
CREATE INDEX jobs_leases ON jobs(leaseExpiresAt) WHERE status = 'claimed';
CREATE INDEX jobs_ended ON jobs(endedAt) WHERE endedAt IS NOT NULL;
CREATE INDEX jobs_by_session ON jobs(sessionId, seq);
CREATE INDEX jobs_by_worker ON jobs(workerId) WHERE status = 'claimed';

CREATE TABLE job_logs (id INTEGER PRIMARY KEY, jobId TEXT NOT NULL REFERENCES jobs(id), ts INTEGER NOT NULL, stream TEXT NOT NULL, message TEXT NOT NULL);
CREATE INDEX job_logs_by_job ON job_logs(jobId, id);
CREATE TABLE job_artifacts (id INTEGER PRIMARY KEY, jobId TEXT NOT NULL REFERENCES jobs(id), kind TEXT NOT NULL, uri TEXT, text TEXT);
CREATE INDEX job_artifacts_by_job ON job_artifacts(jobId, id);

CREATE TABLE workers (
  workerId TEXT PRIMARY KEY, status TEXT NOT NULL, currentJobId TEXT, pollMs INTEGER, capabilities TEXT NOT NULL,
  details TEXT NOT NULL, lastHeartbeat INTEGER NOT NULL, createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE completions (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, jobId TEXT NOT NULL REFERENCES jobs(id), sessionId TEXT NOT NULL,
  workspaceId TEXT, band INTEGER NOT NULL DEFAULT 0, commitSha TEXT, branch TEXT, message TEXT NOT NULL, prTitle TEXT,
  prBody TEXT, status TEXT NOT NULL, pusherId TEXT, error TEXT, attempts INTEGER NOT NULL DEFAULT 0, claimToken TEXT,
  leaseMs INTEGER, leaseExpiresAt INTEGER, enqueuedAt INTEGER NOT NULL, claimedAt INTEGER, endedAt INTEGER,
  durationMs INTEGER, external INTEGER NOT NULL DEFAULT 0, createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL);
CREATE INDEX completions_pending ON completions(band, seq) WHERE status = 'pending';
CREATE INDEX completions_leases ON completions(leaseExpiresAt) WHERE status = 'claimed';
CREATE INDEX completions_by_job ON completions(jobId);

-- The whole entry is one JSON record; the columns are what it is found by.
CREATE TABLE merge_entries (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, completionId TEXT NOT NULL UNIQUE, jobId TEXT NOT NULL,
  workspaceId TEXT NOT NULL, state TEXT NOT NULL, place REAL NOT NULL, record TEXT NOT NULL, createdAt INTEGER NOT NULL,
  updatedAt INTEGER NOT NULL, landedAt INTEGER);
CREATE INDEX merge_entries_open ON merge_entries(workspaceId, place) WHERE state NOT IN ('landed', 'returned', 'failed', 'removed');
CREATE INDEX merge_entries_recent ON merge_entries(workspaceId, updatedAt);
CREATE INDEX merge_entries_by_job ON merge_entries(jobId);

CREATE TABLE check_results (
  tree TEXT NOT NULL, checkDigest TEXT NOT NULL, environmentDigest TEXT NOT NULL, name TEXT NOT NULL, ok INTEGER NOT NULL,
  durationMs INTEGER NOT NULL, tail TEXT NOT NULL, createdAt INTEGER NOT NULL,
  PRIMARY KEY (tree, checkDigest, environmentDigest)) WITHOUT ROWID;

CREATE TABLE approvals (
  id TEXT PRIMARY KEY, workspaceId TEXT, session_id TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
  state TEXT NOT NULL, hash TEXT NOT NULL, record TEXT NOT NULL, expiresAt INTEGER, createdAt INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX approvals_pending ON approvals(createdAt) WHERE state = 'pending';
CREATE INDEX approvals_by_subject ON approvals(subject);

CREATE TABLE grants (id TEXT PRIMARY KEY, record TEXT NOT NULL, expiresAt INTEGER, createdAt INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE idempotency (
  actor TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
  createdAt INTEGER NOT NULL, PRIMARY KEY (actor, key)) WITHOUT ROWID;
CREATE INDEX idempotency_age ON idempotency(createdAt);

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, payload TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  notBefore INTEGER NOT NULL, createdAt INTEGER NOT NULL);

CREATE TABLE usage (
  id INTEGER PRIMARY KEY, role TEXT NOT NULL, model TEXT NOT NULL, jobId TEXT, workspaceId TEXT, inputTokens INTEGER NOT NULL,
  outputTokens INTEGER NOT NULL, createdAt INTEGER NOT NULL);
CREATE INDEX usage_age ON usage(createdAt);

CREATE TABLE devices (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, tokenHash TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL, createdAt INTEGER NOT NULL,
  lastSeenAt INTEGER NOT NULL, revokedAt INTEGER) WITHOUT ROWID;

CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Mean duration of what ended, weighted to the recent past; positions turn it into an ETA.
CREATE TABLE measures (queue TEXT PRIMARY KEY, samples INTEGER NOT NULL, meanMs REAL NOT NULL) WITHOUT ROWID;

-- Rows per status and band, kept by triggers: positions and counts never scan a backlog.
CREATE TABLE queue_counts (queue TEXT NOT NULL, status TEXT NOT NULL, band INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (queue, status, band)) WITHOUT ROWID;
CREATE TRIGGER requests_count_in AFTER INSERT ON requests BEGIN
  INSERT INTO queue_counts VALUES ('requests', NEW.status, NEW.band, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
CREATE TRIGGER requests_count_move AFTER UPDATE OF status ON requests WHEN OLD.status <> NEW.status BEGIN
  UPDATE queue_counts SET n = n - 1 WHERE queue = 'requests' AND status = OLD.status AND band = OLD.band;
  INSERT INTO queue_counts VALUES ('requests', NEW.status, NEW.band, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
CREATE TRIGGER jobs_count_in AFTER INSERT ON jobs BEGIN
  INSERT INTO queue_counts VALUES ('jobs', NEW.status, NEW.band, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
CREATE TRIGGER jobs_count_move AFTER UPDATE OF status ON jobs WHEN OLD.status <> NEW.status BEGIN
  UPDATE queue_counts SET n = n - 1 WHERE queue = 'jobs' AND status = OLD.status AND band = OLD.band;
  INSERT INTO queue_counts VALUES ('jobs', NEW.status, NEW.band, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
CREATE TRIGGER completions_count_in AFTER INSERT ON completions BEGIN
  INSERT INTO queue_counts VALUES ('completions', NEW.status, NEW.band, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
CREATE TRIGGER completions_count_move AFTER UPDATE OF status ON completions WHEN OLD.status <> NEW.status BEGIN
  UPDATE queue_counts SET n = n - 1 WHERE queue = 'completions' AND status = OLD.status AND band = OLD.band;
  INSERT INTO queue_counts VALUES ('completions', NEW.status, NEW.band, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
CREATE TRIGGER merge_count_in AFTER INSERT ON merge_entries BEGIN
  INSERT INTO queue_counts VALUES ('merge', NEW.state, 0, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
CREATE TRIGGER merge_count_move AFTER UPDATE OF state ON merge_entries WHEN OLD.state <> NEW.state BEGIN
  UPDATE queue_counts SET n = n - 1 WHERE queue = 'merge' AND status = OLD.state AND band = 0;
  INSERT INTO queue_counts VALUES ('merge', NEW.state, 0, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;

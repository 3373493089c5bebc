-- Publications: one press of a person, one wish of a job, or one landing that is pushed. The whole record is JSON.
CREATE TABLE publishes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, sessionId TEXT NOT NULL REFERENCES sessions(session_id),
  workspaceId TEXT NOT NULL REFERENCES workspaces(id), headBranch TEXT NOT NULL, stage TEXT NOT NULL, digest TEXT NOT NULL,
  actor TEXT NOT NULL, generated INTEGER NOT NULL, record TEXT NOT NULL, createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL);
CREATE INDEX publishes_by_session ON publishes(sessionId, seq);
CREATE INDEX publishes_open ON publishes(seq) WHERE stage <> 'done';

-- Which publication an idempotency key began or joined.
CREATE TABLE publish_keys (
  actor TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, publishId TEXT NOT NULL REFERENCES publishes(id),
  createdAt INTEGER NOT NULL, PRIMARY KEY (actor, key)) WITHOUT ROWID;

-- Where a branch of a remote was when we pushed it last: what a lease of ours expects there.
CREATE TABLE pushed_branches (
  workspaceId TEXT NOT NULL REFERENCES workspaces(id), remote TEXT NOT NULL, branch TEXT NOT NULL, commitSha TEXT NOT NULL,
  pushedAt INTEGER NOT NULL, PRIMARY KEY (workspaceId, remote, branch)) WITHOUT ROWID;

-- Runs of an entry's checks on one candidate. One that was thrown away has a reason; one without an end was cut by the
-- end of its server.
CREATE TABLE check_runs (
  number INTEGER PRIMARY KEY AUTOINCREMENT, workspaceId TEXT NOT NULL, entryId TEXT NOT NULL, title TEXT NOT NULL,
  tree TEXT NOT NULL, slot INTEGER NOT NULL, startedAt INTEGER NOT NULL, endedAt INTEGER, reason TEXT, blamed TEXT);
CREATE INDEX check_runs_open ON check_runs(workspaceId) WHERE endedAt IS NULL;
CREATE INDEX check_runs_thrown ON check_runs(workspaceId, number) WHERE reason IS NOT NULL;
CREATE INDEX check_runs_by_entry ON check_runs(entryId, number);

-- Landings on the user's own branch. The record is the whole one; the columns are what it is found by.
CREATE TABLE main_landings (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, workspaceId TEXT NOT NULL, state TEXT NOT NULL, record TEXT NOT NULL,
  createdAt INTEGER NOT NULL);
CREATE INDEX main_landings_by_workspace ON main_landings(workspaceId, seq);

-- Looking back: the events of one entry, and what happened in a span of time.
CREATE INDEX events_about_entry ON events(json_extract(envelope, '$.correlationId'), event_id) WHERE type >= 'merge.' AND type < 'merge/';
CREATE INDEX events_returned ON events(ts) WHERE type = 'merge.entry.returned';
CREATE INDEX check_runs_age ON check_runs(startedAt);
CREATE INDEX merge_entries_landed ON merge_entries(landedAt) WHERE landedAt IS NOT NULL;

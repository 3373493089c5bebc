-- Browsers that are told of things. The owner is a device, or `owner` for the holder of the local token.
CREATE TABLE push_targets (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, device TEXT NOT NULL, endpoint TEXT NOT NULL UNIQUE, p256dh TEXT NOT NULL, auth TEXT NOT NULL,
  offsetMin INTEGER NOT NULL, createdAt INTEGER NOT NULL) WITHOUT ROWID;

-- The ledger: what was to be told, whom, and what became of it. A row is sent while it is `waiting` or `quiet` and due.
CREATE TABLE notifications (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, target TEXT NOT NULL, owner TEXT NOT NULL, device TEXT NOT NULL,
  cause TEXT NOT NULL, asks TEXT, message TEXT NOT NULL, outcome TEXT NOT NULL, why TEXT, tries INTEGER NOT NULL, dueAt INTEGER NOT NULL,
  endsAt INTEGER NOT NULL, createdAt INTEGER NOT NULL, outcomeAt INTEGER NOT NULL, UNIQUE (cause, target));
CREATE INDEX notifications_due ON notifications(dueAt) WHERE outcome IN ('waiting', 'quiet');
CREATE INDEX notifications_asks ON notifications(asks) WHERE asks IS NOT NULL;

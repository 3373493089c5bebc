-- Other machines: what each said of itself when it was heard last, and what the owner lets it do. The id is its device's.
CREATE TABLE nodes (
  id TEXT PRIMARY KEY, hostname TEXT NOT NULL, os TEXT NOT NULL, version TEXT NOT NULL, offers TEXT NOT NULL,
  allowed TEXT NOT NULL DEFAULT '[]', clockAheadMs INTEGER NOT NULL, run TEXT NOT NULL, registeredAt INTEGER NOT NULL, heardAt INTEGER NOT NULL) WITHOUT ROWID;

-- Terminals that were opened on them through this server, as they were told of last.
CREATE TABLE node_terminals (
  id TEXT PRIMARY KEY, nodeId TEXT NOT NULL REFERENCES nodes(id), record TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX node_terminals_by_node ON node_terminals(nodeId);

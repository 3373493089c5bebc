-- Devices with a key have no token; a token is that of a device without one. Revoked rows stay, and open nothing.
CREATE TABLE devices_now (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, platform TEXT, role TEXT NOT NULL, scopes TEXT NOT NULL,
  tokenHash TEXT UNIQUE, publicKey TEXT, login TEXT, node TEXT, createdAt INTEGER NOT NULL, lastSeenAt INTEGER,
  revokedAt INTEGER) WITHOUT ROWID;
INSERT INTO devices_now
  SELECT id, name, 'browser', NULL, 'owner', scopes, tokenHash, NULL, NULL, NULL, createdAt, lastSeenAt, revokedAt FROM devices;
DROP TABLE devices;
ALTER TABLE devices_now RENAME TO devices;

-- Devices with a key that signed in over HTTP, by the digest of what their cookie says.
CREATE TABLE device_sessions (
  tokenHash TEXT PRIMARY KEY, deviceId TEXT NOT NULL REFERENCES devices(id), createdAt INTEGER NOT NULL,
  expiresAt INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX device_sessions_of ON device_sessions(deviceId, createdAt);

-- Links by which devices are let in. The secrets of a link and of who claimed it are kept as digests.
CREATE TABLE pairings (
  id TEXT PRIMARY KEY, nonceHash TEXT UNIQUE, claimHash TEXT, state TEXT NOT NULL, record TEXT NOT NULL,
  createdAt INTEGER NOT NULL, expiresAt INTEGER NOT NULL) WITHOUT ROWID;

-- Devices from machines of the tailnet that its allow list alone lets in: what they may has a bound.
ALTER TABLE devices ADD COLUMN invited INTEGER NOT NULL DEFAULT 0;

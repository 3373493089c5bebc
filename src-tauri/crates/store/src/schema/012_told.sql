-- Which ends of budgets of time were told, so that each is told once however many workers come near it.
CREATE TABLE budget_told (what TEXT PRIMARY KEY, toldAt INTEGER NOT NULL) WITHOUT ROWID;

-- What people said to jobs, in order. A worker takes messages of its job; what nobody took waits for the next one.
CREATE TABLE steering (
  number INTEGER PRIMARY KEY AUTOINCREMENT, jobId TEXT NOT NULL REFERENCES jobs(id), text TEXT NOT NULL, saidBy TEXT NOT NULL,
  saidAt INTEGER NOT NULL, takenBy TEXT, takenAt INTEGER);
CREATE INDEX steering_by_job ON steering(jobId, number);

-- A job that a person has taken over, as JSON.
ALTER TABLE jobs ADD COLUMN taken TEXT;
CREATE INDEX jobs_taken ON jobs(seq) WHERE taken IS NOT NULL;

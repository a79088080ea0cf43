SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  created INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  body TEXT NOT NULL,
  private TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS objects_by_type ON objects (type, seq);
CREATE INDEX IF NOT EXISTS objects_by_customer ON objects
  (type, json_extract(body, '$.customer'));
CREATE INDEX IF NOT EXISTS objects_by_intent ON objects
  (type, json_extract(body, '$.payment_intent'));
CREATE INDEX IF NOT EXISTS objects_by_charge ON objects
  (type, json_extract(body, '$.charge'));

-- answers to POST requests that carried an Idempotency-Key
CREATE TABLE IF NOT EXISTS answers (
  key TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  status INTEGER NOT NULL,
  body TEXT NOT NULL,
  request_id TEXT NOT NULL,
  created INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  event TEXT NOT NULL,
  type TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending',  -- pending, sending, delivered, failed, dropped
  attempts INTEGER NOT NULL DEFAULT 0,
  due REAL NOT NULL,
  status INTEGER,  -- HTTP status of the last attempt; 0 when there was no answer
  answer TEXT
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, due);
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event);

-- what happens by itself later: a debit settles, a session expires
CREATE TABLE IF NOT EXISTS timers (
  kind TEXT NOT NULL,
  object TEXT NOT NULL,
  due REAL NOT NULL,
  clock TEXT,  -- the test clock whose time that is; null: real time
  PRIMARY KEY (kind, object)
);
CREATE INDEX IF NOT EXISTS timers_due ON timers (due);
"""
# What files of an earlier version lack: (table, column, how to add it).
ADDED = (("timers", "clock", "ALTER TABLE timers ADD COLUMN clock TEXT"),)

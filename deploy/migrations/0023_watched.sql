-- Where the watch stands: one row for all hubs of these books, so that one of them looks and all know.
CREATE TABLE federation.watched (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    next_look_at timestamptz NOT NULL DEFAULT '-infinity',
    looked_at timestamptz,                  -- by the wall clock of who looked
    since xid8,                             -- whatever booked before this transaction was sound
    promises jsonb NOT NULL DEFAULT '[]'
);
INSERT INTO federation.watched DEFAULT VALUES;

GRANT SELECT ON federation.watched TO meguri_worker, meguri_auditor;
GRANT UPDATE (next_look_at, looked_at, since, promises) ON federation.watched TO meguri_worker;

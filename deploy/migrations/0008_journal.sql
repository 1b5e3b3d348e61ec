-- The journal: every entry gets the next number and a place in a chain of hashes, from ONE sealer
-- that takes only what is committed and older than any running booking. Local tables: one database
-- numbers, whatever the books are spread over.
-- squawk-ignore-file require-concurrent-index-creation

-- `hash` is over the entry and all that it moved (federation/journal_hash.py), `format` says how;
-- `chain` is over the chain before and this hash.
CREATE TABLE federation.journal (
    number bigint PRIMARY KEY CHECK (number > 0),
    member_id bigint NOT NULL,
    entry_id bigint NOT NULL,
    booked_at timestamptz NOT NULL,
    format smallint NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    chain bytea NOT NULL CHECK (length(chain) = 32),
    UNIQUE (member_id, entry_id, booked_at)
);

-- Up to here, in the order of transactions, every entry has its number: the one row the sealer moves.
CREATE TABLE federation.numbered (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    xid xid8 NOT NULL DEFAULT '0',
    entry_id bigint NOT NULL DEFAULT 0,
    member_id bigint NOT NULL DEFAULT 0
);
INSERT INTO federation.numbered DEFAULT VALUES;

-- The journal's head at the end of each day on which something was booked; the same leave the
-- database in a signed file.
CREATE TABLE federation.heads (
    day_on date PRIMARY KEY,
    number bigint NOT NULL UNIQUE,
    chain bytea NOT NULL CHECK (length(chain) = 32)
);

CREATE FUNCTION federation.stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% is written once and stays', tg_relid::regclass USING ERRCODE = 'insufficient_privilege';
END
$$;
REVOKE ALL ON FUNCTION federation.stays FROM public;

CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON federation.journal
FOR EACH STATEMENT EXECUTE FUNCTION federation.stays();
ALTER TABLE federation.journal ENABLE ALWAYS TRIGGER stays;
CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON federation.heads
FOR EACH STATEMENT EXECUTE FUNCTION federation.stays();
ALTER TABLE federation.heads ENABLE ALWAYS TRIGGER stays;

-- Where the sealer finds what is new: `booked_at` can stand still or run ahead, an xid cannot.
CREATE INDEX entries_by_transaction ON federation.entries (xid);

CREATE POLICY whole_sealer ON federation.draws FOR SELECT TO meguri_sealer USING (true);
CREATE POLICY whole_sealer ON federation.holds FOR SELECT TO meguri_sealer USING (true);
GRANT SELECT ON federation.lots, federation.draws, federation.holds, federation.hold_parts,
federation.shortages TO meguri_sealer;
GRANT SELECT, INSERT ON federation.journal, federation.heads TO meguri_sealer;
GRANT SELECT ON federation.numbered TO meguri_sealer;
GRANT UPDATE (xid, entry_id, member_id) ON federation.numbered TO meguri_sealer;
GRANT SELECT ON federation.journal, federation.numbered, federation.heads
TO meguri_worker, meguri_auditor;

-- What one card had at a past instant is answered by the counter, from as little as that takes.
CREATE POLICY past ON federation.entries FOR SELECT TO meguri_counter USING (true);
CREATE POLICY past ON federation.draws FOR SELECT TO meguri_counter USING (true);
GRANT SELECT (member_id, entry_id, kind, of_entry_id, slides_to, booked_at)
ON federation.entries TO meguri_counter;
GRANT SELECT (member_id, entry_id, lot_entry_id, lot_part, kind, points, booked_at)
ON federation.draws TO meguri_counter;

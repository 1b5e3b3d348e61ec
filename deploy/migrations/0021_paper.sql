-- What finance people read: who a party is on paper, and the papers as they were issued, for ever.

-- Who a party is on paper, from a day on. Nothing is changed: a correction is written later, and of
-- the rows with the latest `from_on` the last one written holds.
CREATE TABLE settlement.profiles (
    party_id bigint NOT NULL REFERENCES tenants.parties,
    from_on date NOT NULL,
    written_at timestamptz NOT NULL,
    legal_name text NOT NULL CHECK (legal_name <> ''),
    legal_name_en text NOT NULL,
    postal_code text NOT NULL CHECK (postal_code ~ '^[0-9]{3}-[0-9]{4}$'),
    address text NOT NULL CHECK (address <> ''),
    registration_number text CHECK (registration_number ~ '^T[0-9]{13}$'),  -- 適格請求書の登録番号
    contact text NOT NULL,
    phone text NOT NULL,
    mail text NOT NULL,
    invoice_document text NOT NULL CHECK (invoice_document IN ('STATEMENT', 'DEPOSIT_STATEMENT')),
    lang text NOT NULL CHECK (lang IN ('ja', 'en')),
    author text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (party_id, from_on, written_at)
);

-- A paper as it was issued, byte for byte: issue 0 first, then each 再発行 under its number.
CREATE TABLE settlement.papers (
    cycle_id integer NOT NULL,
    party_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('pdf', 'xlsx')),
    issue integer NOT NULL CHECK (issue >= 0),
    body bytea NOT NULL,
    sha256 bytea NOT NULL CHECK (sha256 = sha256(body)),
    issued_at timestamptz NOT NULL,
    issued_by text NOT NULL,
    PRIMARY KEY (cycle_id, party_id, kind, issue),
    FOREIGN KEY (cycle_id, party_id) REFERENCES settlement.statements
);
ALTER TABLE settlement.papers ALTER COLUMN body SET STORAGE EXTERNAL;

ALTER TABLE settlement.profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.profiles FORCE ROW LEVEL SECURITY;
ALTER TABLE settlement.papers ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.papers FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON settlement.profiles FOR SELECT TO meguri_app USING (party_id = federation.reader());
CREATE POLICY own ON settlement.papers FOR SELECT TO meguri_app USING (party_id = federation.reader());
CREATE POLICY whole ON settlement.profiles FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY whole ON settlement.papers FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY write_down ON settlement.profiles FOR INSERT TO meguri_worker WITH CHECK (true);
CREATE POLICY issue ON settlement.papers FOR INSERT TO meguri_worker WITH CHECK (true);

GRANT SELECT ON settlement.profiles, settlement.papers TO meguri_app, meguri_auditor;
GRANT SELECT, INSERT ON settlement.profiles, settlement.papers TO meguri_worker;

-- When each lot came into being, by what kind of entry, and when its points were first granted: behind
-- a merge and a change-over stands the grant. Of a lot whose entry is in a month that was detached
-- only the day is told from which it could be used.
CREATE VIEW settlement.issues WITH (security_invoker = true) AS
WITH RECURSIVE moved AS (
    SELECT
        lots.member_id, lots.entry_id, lots.part, lots.from_member_id, lots.from_entry_id,
        lots.from_part
    FROM federation.lots
    WHERE lots.from_entry_id IS NOT NULL
    UNION ALL
    SELECT
        moved.member_id, moved.entry_id, moved.part, lots.from_member_id, lots.from_entry_id,
        lots.from_part
    FROM moved
    INNER JOIN federation.lots
        ON lots.member_id = moved.from_member_id
        AND lots.entry_id = moved.from_entry_id
        AND lots.part = moved.from_part
    WHERE lots.from_entry_id IS NOT NULL
),

first AS (
    SELECT
        moved.member_id, moved.entry_id, moved.part,
        coalesce(entries.business_date, lots.usable_from) AS issued_on
    FROM moved
    INNER JOIN federation.lots
        ON lots.member_id = moved.from_member_id
        AND lots.entry_id = moved.from_entry_id
        AND lots.part = moved.from_part
    LEFT JOIN federation.entries
        ON entries.member_id = lots.member_id AND entries.entry_id = lots.entry_id
    WHERE lots.from_entry_id IS NULL
)

SELECT
    lots.member_id, lots.entry_id, lots.part, entries.kind, entries.booked_at,
    coalesce(first.issued_on, entries.business_date, lots.usable_from) AS issued_on
FROM federation.lots
LEFT JOIN federation.entries
    ON entries.member_id = lots.member_id AND entries.entry_id = lots.entry_id
LEFT JOIN first
    ON first.member_id = lots.member_id
    AND first.entry_id = lots.entry_id
    AND first.part = lots.part;
GRANT SELECT ON settlement.issues TO meguri_worker, meguri_auditor;

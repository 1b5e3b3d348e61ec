-- 累計: what a cycle has come to so far, folded behind the journal by one roller, so that a close adds
-- the last seconds to it and reads no draw that is already in. All tables are local, beside the flows.
-- Nothing here is truth: `meguri roll --again` makes it anew from the books.

-- What one funder's points of one kind did at one tenant so far; the same cells as the flows.
CREATE TABLE settlement.positions (
    cycle_id integer NOT NULL REFERENCES federation.cycles,
    funder_id bigint NOT NULL REFERENCES tenants.parties,
    tenant_id bigint NOT NULL REFERENCES tenants.parties,
    movement text NOT NULL
    CHECK (
        movement IN (
            'granted', 'used', 'restored', 'recovered', 'covered', 'uncovered', 'lapsed', 'moved-out',
            'moved-in'
        )
    ),
    kind text NOT NULL CHECK (kind IN ('base', 'campaign', 'rank')),
    funding text NOT NULL CHECK (funding IN ('at-issue', 'at-redemption', 'redeemer-bears')),
    late boolean NOT NULL,
    points bigint NOT NULL CHECK (points > 0),
    PRIMARY KEY (cycle_id, funder_id, tenant_id, movement, kind, funding, late)
) WITH (fillfactor = 70);
CREATE INDEX positions_of_tenant ON settlement.positions (cycle_id, tenant_id);

-- How many entries stand in each line of each statement so far. An entry is folded as a whole, so
-- that it is counted once in a line whatever its parts.
CREATE TABLE settlement.counts (
    cycle_id integer NOT NULL REFERENCES federation.cycles,
    party_id bigint NOT NULL REFERENCES tenants.parties,
    code smallint NOT NULL,
    original smallint NOT NULL,             -- 前期分調整: the code it would have had in time, or 0
    entries bigint NOT NULL CHECK (entries > 0),
    PRIMARY KEY (cycle_id, party_id, code, original)
) WITH (fillfactor = 70);

-- Up to this number of the journal everything is in: the one row the roller moves.
CREATE TABLE settlement.folded (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    number bigint NOT NULL DEFAULT 0 CHECK (number >= 0)
);
INSERT INTO settlement.folded DEFAULT VALUES;

-- The parts of every entry that is not in yet: behind the mark, or not even numbered. The sealer
-- numbers in the order of transactions, so that what it has not reached lies behind its own mark; but
-- where books were brought from elsewhere, what has no number. The upper bounds say nothing new:
-- they tell the planner that these are few. LATERAL and OFFSET 0: entry by entry, by their keys.
CREATE VIEW settlement.unfolded WITH (security_invoker = true) AS
SELECT
    parts.cycle_id, waiting.booked_at, waiting.member_id, waiting.entry_id, parts.movement, parts.kind,
    parts.funding, parts.funder_id, parts.tenant_id, parts.late, parts.points
FROM (
    SELECT journal.member_id, journal.entry_id, journal.booked_at
    FROM federation.journal
    WHERE
        journal.number > (SELECT folded.number FROM settlement.folded)
        AND journal.number <= (SELECT max(head.number) FROM federation.journal AS head)
    UNION ALL
    SELECT entries.member_id, entries.entry_id, entries.booked_at
    FROM federation.entries
    WHERE
        entries.xid >= (SELECT numbered.xid FROM federation.numbered)
        AND entries.xid < pg_snapshot_xmax(pg_current_snapshot())
        AND (entries.xid, entries.entry_id, entries.member_id)
        > (SELECT numbered.xid, numbered.entry_id, numbered.member_id FROM federation.numbered)
    UNION ALL
    SELECT strangers.member_id, strangers.entry_id, strangers.booked_at
    FROM federation.numbered
    CROSS JOIN LATERAL (
        SELECT entries.member_id, entries.entry_id, entries.booked_at
        FROM federation.entries
        WHERE
            numbered.one
            AND NOT EXISTS (
                SELECT FROM federation.journal
                WHERE
                    journal.member_id = entries.member_id
                    AND journal.entry_id = entries.entry_id
                    AND journal.booked_at = entries.booked_at
            )
        OFFSET 0
    ) AS strangers
    WHERE numbered.xid >= pg_snapshot_xmax(pg_current_snapshot())
) AS waiting
CROSS JOIN LATERAL (
    SELECT
        parts.cycle_id, parts.movement, parts.kind, parts.funding, parts.funder_id, parts.tenant_id,
        parts.late, parts.points
    FROM settlement.parts
    WHERE
        parts.member_id = waiting.member_id
        AND parts.entry_id = waiting.entry_id
        AND parts.booked_at = waiting.booked_at
    OFFSET 0
) AS parts;

ALTER TABLE settlement.positions ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.positions FORCE ROW LEVEL SECURITY;
ALTER TABLE settlement.counts ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.counts FORCE ROW LEVEL SECURITY;
CREATE POLICY whole ON settlement.positions FOR SELECT TO meguri_auditor USING (true);
CREATE POLICY whole ON settlement.counts FOR SELECT TO meguri_auditor USING (true);
CREATE POLICY roll ON settlement.positions TO meguri_worker USING (true) WITH CHECK (true);
CREATE POLICY roll ON settlement.counts TO meguri_worker USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, DELETE ON settlement.positions, settlement.counts TO meguri_worker;
GRANT UPDATE (points) ON settlement.positions TO meguri_worker;
GRANT UPDATE (entries) ON settlement.counts TO meguri_worker;
GRANT SELECT ON settlement.folded, settlement.unfolded TO meguri_worker, meguri_auditor;
GRANT UPDATE (number) ON settlement.folded TO meguri_worker;
GRANT SELECT ON settlement.positions, settlement.counts, settlement.parts TO meguri_auditor;

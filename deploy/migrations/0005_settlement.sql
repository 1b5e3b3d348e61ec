-- What was closed, what it came to, and the sealed files. All tables are local: one database closes.
CREATE SCHEMA settlement;

-- How far a cycle is. A step is an UPDATE that names where it comes from; nothing else changes here.
CREATE TABLE settlement.cycles (
    cycle_id integer PRIMARY KEY REFERENCES federation.cycles,
    state text NOT NULL DEFAULT 'open'
    CHECK (state IN ('open', 'closed', 'confirmed', 'approved', 'sent', 'settled', 'returned')),
    stage text NOT NULL DEFAULT 'begun'
    CHECK (stage IN ('begun', 'lapsed', 'shut', 'summed', 'stated', 'sealed')),
    scheme_id integer REFERENCES tenants.schemes,   -- its own: calendar, fees, rounding, net level
    closed_by text NOT NULL,
    begun_at timestamptz NOT NULL,
    closed_at timestamptz,
    sealed_at timestamptz,
    CHECK ((state = 'open') = (stage IN ('begun', 'lapsed'))),
    CHECK ((state = 'open') = (closed_at IS NULL)),
    CHECK ((stage = 'sealed') = (sealed_at IS NOT NULL))
);

-- From this key come the salts of a cycle's leaves; whoever has it can guess what a leaf hides.
CREATE TABLE settlement.salts (
    cycle_id integer PRIMARY KEY REFERENCES settlement.cycles,
    salt_key bytea NOT NULL CHECK (length(salt_key) = 32)
);

-- Every lot granted and every draw, as settlement sees it.
CREATE VIEW settlement.parts WITH (security_invoker = true) AS
SELECT
    parts.cycle_id, parts.booked_at, parts.member_id, parts.entry_id, parts.movement,
    CASE split_part(parts.rule, ':', 1)
        WHEN 'base' THEN 'base' WHEN 'campaign' THEN 'campaign' ELSE 'rank'
    END AS kind,
    schemes.funding, parts.funder_id, parts.tenant_id,
    parts.business_date < cycles.first_on AS late,      -- 前期分
    parts.points
FROM (
    SELECT
        draws.cycle_id, draws.booked_at, draws.member_id, draws.entry_id,
        CASE
            WHEN draws.kind = 'redemption' THEN 'used'
            WHEN draws.kind = 'lapse' THEN 'lapsed'
            WHEN draws.kind = 'changeover' THEN 'moved-out'
            WHEN draws.points < 0 THEN 'restored'
            ELSE 'recovered'
        END AS movement,
        draws.rule, draws.scheme_id, draws.funder_id, draws.tenant_id, draws.business_date,
        abs(draws.points) AS points
    FROM federation.draws
    UNION ALL
    SELECT
        entries.cycle_id, entries.booked_at, lots.member_id, lots.entry_id,
        CASE entries.kind WHEN 'changeover' THEN 'moved-in' ELSE 'granted' END,
        lots.rule, lots.scheme_id, lots.funder_id, entries.tenant_id, entries.business_date,
        lots.points
    FROM federation.entries
    INNER JOIN federation.lots USING (member_id, entry_id)
) AS parts
INNER JOIN federation.cycles USING (cycle_id)
INNER JOIN tenants.schemes USING (scheme_id);

-- What one funder's points of one kind did at one tenant.
CREATE TABLE settlement.flows (
    cycle_id integer NOT NULL REFERENCES settlement.cycles,
    funder_id bigint NOT NULL REFERENCES tenants.parties,
    tenant_id bigint NOT NULL REFERENCES tenants.parties,
    movement text NOT NULL
    CHECK (
        movement IN ('granted', 'used', 'restored', 'recovered', 'lapsed', 'moved-out', 'moved-in')
    ),
    kind text NOT NULL CHECK (kind IN ('base', 'campaign', 'rank')),
    funding text NOT NULL CHECK (funding IN ('at-issue', 'at-redemption', 'redeemer-bears')),
    late boolean NOT NULL,                  -- its business date lies before the cycle
    points bigint NOT NULL CHECK (points > 0),
    PRIMARY KEY (cycle_id, funder_id, tenant_id, movement, kind, funding, late)
);
CREATE INDEX flows_of_tenant ON settlement.flows (tenant_id, cycle_id);
CREATE INDEX flows_of_funder ON settlement.flows (funder_id, cycle_id);

-- A statement as its party gets it, byte for byte, for ever; and its lines, to be added up.
CREATE TABLE settlement.statements (
    cycle_id integer NOT NULL REFERENCES settlement.cycles,
    party_id bigint NOT NULL REFERENCES tenants.parties,
    total_yen bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (cycle_id, party_id)
);

CREATE TABLE settlement.lines (
    cycle_id integer NOT NULL,
    party_id bigint NOT NULL,
    code smallint NOT NULL,
    original smallint,                      -- 前期分調整: the code it would have had in time
    points bigint NOT NULL CHECK (points >= 0),
    entries bigint NOT NULL CHECK (entries >= 0),
    yen bigint,                             -- NULL in a memo line
    FOREIGN KEY (cycle_id, party_id) REFERENCES settlement.statements,
    UNIQUE NULLS NOT DISTINCT (cycle_id, party_id, code, original),
    CHECK ((original IS NOT NULL) = (code = 401))
);

-- The sealed file, piece by piece. Each piece holds the tree as it stood after it, so that sealing
-- goes on where it stopped.
CREATE TABLE settlement.pieces (
    cycle_id integer NOT NULL REFERENCES settlement.cycles,
    piece integer NOT NULL CHECK (piece >= 0),
    slice integer NOT NULL CHECK (slice >= 0),
    leaves bigint NOT NULL CHECK (leaves > 0),
    peaks bytea NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (cycle_id, piece)
);
ALTER TABLE settlement.pieces ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE settlement.seals (
    cycle_id integer PRIMARY KEY REFERENCES settlement.cycles,
    leaves bigint NOT NULL CHECK (leaves > 0),
    previous bytea CHECK (length(previous) = 32),
    root bytea NOT NULL CHECK (length(root) = 32),
    seal bytea NOT NULL UNIQUE CHECK (length(seal) = 32),
    UNIQUE NULLS NOT DISTINCT (previous)    -- the chain does not fork
);

-- A party reads what is its own; the closing worker and the auditor read all.
ALTER TABLE settlement.flows ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.flows FORCE ROW LEVEL SECURITY;
ALTER TABLE settlement.statements ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.statements FORCE ROW LEVEL SECURITY;
ALTER TABLE settlement.lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.lines FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON settlement.flows FOR SELECT TO meguri_app
USING (funder_id = federation.reader() OR tenant_id = federation.reader());
CREATE POLICY own ON settlement.statements FOR SELECT TO meguri_app USING (party_id = federation.reader());
CREATE POLICY own ON settlement.lines FOR SELECT TO meguri_app USING (party_id = federation.reader());
CREATE POLICY whole ON settlement.flows FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY whole ON settlement.statements FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY whole ON settlement.lines FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY close ON settlement.flows FOR INSERT TO meguri_worker WITH CHECK (true);
CREATE POLICY close ON settlement.statements FOR INSERT TO meguri_worker WITH CHECK (true);
CREATE POLICY close ON settlement.lines FOR INSERT TO meguri_worker WITH CHECK (true);

-- Written once, by the worker; but for a cycle's progress nothing is ever changed.
GRANT USAGE ON SCHEMA settlement TO meguri_app, meguri_worker, meguri_auditor;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA settlement TO meguri_worker;
GRANT UPDATE (state, stage, closed_at, sealed_at) ON settlement.cycles TO meguri_worker;
GRANT SELECT ON settlement.cycles, settlement.flows, settlement.statements, settlement.lines,
settlement.seals TO meguri_app;
GRANT SELECT ON settlement.cycles, settlement.flows, settlement.statements, settlement.lines,
settlement.pieces, settlement.seals TO meguri_auditor;

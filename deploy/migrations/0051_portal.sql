-- テナントの担当者 · people who stand at a tenant; what a tenant agreed to; and the watch's memory: how
-- the promises stood at each minute of the last ninety days, and every break there ever was.
-- What is narrowed here is checked at once: these tables have as many rows as there are people.
-- squawk-ignore-file constraint-missing-not-valid, ban-drop-constraint
ALTER TABLE auth.person_roles DROP CONSTRAINT person_roles_role_check;
ALTER TABLE auth.person_roles DROP CONSTRAINT person_roles_check1;
ALTER TABLE auth.person_roles ADD CONSTRAINT person_roles_role_check CHECK (
    role IN (
        'admin', 'hq', 'area', 'facility', 'shop', 'tenant', 'tenant-finance', 'finance-preparer',
        'finance-approver', 'support', 'auditor'
    )
);
ALTER TABLE auth.person_roles ADD CONSTRAINT person_roles_check1 CHECK (
    placed = (role IN ('area', 'facility', 'shop', 'tenant', 'tenant-finance'))
);

-- A party has no objection to its statement; it says so once.
CREATE TABLE settlement.accepted (
    cycle_id integer NOT NULL,
    party_id bigint NOT NULL,
    accepted_by text NOT NULL CHECK (accepted_by <> ''),
    accepted_at timestamptz NOT NULL,
    PRIMARY KEY (cycle_id, party_id),
    FOREIGN KEY (cycle_id, party_id) REFERENCES settlement.statements
);
ALTER TABLE settlement.accepted ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.accepted FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON settlement.accepted FOR SELECT TO meguri_app USING (party_id = federation.reader());
CREATE POLICY whole ON settlement.accepted FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY accept ON settlement.accepted FOR INSERT TO meguri_worker WITH CHECK (true);
GRANT SELECT ON settlement.accepted TO meguri_app, meguri_auditor;
GRANT SELECT, INSERT ON settlement.accepted TO meguri_worker;

-- The worst that was seen within a minute, by the wall clock: promise to [looked at, broken].
CREATE TABLE federation.looks (
    minute_at timestamptz PRIMARY KEY CHECK (minute_at = date_trunc('minute', minute_at, 'UTC')),
    looked_at timestamptz NOT NULL,
    broken bigint NOT NULL CHECK (broken >= 0),
    promises jsonb NOT NULL
);

CREATE TABLE federation.breaks (
    promise text NOT NULL,
    from_at timestamptz NOT NULL,
    until_at timestamptz CHECK (until_at > from_at),    -- NULL: it is not mended
    most_broken bigint NOT NULL CHECK (most_broken > 0),
    PRIMARY KEY (promise, from_at)
);
CREATE UNIQUE INDEX breaks_open ON federation.breaks (promise) WHERE until_at IS NULL;
CREATE INDEX breaks_by_from ON federation.breaks (from_at);

GRANT SELECT ON federation.looks, federation.breaks TO meguri_app, meguri_worker, meguri_auditor;
GRANT INSERT, DELETE ON federation.looks TO meguri_worker;
GRANT UPDATE (looked_at, broken, promises) ON federation.looks TO meguri_worker;
GRANT INSERT ON federation.breaks TO meguri_worker;
GRANT UPDATE (until_at, most_broken) ON federation.breaks TO meguri_worker;

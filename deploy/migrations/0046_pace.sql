-- Small or new tables only.
-- squawk-ignore-file require-concurrent-index-creation

-- 利用の速さ: how often in a business date, and how soon at another facility, a member's points may be
-- spent before somebody makes sure that it is the member. NULL: nothing is asked.
CREATE TABLE tenants.paces (
    from_on date PRIMARY KEY,
    redemptions smallint CHECK (redemptions BETWEEN 1 AND 1000),    -- of a business date
    apart_minutes smallint CHECK (apart_minutes BETWEEN 1 AND 1440),
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> '')
);
INSERT INTO tenants.paces (from_on, author, reason)
VALUES ('2000-01-01', 'meguri', '初期値 / defaults');
GRANT SELECT ON tenants.paces TO meguri_desk, meguri_counter, meguri_worker, meguri_auditor;
GRANT INSERT ON tenants.paces TO meguri_worker;

-- Members whose points are kept, by the redemption or hold that went too fast; one at a time each.
CREATE TABLE tenants.pace_stops (
    stop_id bigint PRIMARY KEY DEFAULT nextval('tenants.ids'),
    member_id bigint NOT NULL,
    entry_id bigint NOT NULL,
    business_date date NOT NULL,
    why text NOT NULL CHECK (why IN ('often', 'far')),
    stopped_at timestamptz NOT NULL,
    released_at timestamptz,
    released_by text,
    release_reason text CHECK (release_reason <> ''),
    UNIQUE (member_id, entry_id),
    CHECK ((released_at IS NULL) = (released_by IS NULL)),
    CHECK ((released_at IS NULL) = (release_reason IS NULL))
);
CREATE UNIQUE INDEX pace_stops_open ON tenants.pace_stops (member_id)
WHERE released_at IS NULL;
CREATE INDEX pace_stops_by_day ON tenants.pace_stops (business_date);
GRANT SELECT, INSERT ON tenants.pace_stops TO meguri_worker;
GRANT UPDATE (released_at, released_by, release_reason) ON tenants.pace_stops TO meguri_worker;
GRANT SELECT ON tenants.pace_stops TO meguri_auditor;

-- Whoever frees a member lets the count begin anew.
GRANT UPDATE (points) ON federation.used TO meguri_worker;

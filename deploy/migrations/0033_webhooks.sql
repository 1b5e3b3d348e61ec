-- 外へ知らせる: what a tenant is told. Of entries the journal is the outbox: no booking writes a byte
-- more. What else changes (a cycle's state, a paper, a dispute, a till) is noticed in a row of its own,
-- written in the transaction of the change. All tables are local: one database numbers.

-- A change that concerns a tenant. `sequence` is given by the announcer, and with it the place between
-- the entries; a change that never committed has no row, so it is told to nobody.
CREATE TABLE federation.notices (
    notice_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind ~ '^[a-z]+\.[a-z-]+$'),
    member_id bigint,
    content text NOT NULL CHECK (content ~ '^\{'),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    sequence bigint UNIQUE CHECK (sequence > 0),
    announced_at timestamptz,
    CHECK ((sequence IS NULL) = (announced_at IS NULL))
);
CREATE INDEX notices_of_tenant ON federation.notices (tenant_id, sequence);
CREATE INDEX notices_new ON federation.notices (xid, notice_id) WHERE sequence IS NULL;

-- Where notices stand between the numbers of the journal: behind `after_number` come those from
-- `first_sequence` on, and `notices` is how many there are up to them. So the sequence of an entry is
-- its number and the notices before it, and nothing is written per entry.
CREATE TABLE federation.places (
    after_number bigint PRIMARY KEY CHECK (after_number >= 0),
    first_sequence bigint NOT NULL UNIQUE CHECK (first_sequence > after_number),
    notices bigint NOT NULL CHECK (notices >= first_sequence - after_number)
);

-- Up to this number of the journal, and this sequence, all is told.
CREATE TABLE federation.announced (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    number bigint NOT NULL DEFAULT 0 CHECK (number >= 0),
    sequence bigint NOT NULL DEFAULT 0 CHECK (sequence >= number)
);
INSERT INTO federation.announced DEFAULT VALUES;

ALTER TABLE federation.notices ENABLE ROW LEVEL SECURITY;
ALTER TABLE federation.notices FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON federation.notices FOR SELECT TO meguri_app USING (tenant_id = federation.reader());
CREATE POLICY whole ON federation.notices FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY tell ON federation.notices FOR INSERT TO meguri_worker WITH CHECK (true);
CREATE POLICY place ON federation.notices FOR UPDATE TO meguri_worker USING (sequence IS NULL) WITH CHECK (true);
GRANT SELECT ON federation.notices, federation.places, federation.announced
TO meguri_app, meguri_worker, meguri_auditor;
GRANT INSERT ON federation.notices, federation.places TO meguri_worker;
GRANT UPDATE (sequence, announced_at) ON federation.notices TO meguri_worker;
GRANT UPDATE (notices) ON federation.places TO meguri_worker;
GRANT UPDATE (number, sequence) ON federation.announced TO meguri_worker;
-- Numbers and keys say nothing of whose they are; the entries themselves have their policy.
GRANT SELECT (number, member_id, entry_id, booked_at) ON federation.journal TO meguri_app;

-- Where a tenant is told, and how far that is.
CREATE TABLE tenants.webhook_endpoints (
    tenant_id bigint NOT NULL REFERENCES tenants.tenants,
    endpoint_id text NOT NULL CHECK (endpoint_id ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    url text NOT NULL CHECK (url ~ '^https://'),
    types text [],                          -- NULL: all
    description text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT 'enabled' CHECK (state IN ('enabled', 'disabled', 'failed')),
    laid_out bigint NOT NULL CHECK (laid_out >= 0),     -- up to this sequence deliveries are laid out
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    failing_since timestamptz,              -- the first failure since it last took anything
    PRIMARY KEY (tenant_id, endpoint_id)
);

-- What an endpoint's deliveries are signed with: sealed with the instance's secret, shown once. The
-- one before the newest signs beside it until `ends_at`.
CREATE TABLE tenants.webhook_secrets (
    tenant_id bigint NOT NULL,
    endpoint_id text NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    sealed bytea NOT NULL,
    made_at timestamptz NOT NULL,
    ends_at timestamptz,
    PRIMARY KEY (tenant_id, endpoint_id, number),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES tenants.webhook_endpoints ON DELETE CASCADE
);
CREATE UNIQUE INDEX webhook_secrets_in_use ON tenants.webhook_secrets (tenant_id, endpoint_id)
WHERE ends_at IS NULL;

-- One event for one endpoint. Those of one `lane` go one after another: a member's id, 0 for what
-- concerns no member, below 0 a ping.
CREATE TABLE tenants.deliveries (
    delivery bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id bigint NOT NULL,
    endpoint_id text NOT NULL,
    sequence bigint,                        -- NULL: a ping
    event text NOT NULL,
    type text NOT NULL,
    lane bigint NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'dead')),
    body text,                              -- until it is delivered
    laid_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    ended_at timestamptz,
    UNIQUE (tenant_id, endpoint_id, sequence),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES tenants.webhook_endpoints ON DELETE CASCADE,
    CHECK ((state = 'waiting') = (ended_at IS NULL)),
    CHECK (state <> 'waiting' OR body IS NOT NULL),
    CHECK ((sequence IS NULL) = (lane < 0))
);
CREATE INDEX deliveries_waiting ON tenants.deliveries (tenant_id, endpoint_id, lane, sequence)
WHERE state = 'waiting';
CREATE INDEX deliveries_due ON tenants.deliveries (tenant_id, endpoint_id, sequence)
WHERE state = 'waiting';
CREATE INDEX deliveries_dead ON tenants.deliveries (tenant_id, endpoint_id) WHERE state = 'dead';
CREATE INDEX deliveries_ended ON tenants.deliveries (ended_at) WHERE ended_at IS NOT NULL;

-- What became of each try; never what was answered.
CREATE TABLE tenants.attempts (
    attempt bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id bigint NOT NULL,
    endpoint_id text NOT NULL,
    delivery bigint NOT NULL REFERENCES tenants.deliveries ON DELETE CASCADE,
    try integer NOT NULL CHECK (try > 0),
    at timestamptz NOT NULL,
    status smallint,                        -- NULL: no answer
    failure text CHECK (failure IN ('no-address', 'no-connection', 'no-tls', 'no-answer', 'time-out')),
    duration_ms integer NOT NULL CHECK (duration_ms >= 0),
    CHECK ((status IS NULL) = (failure IS NOT NULL))
);
CREATE INDEX attempts_of_endpoint ON tenants.attempts (tenant_id, endpoint_id, attempt);
CREATE INDEX attempts_of_delivery ON tenants.attempts (delivery);

-- 試験用の宛先: a name and port that are delivered to at a given address, whatever it is. Only in an
-- instance laid out as demo or test; who allowed it and why stays here when it is withdrawn.
CREATE TABLE tenants.webhook_allowances (
    allowance bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    host text NOT NULL,
    port integer NOT NULL CHECK (port BETWEEN 1 AND 65535),
    address inet NOT NULL,
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    allowed_at timestamptz NOT NULL,
    withdrawn_at timestamptz CHECK (withdrawn_at >= allowed_at)
);

ALTER TABLE tenants.webhook_endpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.webhook_endpoints FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants.webhook_secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.webhook_secrets FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants.deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.deliveries FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants.attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.attempts FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON tenants.webhook_endpoints TO meguri_app
USING (tenant_id = federation.reader()) WITH CHECK (tenant_id = federation.reader());
CREATE POLICY own ON tenants.webhook_secrets TO meguri_app
USING (tenant_id = federation.reader()) WITH CHECK (tenant_id = federation.reader());
CREATE POLICY own ON tenants.deliveries TO meguri_app
USING (tenant_id = federation.reader()) WITH CHECK (tenant_id = federation.reader());
CREATE POLICY own ON tenants.attempts FOR SELECT TO meguri_app USING (tenant_id = federation.reader());
CREATE POLICY works ON tenants.webhook_endpoints TO meguri_worker USING (true) WITH CHECK (true);
CREATE POLICY works ON tenants.webhook_secrets TO meguri_worker USING (true) WITH CHECK (true);
CREATE POLICY works ON tenants.deliveries TO meguri_worker USING (true) WITH CHECK (true);
CREATE POLICY works ON tenants.attempts TO meguri_worker USING (true) WITH CHECK (true);
CREATE POLICY whole ON tenants.webhook_endpoints FOR SELECT TO meguri_auditor USING (true);
CREATE POLICY whole ON tenants.webhook_secrets FOR SELECT TO meguri_auditor USING (true);
CREATE POLICY whole ON tenants.deliveries FOR SELECT TO meguri_auditor USING (true);
CREATE POLICY whole ON tenants.attempts FOR SELECT TO meguri_auditor USING (true);

GRANT SELECT, INSERT, DELETE ON tenants.webhook_endpoints TO meguri_app;
GRANT UPDATE (url, types, description, state, laid_out, changed_at, failing_since)
ON tenants.webhook_endpoints TO meguri_app;
GRANT SELECT (tenant_id, endpoint_id, number, made_at, ends_at), INSERT, UPDATE (ends_at)
ON tenants.webhook_secrets TO meguri_app;
GRANT SELECT, INSERT ON tenants.deliveries TO meguri_app;
GRANT SELECT ON tenants.attempts TO meguri_app;

GRANT SELECT, INSERT ON tenants.webhook_endpoints, tenants.webhook_secrets, tenants.deliveries,
tenants.attempts, tenants.webhook_allowances TO meguri_worker;
GRANT UPDATE (laid_out, state, changed_at, failing_since) ON tenants.webhook_endpoints TO meguri_worker;
GRANT UPDATE (event, state, body, laid_at, due_at, tries, ended_at) ON tenants.deliveries TO meguri_worker;
GRANT DELETE ON tenants.deliveries, tenants.attempts TO meguri_worker;
GRANT UPDATE (withdrawn_at) ON tenants.webhook_allowances TO meguri_worker;
GRANT SELECT ON tenants.webhook_endpoints, tenants.deliveries, tenants.attempts,
tenants.webhook_allowances TO meguri_auditor;
GRANT SELECT (tenant_id, endpoint_id, number, made_at, ends_at) ON tenants.webhook_secrets TO meguri_auditor;

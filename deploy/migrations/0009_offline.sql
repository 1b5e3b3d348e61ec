-- Tills that were offline: their own keys, what they were allowed, and the files they send.
-- Local tables of `tenants`: nothing here is sharded, and nothing here is the books.

-- A till's own key (P-256). The `kid` is its thumbprint (RFC 7638), so one key is one till's, once.
CREATE TABLE tenants.till_keys (
    kid text PRIMARY KEY CHECK (kid ~ '^[A-Za-z0-9_-]{43}$'),
    tenant_id bigint NOT NULL,
    till text NOT NULL,
    jwk jsonb NOT NULL CHECK (jwk ->> 'crv' = 'P-256' AND NOT jwk ? 'd'),
    enrolled_at timestamptz NOT NULL,
    retired_at timestamptz CHECK (retired_at >= enrolled_at),
    FOREIGN KEY (tenant_id, till) REFERENCES tenants.tills
);
-- A till signs with one key at a time.
CREATE UNIQUE INDEX till_keys_in_use ON tenants.till_keys (tenant_id, till) WHERE retired_at IS NULL;

-- A single-use code that lets a till say which key is its own; only its digest is kept.
CREATE TABLE tenants.till_enrolments (
    code_sha256 bytea PRIMARY KEY CHECK (length(code_sha256) = 32),
    tenant_id bigint NOT NULL,
    till text NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    FOREIGN KEY (tenant_id, till) REFERENCES tenants.tills
);

-- How many points a tenant lets its tills take while they cannot ask, at its own risk; the row with
-- the latest `from_on` holds, and 0 takes the word back.
CREATE TABLE tenants.offline_terms (
    tenant_id bigint NOT NULL REFERENCES tenants.tenants,
    from_on date NOT NULL,
    per_line_points bigint NOT NULL CHECK (per_line_points >= 0),
    per_till_day_points bigint NOT NULL CHECK (per_till_day_points >= 0),
    author text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (tenant_id, from_on)
);

-- One file, named by its own digest: the same file is the same batch.
CREATE TABLE tenants.batches (
    tenant_id bigint NOT NULL REFERENCES tenants.tenants,
    batch_id text NOT NULL,
    client_id text NOT NULL,
    tills text [],                          -- whom the client may speak for; NULL: all tills
    lines integer NOT NULL CHECK (lines > 0),
    received_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'settled')),
    PRIMARY KEY (tenant_id, batch_id)
);
CREATE INDEX batches_open ON tenants.batches (tenant_id) WHERE state = 'open';

CREATE SEQUENCE tenants.line_numbers AS bigint;

-- A line as it came, byte for byte; what was judged of it before the books were asked; its outcome.
CREATE TABLE tenants.batch_lines (
    tenant_id bigint NOT NULL,
    batch_id text NOT NULL,
    line integer NOT NULL CHECK (line > 0),
    number bigint NOT NULL UNIQUE DEFAULT nextval('tenants.line_numbers'),
    content bytea NOT NULL,
    state text NOT NULL DEFAULT 'received' CHECK (
        state IN ('received', 'judged', 'waiting', 'booked', 'refused', 'repeat')
    ),
    kind text,
    seq bigint,
    slip text,
    till text,
    shop_id bigint,
    carrier text,
    of_slip text,
    business_date date,
    known_before boolean NOT NULL DEFAULT false,    -- the slip had an answer when the line was judged
    over_limit boolean NOT NULL DEFAULT false,
    spends_points bigint NOT NULL DEFAULT 0 CHECK (spends_points >= 0), -- counted against the till's day
    prev_ok boolean,                        -- NULL: the line before it has not come
    gap_from bigint,
    gap_to bigint,
    waits_for text CHECK (waits_for IN ('card', 'original')),
    borne_points bigint NOT NULL DEFAULT 0 CHECK (borne_points >= 0),
    outcome text,
    PRIMARY KEY (tenant_id, batch_id, line),
    FOREIGN KEY (tenant_id, batch_id) REFERENCES tenants.batches,
    CHECK ((state IN ('booked', 'refused', 'repeat')) = (outcome IS NOT NULL)),
    CHECK ((state = 'waiting') = (waits_for IS NOT NULL)),
    CHECK ((gap_from IS NULL) = (gap_to IS NULL) AND gap_from <= gap_to),
    CHECK (borne_points = 0 OR state = 'refused')
);
CREATE INDEX batch_lines_undecided ON tenants.batch_lines (tenant_id, number)
WHERE state IN ('received', 'judged');
CREATE INDEX batch_lines_waiting ON tenants.batch_lines (tenant_id, number) WHERE state = 'waiting';
CREATE INDEX batch_lines_spent ON tenants.batch_lines (tenant_id, till, business_date)
WHERE spends_points > 0;

-- Every signed line that was accepted into the chain of its key, so that none is lost unseen.
CREATE TABLE tenants.chain (
    tenant_id bigint NOT NULL,
    kid text NOT NULL REFERENCES tenants.till_keys,
    seq bigint NOT NULL CHECK (seq > 0),
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    prev bytea NOT NULL CHECK (length(prev) = 32),
    PRIMARY KEY (tenant_id, kid, seq)
);

ALTER TABLE tenants.till_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.till_keys FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants.till_enrolments ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.till_enrolments FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants.offline_terms ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.offline_terms FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants.batches ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.batches FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants.batch_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.batch_lines FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants.chain ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.chain FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON tenants.till_keys TO meguri_app
USING (tenant_id = federation.reader()) WITH CHECK (tenant_id = federation.reader());
CREATE POLICY own ON tenants.offline_terms FOR SELECT TO meguri_app
USING (tenant_id = federation.reader());
CREATE POLICY own ON tenants.batches TO meguri_app
USING (tenant_id = federation.reader()) WITH CHECK (tenant_id = federation.reader());
CREATE POLICY own ON tenants.batch_lines TO meguri_app
USING (tenant_id = federation.reader()) WITH CHECK (tenant_id = federation.reader());
CREATE POLICY own ON tenants.chain FOR SELECT TO meguri_app
USING (tenant_id = federation.reader());
-- Whoever enrols has no tenant yet: it names its code's digest, and sees that one row.
CREATE POLICY knocks ON tenants.till_enrolments TO meguri_app
USING (encode(code_sha256, 'hex') = current_setting('meguri.enrolment', true));

CREATE POLICY whole ON tenants.till_keys FOR SELECT TO meguri_auditor USING (true);
CREATE POLICY whole ON tenants.till_enrolments FOR SELECT TO meguri_auditor USING (true);
CREATE POLICY whole ON tenants.offline_terms FOR SELECT TO meguri_auditor USING (true);
CREATE POLICY whole ON tenants.batches FOR SELECT TO meguri_auditor USING (true);
CREATE POLICY whole ON tenants.batch_lines FOR SELECT TO meguri_auditor USING (true);
CREATE POLICY whole ON tenants.chain FOR SELECT TO meguri_auditor USING (true);
CREATE POLICY works ON tenants.till_keys TO meguri_worker USING (true) WITH CHECK (true);
CREATE POLICY works ON tenants.till_enrolments TO meguri_worker USING (true) WITH CHECK (true);
CREATE POLICY works ON tenants.offline_terms TO meguri_worker USING (true) WITH CHECK (true);
CREATE POLICY works ON tenants.batches TO meguri_worker USING (true) WITH CHECK (true);
CREATE POLICY works ON tenants.batch_lines TO meguri_worker USING (true) WITH CHECK (true);
CREATE POLICY works ON tenants.chain TO meguri_worker USING (true) WITH CHECK (true);

GRANT SELECT, INSERT ON tenants.till_keys, tenants.batches, tenants.batch_lines TO meguri_app;
GRANT UPDATE (retired_at) ON tenants.till_keys TO meguri_app;
GRANT SELECT ON tenants.offline_terms, tenants.chain, tenants.till_enrolments TO meguri_app;
GRANT UPDATE (used_at) ON tenants.till_enrolments TO meguri_app;
GRANT USAGE ON SEQUENCE tenants.line_numbers TO meguri_app;

GRANT SELECT ON tenants.till_keys, tenants.batches, tenants.batch_lines, tenants.chain,
tenants.offline_terms, tenants.till_enrolments TO meguri_worker, meguri_auditor;
GRANT INSERT ON tenants.till_enrolments, tenants.offline_terms, tenants.chain TO meguri_worker;
GRANT UPDATE (state) ON tenants.batches TO meguri_worker;
GRANT UPDATE (
    state, kind, seq, slip, till, shop_id, carrier, of_slip, business_date, known_before, over_limit,
    spends_points, prev_ok, gap_from, gap_to, waits_for, borne_points, outcome
) ON tenants.batch_lines TO meguri_worker;

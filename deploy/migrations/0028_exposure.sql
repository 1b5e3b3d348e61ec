-- 与信枠・突合・互恵: how much a tenant may owe before its points are stopped, what it paid in ahead,
-- where till, hub and payout do not agree, and what a contract asks of give and take. All tables are
-- local; rows are added and never changed.

-- 与信枠: from a day on a tenant is warned, and stopped from giving its own points, once it owes more.
-- Of two rows of one day the later version holds; a row without figures ends the cap.
CREATE TABLE settlement.caps (
    version integer PRIMARY KEY,
    party_id bigint NOT NULL REFERENCES tenants.tenants,
    from_on date NOT NULL,
    warning_yen bigint CHECK (warning_yen >= 0),
    refusal_yen bigint CHECK (refusal_yen >= 0),
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    agreed_at timestamptz NOT NULL,
    CHECK (warning_yen <= refusal_yen)
);
CREATE INDEX caps_of_party ON settlement.caps (party_id, from_on);

-- 預託金: paid in (+) ahead, and paid back (-); never more than is there.
CREATE TABLE settlement.prefunding (
    party_id bigint NOT NULL REFERENCES tenants.tenants,
    number integer NOT NULL CHECK (number > 0),
    moved_on date NOT NULL,
    yen bigint NOT NULL CHECK (yen <> 0),
    balance_yen bigint NOT NULL CHECK (balance_yen >= 0),   -- with this row
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    entered_at timestamptz NOT NULL,
    PRIMARY KEY (party_id, number)
);

-- 与信の推移: a row whenever a tenant passes a level, with all that it was judged by.
CREATE TABLE settlement.exposure_levels (
    party_id bigint NOT NULL REFERENCES tenants.tenants,
    number integer NOT NULL CHECK (number > 0),
    level text NOT NULL CHECK (level IN ('clear', 'warned', 'refused')),
    owed_yen bigint NOT NULL CHECK (owed_yen >= 0),
    prefunded_yen bigint NOT NULL CHECK (prefunded_yen >= 0),
    exposure_yen bigint NOT NULL CHECK (exposure_yen >= 0),
    warning_yen bigint,
    refusal_yen bigint,
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    at timestamptz NOT NULL,
    PRIMARY KEY (party_id, number)
);

-- 付与停止: whether a tenant may give points of its own; its last row counts, none: it may.
CREATE TABLE tenants.granting (
    tenant_id bigint NOT NULL REFERENCES tenants.tenants,
    number integer NOT NULL CHECK (number > 0),
    stopped boolean NOT NULL,
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, number)
);

-- 差異: what two sides of one thing do not agree on, under a name of its own that stays.
CREATE TABLE settlement.breaks (
    break_id text PRIMARY KEY CHECK (break_id ~ '^b_[0-9a-f]{16}$'),
    party_id bigint NOT NULL REFERENCES tenants.parties,
    leg text NOT NULL CHECK (leg IN ('till-hub', 'hub-statement', 'statement-payout')),
    subject text NOT NULL CHECK (subject <> ''),
    figure text NOT NULL CHECK (figure <> ''),
    business_date date NOT NULL,
    found_at timestamptz NOT NULL,
    UNIQUE (leg, subject, figure, party_id)
);
CREATE INDEX breaks_of_party ON settlement.breaks (party_id, business_date);

-- What became of a break: found, found otherwise, explained by somebody, resolved. The last row counts.
CREATE TABLE settlement.break_states (
    break_id text NOT NULL REFERENCES settlement.breaks,
    number integer NOT NULL CHECK (number > 0),
    party_id bigint NOT NULL REFERENCES tenants.parties,
    state text NOT NULL CHECK (state IN ('open', 'explained', 'resolved')),
    class text NOT NULL CHECK (class IN ('timing', 'missing', 'amount', 'duplicate')),
    told bigint NOT NULL,                   -- by the side nearer to the customer
    found bigint NOT NULL,                  -- by the other side
    behind text NOT NULL,                   -- slips, lines or references, one a line
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    at timestamptz NOT NULL,
    PRIMARY KEY (break_id, number)
);

-- 契約上の下限: points issued for each that was honoured, in 1/100 %; NULL: everybody's.
CREATE TABLE settlement.give_take_floors (
    version integer PRIMARY KEY,
    party_id bigint REFERENCES tenants.tenants,
    from_on date NOT NULL,
    floor_bp integer CHECK (floor_bp BETWEEN 0 AND 1000000),
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    agreed_at timestamptz NOT NULL
);

-- 他社ポイント: what an outside programme gave in our shops, told by its own report; never settled.
CREATE TABLE tenants.foreign_points (
    tenant_id bigint NOT NULL REFERENCES tenants.tenants,
    shop_id bigint NOT NULL REFERENCES tenants.shops,
    programme text NOT NULL CHECK (programme <> ''),
    business_date date NOT NULL,
    reference text NOT NULL CHECK (reference <> ''),        -- the outside programme's own number
    points bigint NOT NULL CHECK (points > 0),
    paid_yen bigint NOT NULL CHECK (paid_yen >= 0),
    author text NOT NULL CHECK (author <> ''),
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (programme, reference)
);
CREATE INDEX foreign_points_of_shop ON tenants.foreign_points (tenant_id, business_date);

-- 先方負担: where a payee bears the fee of its transfer, how much of the net stays behind.
ALTER TABLE settlement.payment_routes ADD COLUMN payee_fee_yen bigint NOT NULL DEFAULT 0
CONSTRAINT payee_fee_is_small CHECK (payee_fee_yen BETWEEN 0 AND 5000);
ALTER TABLE settlement.payments ADD COLUMN fee_yen bigint NOT NULL DEFAULT 0
CONSTRAINT fee_of_a_transfer CHECK (fee_yen = 0 OR (route = 'TRANSFER' AND fee_yen BETWEEN 1 AND yen - 1));

ALTER TABLE settlement.caps ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.caps FORCE ROW LEVEL SECURITY;
ALTER TABLE settlement.prefunding ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.prefunding FORCE ROW LEVEL SECURITY;
ALTER TABLE settlement.exposure_levels ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.exposure_levels FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants.granting ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.granting FORCE ROW LEVEL SECURITY;
ALTER TABLE settlement.breaks ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.breaks FORCE ROW LEVEL SECURITY;
ALTER TABLE settlement.break_states ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.break_states FORCE ROW LEVEL SECURITY;
ALTER TABLE settlement.give_take_floors ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.give_take_floors FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants.foreign_points ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.foreign_points FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON settlement.caps FOR SELECT TO meguri_app USING (party_id = federation.reader());
CREATE POLICY own ON settlement.prefunding FOR SELECT TO meguri_app USING (party_id = federation.reader());
CREATE POLICY own ON settlement.exposure_levels FOR SELECT TO meguri_app
USING (party_id = federation.reader());
CREATE POLICY own ON tenants.granting FOR SELECT TO meguri_app USING (tenant_id = federation.reader());
CREATE POLICY own ON settlement.breaks FOR SELECT TO meguri_app USING (party_id = federation.reader());
CREATE POLICY own ON settlement.break_states FOR SELECT TO meguri_app
USING (party_id = federation.reader());
CREATE POLICY own ON settlement.give_take_floors FOR SELECT TO meguri_app
USING (party_id IS NULL OR party_id = federation.reader());
CREATE POLICY own ON tenants.foreign_points FOR SELECT TO meguri_app
USING (tenant_id = federation.reader());

CREATE POLICY whole ON settlement.caps FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY whole ON settlement.prefunding FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY whole ON settlement.exposure_levels FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY whole ON tenants.granting FOR SELECT
TO meguri_counter, meguri_desk, meguri_worker, meguri_auditor USING (true);
CREATE POLICY whole ON settlement.breaks FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY whole ON settlement.break_states FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY whole ON settlement.give_take_floors FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY whole ON tenants.foreign_points FOR SELECT TO meguri_worker, meguri_auditor USING (true);

CREATE POLICY agree ON settlement.caps FOR INSERT TO meguri_worker WITH CHECK (true);
CREATE POLICY enter ON settlement.prefunding FOR INSERT TO meguri_worker WITH CHECK (true);
CREATE POLICY pass ON settlement.exposure_levels FOR INSERT TO meguri_worker WITH CHECK (true);
CREATE POLICY decide ON tenants.granting FOR INSERT TO meguri_worker WITH CHECK (true);
CREATE POLICY find ON settlement.breaks FOR INSERT TO meguri_worker WITH CHECK (true);
CREATE POLICY follow ON settlement.break_states FOR INSERT TO meguri_worker WITH CHECK (true);
CREATE POLICY agree ON settlement.give_take_floors FOR INSERT TO meguri_worker WITH CHECK (true);
CREATE POLICY record ON tenants.foreign_points FOR INSERT TO meguri_worker WITH CHECK (true);

GRANT SELECT, INSERT ON settlement.caps, settlement.prefunding, settlement.exposure_levels,
tenants.granting, settlement.breaks, settlement.break_states, settlement.give_take_floors,
tenants.foreign_points TO meguri_worker;
GRANT SELECT ON settlement.caps, settlement.prefunding, settlement.exposure_levels, tenants.granting,
settlement.breaks, settlement.break_states, settlement.give_take_floors, tenants.foreign_points
TO meguri_app, meguri_auditor;
GRANT SELECT ON tenants.granting TO meguri_counter, meguri_desk;
GRANT SELECT (fee_yen) ON settlement.payments TO meguri_app;

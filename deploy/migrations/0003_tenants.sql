-- Who takes part, what was agreed with them from which day on, and which campaigns run.
CREATE SCHEMA tenants;

CREATE SEQUENCE tenants.ids AS bigint START 1000;

-- Whoever can owe or be owed: a legal entity, a facility (its landlord), the operator; later funds.
CREATE TABLE tenants.parties (
    party_id bigint PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('operator', 'facility', 'tenant', 'fund', 'promotion')),
    code text NOT NULL UNIQUE,
    name text NOT NULL,
    name_en text NOT NULL
);

CREATE TABLE tenants.facilities (
    facility_id bigint PRIMARY KEY REFERENCES tenants.parties,
    opened_on date NOT NULL
);

-- The operator is a tenant too: its shop names the slips of jobs, imports and adjustments.
CREATE TABLE tenants.tenants (
    tenant_id bigint PRIMARY KEY REFERENCES tenants.parties,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended'))
);

CREATE TABLE tenants.shops (
    shop_id bigint PRIMARY KEY,
    tenant_id bigint NOT NULL REFERENCES tenants.tenants,
    facility_id bigint REFERENCES tenants.facilities,
    code text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    trade text NOT NULL,
    day_starts time NOT NULL DEFAULT '00:00' CHECK (day_starts < '12:00'),
    UNIQUE (tenant_id, code)
);

CREATE TABLE tenants.tills (
    tenant_id bigint NOT NULL REFERENCES tenants.tenants,
    till text NOT NULL,
    shop_id bigint NOT NULL REFERENCES tenants.shops,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'revoked')),
    PRIMARY KEY (tenant_id, till)
);

-- Which settlement scheme a point is granted under, from which day on. What the scheme means is
-- settlement's; that it was agreed, and when, is stated here.
CREATE TABLE tenants.schemes (
    scheme_id integer PRIMARY KEY,
    funding text NOT NULL CHECK (funding IN ('at-issue', 'at-redemption', 'redeemer-bears')),
    from_on date NOT NULL UNIQUE,
    author text NOT NULL,
    reason text NOT NULL
);

-- What a shop agreed to, by business date: the row with the latest `from_on` not after it holds.
CREATE TABLE tenants.terms (
    shop_id bigint NOT NULL REFERENCES tenants.shops,
    from_on date NOT NULL,
    yen_per_point integer NOT NULL CHECK (yen_per_point BETWEEN 1 AND 100000),
    static_card_limit_points bigint NOT NULL DEFAULT 0 CHECK (static_card_limit_points >= 0),
    excluded_categories text[] NOT NULL DEFAULT '{}',
    tax_treatment text NOT NULL DEFAULT 'PAYMENT' CHECK (tax_treatment IN ('PAYMENT', 'DISCOUNT')),
    author text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (shop_id, from_on)
);

-- What a rank adds to the base, and who pays for it.
CREATE TABLE tenants.rank_bonuses (
    rank text NOT NULL,
    from_on date NOT NULL,
    multiplier integer NOT NULL CHECK (multiplier BETWEEN 1 AND 100),   -- +1倍 is 2
    funder_id bigint NOT NULL REFERENCES tenants.parties,
    author text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (rank, from_on)
);

CREATE TABLE tenants.campaigns (
    campaign_id bigint PRIMARY KEY,
    code text NOT NULL UNIQUE,
    name text NOT NULL,
    name_en text NOT NULL,
    facility_id bigint REFERENCES tenants.facilities,   -- NULL: everywhere
    from_on date NOT NULL,
    to_on date NOT NULL CHECK (to_on >= from_on),
    multiplier integer NOT NULL CHECK (multiplier BETWEEN 2 AND 100),   -- 5倍 is 5, the base included
    stack_group text NOT NULL,
    expires_on date NOT NULL CHECK (expires_on >= to_on),
    author text NOT NULL,
    reason text NOT NULL
);

-- Who pays for the extra points: parts of a whole, carved into whole points when granted.
CREATE TABLE tenants.funding_shares (
    campaign_id bigint NOT NULL REFERENCES tenants.campaigns,
    funder text NOT NULL CHECK (funder IN ('tenant', 'facility', 'operator')),
    weight integer NOT NULL CHECK (weight > 0),
    PRIMARY KEY (campaign_id, funder)
);

ALTER TABLE tenants.tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.tenants FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants.shops ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.shops FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants.terms ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.terms FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants.tills ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.tills FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON tenants.tenants FOR SELECT TO meguri_app USING (tenant_id = federation.reader());
CREATE POLICY own ON tenants.shops FOR SELECT TO meguri_app USING (tenant_id = federation.reader());
CREATE POLICY own ON tenants.tills FOR SELECT TO meguri_app USING (tenant_id = federation.reader());
CREATE POLICY whole ON tenants.tenants FOR SELECT 
TO meguri_counter, meguri_desk, meguri_auditor USING (true);
CREATE POLICY whole ON tenants.shops FOR SELECT 
TO meguri_counter, meguri_desk, meguri_auditor USING (true);
CREATE POLICY whole ON tenants.tills FOR SELECT 
TO meguri_counter, meguri_desk, meguri_auditor USING (true);
CREATE POLICY own ON tenants.terms FOR SELECT TO meguri_app USING (
    shop_id IN (SELECT shop_id FROM tenants.shops)
);
CREATE POLICY whole ON tenants.terms FOR SELECT
TO meguri_counter, meguri_desk, meguri_auditor USING (true);
CREATE POLICY lay_out ON tenants.terms TO meguri_worker USING (true) WITH CHECK (true);
CREATE POLICY lay_out ON tenants.tenants TO meguri_worker USING (true) WITH CHECK (true);
CREATE POLICY lay_out ON tenants.shops TO meguri_worker USING (true) WITH CHECK (true);
CREATE POLICY lay_out ON tenants.tills TO meguri_worker USING (true) WITH CHECK (true);

GRANT USAGE ON SCHEMA tenants TO
meguri_app, meguri_desk, meguri_counter, meguri_worker, meguri_auditor;
GRANT SELECT ON ALL TABLES IN SCHEMA tenants TO
meguri_app, meguri_desk, meguri_counter, meguri_worker, meguri_auditor;
GRANT INSERT ON ALL TABLES IN SCHEMA tenants TO meguri_worker;
GRANT UPDATE (state) ON tenants.tenants, tenants.tills TO meguri_worker;
GRANT UPDATE (name, name_en) ON tenants.parties TO meguri_worker;
GRANT USAGE ON SEQUENCE tenants.ids TO meguri_worker;

-- The operator, whose office names the slips of the clock, of jobs and of imports.
INSERT INTO tenants.parties (party_id, kind, code, name, name_en)
VALUES (1, 'operator', 'operator', '運営', 'Operator');
-- 預り金: what funders pay in at issue until members spend it; and where what lapsed goes.
INSERT INTO tenants.parties (party_id, kind, code, name, name_en)
VALUES
(2, 'fund', 'fund', 'ポイント預り金', 'Point fund'),
(3, 'promotion', 'promotion', '販促基金', 'Promotion fund');
INSERT INTO tenants.tenants (tenant_id) VALUES (1);
INSERT INTO tenants.shops (shop_id, tenant_id, code, name, name_en, trade)
VALUES (1, 1, 'office', '運営事務局', 'Operator''s office', 'office');
INSERT INTO tenants.tills (tenant_id, till, shop_id) VALUES (1, 'clock', 1);

-- 精算条件: fees, tax, breakage and carries as dated rows, and under which of them each cycle was
-- stated. Nothing here is ever changed: what is agreed anew is a row of its own.

-- What becomes of points granted under a scheme when they lapse (失効): as who pays, and when, it is
-- fixed when a point is granted.
ALTER TABLE tenants.schemes ADD COLUMN breakage text NOT NULL DEFAULT 'PROMO_FUND'
CHECK (breakage IN ('PROMO_FUND', 'HUB_REVENUE', 'RETURN_TO_FUNDER'));

-- What was agreed from a day on, with one party or (party NULL) with all that have nothing of their
-- own. NULL in a party's row: as agreed with all. Of two rows of one day the later version holds.
CREATE TABLE settlement.terms (
    version integer PRIMARY KEY,
    party_id bigint REFERENCES tenants.parties,
    from_on date NOT NULL,
    point_fee_milliyen integer CHECK (point_fee_milliyen BETWEEN 0 AND 1000000),
    redeem_fee_bp integer CHECK (redeem_fee_bp BETWEEN 0 AND 10000),
    monthly_fee_yen integer CHECK (monthly_fee_yen BETWEEN 0 AND 10000000),
    terminal_fee_yen integer CHECK (terminal_fee_yen BETWEEN 0 AND 1000000),
    minimum_yen integer CHECK (minimum_yen BETWEEN 0 AND 1000000),
    net_level text CHECK (net_level IN ('SHOP', 'ENTITY_FACILITY', 'ENTITY')),
    calendar text CHECK (calendar IN ('SEMI_MONTHLY', 'MONTHLY', 'WEEKLY', 'DAILY')),
    prorated boolean,                       -- monthly fees by the days it took part
    joined_on date,                         -- its first and last day; NULL: all along
    left_on date,
    author text NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    agreed_at timestamptz NOT NULL,
    CHECK (calendar IS NULL OR party_id IS NULL),
    CHECK (party_id IS NOT NULL OR (joined_on IS NULL AND left_on IS NULL)),
    CHECK (left_on >= joined_on)
);
CREATE INDEX terms_of_party ON settlement.terms (party_id, from_on);

-- 消費税率: the row with the latest day not after a cycle's last one holds.
CREATE TABLE settlement.tax_rates (
    from_on date PRIMARY KEY,
    rate_bp integer NOT NULL CHECK (rate_bp BETWEEN 0 AND 10000),
    author text NOT NULL,
    reason text NOT NULL CHECK (reason <> '')
);
INSERT INTO settlement.tax_rates (from_on, rate_bp, author, reason)
VALUES ('2019-10-01', 1000, 'meguri', '消費税法の標準税率 10%');

-- Under what each party's statement of a cycle was written, word for word as it is sealed; and what
-- was carried to it from the cycle before (前期繰越).
CREATE TABLE settlement.conditions (
    cycle_id integer NOT NULL REFERENCES settlement.cycles,
    party_id bigint NOT NULL REFERENCES tenants.parties,
    terms text,
    carried_yen bigint,
    units text,                             -- its shops by unit, one a line, where it is split
    PRIMARY KEY (cycle_id, party_id)
);

-- A net by facility or shop, where a party has several; NULL is the party itself. They sum to it.
CREATE TABLE settlement.splits (
    cycle_id integer NOT NULL,
    party_id bigint NOT NULL,
    unit text,
    yen bigint NOT NULL,
    FOREIGN KEY (cycle_id, party_id) REFERENCES settlement.statements,
    UNIQUE NULLS NOT DISTINCT (cycle_id, party_id, unit)
);

ALTER TABLE settlement.lines ADD COLUMN carry text;     -- 402: carried in or out
-- squawk-ignore ban-drop-constraint
ALTER TABLE settlement.lines DROP CONSTRAINT lines_cycle_id_party_id_code_original_key;
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX lines_once ON settlement.lines (cycle_id, party_id, code, original, carry)
NULLS NOT DISTINCT;
ALTER TABLE settlement.lines ADD CONSTRAINT lines_carry_check CHECK (
    (carry IS NOT NULL) = (code = 402) AND carry IN ('in', 'out')
) NOT VALID;

-- What lapses goes where its scheme says; what a shop kept from a refund instead of points (返品控除)
-- it owes to whoever had funded them, until the return is undone.
ALTER TABLE settlement.flows DROP CONSTRAINT flows_movement_check;  -- squawk-ignore ban-drop-constraint
ALTER TABLE settlement.flows ADD CONSTRAINT flows_movement_check CHECK (
    movement IN (
        'granted', 'used', 'restored', 'recovered', 'covered', 'uncovered', 'lapsed',
        'lapsed-to-operator', 'lapsed-to-funder', 'moved-out', 'moved-in', 'short', 'unshort'
    )
) NOT VALID;
-- squawk-ignore ban-drop-constraint
ALTER TABLE settlement.positions DROP CONSTRAINT positions_movement_check;
ALTER TABLE settlement.positions ADD CONSTRAINT positions_movement_check CHECK (
    movement IN (
        'granted', 'used', 'restored', 'recovered', 'covered', 'uncovered', 'lapsed',
        'lapsed-to-operator', 'lapsed-to-funder', 'moved-out', 'moved-in', 'short', 'unshort'
    )
) NOT VALID;

CREATE OR REPLACE VIEW settlement.parts WITH (security_invoker = true) AS
SELECT
    parts.cycle_id, parts.booked_at, parts.member_id, parts.entry_id,
    CASE
        WHEN parts.movement <> 'lapsed' OR schemes.breakage = 'PROMO_FUND' THEN parts.movement
        WHEN schemes.breakage = 'HUB_REVENUE' THEN 'lapsed-to-operator'
        ELSE 'lapsed-to-funder'
    END AS movement,
    CASE split_part(parts.rule, ':', 1)
        WHEN 'base' THEN 'base' WHEN 'campaign' THEN 'campaign' ELSE 'rank'
    END AS kind,
    schemes.funding, parts.funder_id, parts.tenant_id,
    parts.business_date < cycles.first_on AS late,      -- 前期分
    parts.points,
    parts.at_tenant_id, parts.shop_id                   -- where it happened
FROM (
    SELECT
        draws.cycle_id, draws.booked_at, draws.member_id, draws.entry_id,
        CASE
            WHEN draws.kind = 'redemption' THEN 'used'
            WHEN draws.kind = 'lapse' THEN 'lapsed'
            WHEN draws.kind = 'changeover' THEN 'moved-out'
            WHEN draws.for_funder_id <> draws.funder_id AND draws.points > 0 THEN 'covered'
            WHEN draws.for_funder_id <> draws.funder_id THEN 'uncovered'
            WHEN draws.kind = 'unreturn' AND draws.points > 0 THEN 'used'
            WHEN draws.kind = 'unreturn' THEN 'granted'
            WHEN draws.points < 0 THEN 'restored'
            ELSE 'recovered'
        END AS movement,
        CASE
            WHEN draws.for_funder_id <> draws.funder_id THEN draws.for_rule ELSE draws.rule
        END AS rule,
        draws.scheme_id, draws.funder_id,
        CASE
            WHEN draws.for_funder_id <> draws.funder_id THEN draws.for_funder_id
            ELSE draws.tenant_id
        END AS tenant_id,
        draws.business_date,
        abs(draws.points) AS points,
        draws.tenant_id AS at_tenant_id, draws.shop_id
    FROM federation.draws
    WHERE draws.kind <> 'merge'
    UNION ALL
    SELECT
        entries.cycle_id, entries.booked_at, lots.member_id, lots.entry_id,
        CASE entries.kind WHEN 'changeover' THEN 'moved-in' ELSE 'granted' END,
        lots.rule, lots.scheme_id, lots.funder_id, entries.tenant_id, entries.business_date,
        lots.points, entries.tenant_id, entries.shop_id
    FROM federation.entries
    INNER JOIN federation.lots USING (member_id, entry_id)
    WHERE entries.kind <> 'merge'
    UNION ALL
    SELECT
        entries.cycle_id, entries.booked_at, entries.member_id, entries.entry_id,
        CASE entries.kind WHEN 'reversal' THEN 'unshort' ELSE 'short' END,
        shortages.rule, shortages.scheme_id, shortages.funder_id, entries.tenant_id,
        entries.business_date, shortages.points, entries.tenant_id, entries.shop_id
    FROM federation.entries
    INNER JOIN federation.shortages
        ON
            shortages.member_id = entries.member_id
            AND shortages.entry_id
            = CASE entries.kind WHEN 'reversal' THEN entries.of_entry_id ELSE entries.entry_id END
    WHERE entries.kind IN ('return', 'reversal') AND shortages.met = 'deducted'
) AS parts
INNER JOIN federation.cycles USING (cycle_id)
INNER JOIN tenants.schemes USING (scheme_id);

-- A party reads what was agreed with it, and with all; nobody who serves changes a row.
ALTER TABLE settlement.terms ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.terms FORCE ROW LEVEL SECURITY;
ALTER TABLE settlement.conditions ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.conditions FORCE ROW LEVEL SECURITY;
ALTER TABLE settlement.splits ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement.splits FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON settlement.terms FOR SELECT TO meguri_app
USING (party_id IS NULL OR party_id = federation.reader());
CREATE POLICY own ON settlement.conditions FOR SELECT TO meguri_app
USING (party_id = federation.reader());
CREATE POLICY own ON settlement.splits FOR SELECT TO meguri_app USING (party_id = federation.reader());
CREATE POLICY whole ON settlement.splits FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY close ON settlement.splits FOR INSERT TO meguri_worker WITH CHECK (true);
CREATE POLICY whole ON settlement.terms FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY whole ON settlement.conditions FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY agree ON settlement.terms FOR INSERT TO meguri_worker WITH CHECK (true);
CREATE POLICY close ON settlement.conditions FOR INSERT TO meguri_worker WITH CHECK (true);
GRANT SELECT, INSERT ON settlement.terms, settlement.tax_rates, settlement.conditions,
settlement.splits TO meguri_worker;
GRANT SELECT ON settlement.terms, settlement.tax_rates, settlement.conditions, settlement.splits
TO meguri_app, meguri_auditor;

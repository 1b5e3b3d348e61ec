-- A law is widened, and no code was issued before this index stood: nothing waits for either.
-- squawk-ignore-file ban-drop-not-null, require-concurrent-index-creation

-- The programme's own terms, dated: how points are spent, what a return may leave short, from when
-- points can be used, how long they last; caps and ring-fences of campaigns; service counters; what
-- tills declared at the end of their day (日計).

CREATE TABLE tenants.programme (
    from_on date PRIMARY KEY,
    spend_order text NOT NULL DEFAULT 'EXPIRY_FIRST'
    CHECK (spend_order IN ('EXPIRY_FIRST', 'LIMITED_FIRST')),
    shortage_policy text NOT NULL DEFAULT 'DEDUCT_FROM_REFUND'
    CHECK (shortage_policy IN ('DEDUCT_FROM_REFUND', 'NEGATIVE_BALANCE', 'WAIVE', 'REJECT')),
    redemption_limit_points_per_day bigint CHECK (redemption_limit_points_per_day > 0),  -- NULL: none
    usable_from text NOT NULL DEFAULT 'AT_ONCE' CHECK (usable_from IN ('AT_ONCE', 'NEXT_DAY')),
    late_claim_days smallint NOT NULL DEFAULT 7 CHECK (late_claim_days BETWEEN 0 AND 31),
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> '')
);
INSERT INTO tenants.programme (from_on, author, reason)
VALUES ('2000-01-01', 'meguri', '初期値 / defaults');

-- How long points of a kind last, by the business date on which they were earned.
CREATE TABLE tenants.expiry_policies (
    kind text NOT NULL CHECK (kind ~ '^[a-z][a-z-]{0,30}$'),
    from_on date NOT NULL,
    policy text NOT NULL CHECK (policy IN ('FISCAL_YEAR', 'SLIDING', 'FIXED_MONTHS', 'FIXED_DATE')),
    months smallint CHECK (months BETWEEN 1 AND 120),
    month_end boolean NOT NULL DEFAULT false,
    expires_on date,
    qualifying text[] NOT NULL DEFAULT '{}'
    CHECK (qualifying <@ ARRAY['accrual', 'redemption', 'sale-without-points']),
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    PRIMARY KEY (kind, from_on),
    CHECK ((months IS NOT NULL) = (policy IN ('SLIDING', 'FIXED_MONTHS'))),
    CHECK (NOT month_end OR months IS NOT NULL),
    CHECK ((expires_on IS NOT NULL) = (policy = 'FIXED_DATE')),
    CHECK (expires_on >= from_on),
    -- Points that slide get their first day from the sale that gave them: an accrual always counts.
    CHECK (('accrual' = ANY(qualifying)) = (policy = 'SLIDING')),
    CHECK (policy = 'SLIDING' OR qualifying = '{}')
);
INSERT INTO tenants.expiry_policies (kind, from_on, policy, author, reason)
VALUES ('base', '2000-01-01', 'FISCAL_YEAR', 'meguri', '初期値 / defaults');

-- A campaign may leave its last day to the policy of kind 'campaign', keep its points to its own
-- facility, and give only so many; NULL is no cap.
ALTER TABLE tenants.campaigns ALTER COLUMN expires_on DROP NOT NULL;
ALTER TABLE tenants.campaigns ADD COLUMN ring_fenced boolean NOT NULL DEFAULT false
CHECK (NOT ring_fenced OR facility_id IS NOT NULL);
ALTER TABLE tenants.campaigns ADD COLUMN cap_points_per_receipt bigint CHECK (cap_points_per_receipt > 0);
ALTER TABLE tenants.campaigns ADD COLUMN cap_points_per_day bigint CHECK (cap_points_per_day > 0);
ALTER TABLE tenants.campaigns ADD COLUMN cap_points_per_member bigint CHECK (cap_points_per_member > 0);

-- A service counter books receipts that are brought later, for every register of its tenant.
ALTER TABLE tenants.tills ADD COLUMN counter boolean NOT NULL DEFAULT false;

-- What a till declared when it was closed: each close by its number, what came last counts.
CREATE TABLE tenants.daily_totals (
    tenant_id bigint NOT NULL REFERENCES tenants.tenants,
    till text NOT NULL,
    business_date date NOT NULL,
    close_no integer NOT NULL CHECK (close_no BETWEEN 1 AND 9999),
    accruals_count bigint NOT NULL CHECK (accruals_count >= 0),
    accruals_points bigint NOT NULL CHECK (accruals_points >= 0),
    accruals_yen bigint NOT NULL CHECK (accruals_yen >= 0),
    redemptions_count bigint NOT NULL CHECK (redemptions_count >= 0),
    redemptions_points bigint NOT NULL CHECK (redemptions_points >= 0),
    reversals bigint NOT NULL CHECK (reversals >= 0),
    returns bigint NOT NULL CHECK (returns >= 0),
    sales_yen bigint NOT NULL CHECK (sales_yen >= 0),
    customers bigint NOT NULL CHECK (customers >= 0),
    first_slip text,
    last_slip text,
    staff text,
    declared_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, till, business_date, close_no),
    FOREIGN KEY (tenant_id, till) REFERENCES tenants.tills,
    CHECK ((first_slip IS NULL) = (last_slip IS NULL))
);
ALTER TABLE tenants.daily_totals ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.daily_totals FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON tenants.daily_totals TO meguri_app
USING (tenant_id = federation.reader()) WITH CHECK (tenant_id = federation.reader());
CREATE POLICY whole ON tenants.daily_totals FOR SELECT TO meguri_worker, meguri_auditor USING (true);

GRANT SELECT ON tenants.programme, tenants.expiry_policies TO
meguri_app, meguri_desk, meguri_counter, meguri_worker, meguri_auditor;
GRANT INSERT ON tenants.programme, tenants.expiry_policies TO meguri_worker;
GRANT SELECT, INSERT, UPDATE ON tenants.daily_totals TO meguri_app;
GRANT SELECT ON tenants.daily_totals TO meguri_worker, meguri_auditor;

-- How many codes a member was given lately.
CREATE INDEX codes_of_member ON federation.codes (member_id, issued_at);

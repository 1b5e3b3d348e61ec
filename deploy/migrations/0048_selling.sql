-- New indexes lie beside the way of a booking: days rise as bookings do, and people join rarely.
-- squawk-ignore-file require-concurrent-index-creation

-- 運営状況: what was sold, issued and used, by shop, business date and hour, and who came. Folded behind
-- the bookings by a job; what is not in yet is read from the entries themselves, so that both together
-- are the books at any instant. Nothing here is truth: emptied, with the mark at 0, it is made anew.

-- What one entry adds to the figures; an undoing is the opposite of what it undid, at the hour of that.
-- A return takes back what was issued (below 0) or gives back what was used (above).
CREATE VIEW tenants.sales_flows WITH (security_invoker = true) AS
SELECT
    entries.xid, entries.member_id, entries.entry_id, entries.booked_at, entries.shop_id,
    entries.business_date, entries.kind AS booked_as, entries.till, entries.staff, entries.slip,
    entries.receipt_till, entries.receipt_no, entries.points, entries.paid_yen, entries.at,
    what.hour, what.kind,
    CASE WHEN what.kind = 'accrual' THEN what.sign ELSE 0 END AS receipts,
    CASE WHEN what.kind = 'redemption' THEN what.sign ELSE 0 END AS uses,
    what.sign * CASE
        WHEN what.kind IN ('accrual', 'bonus') THEN what.points
        WHEN what.kind = 'return' THEN least(what.points, 0)
        ELSE 0
    END AS issued_points,
    what.sign * CASE
        WHEN what.kind = 'redemption' THEN -what.points
        WHEN what.kind = 'return' THEN -greatest(what.points, 0)
        ELSE 0
    END AS redeemed_points,
    CASE WHEN what.kind = 'lapse' THEN -what.sign * what.points ELSE 0 END AS lapsed_points,
    what.sign * CASE what.kind
        WHEN 'accrual' THEN coalesce(what.paid_yen, 0)
        WHEN 'return' THEN -coalesce(what.returned_yen, 0)
        ELSE 0
    END AS sales_yen
FROM federation.entries
LEFT JOIN federation.entries AS undone
    ON
        entries.kind = 'reversal'
        AND undone.member_id = entries.member_id
        AND undone.entry_id = entries.of_entry_id
CROSS JOIN LATERAL (
    SELECT
        CASE WHEN entries.kind = 'reversal' THEN -1 ELSE 1 END AS sign,
        coalesce(undone.kind, entries.kind) AS kind,
        CASE WHEN undone.entry_id IS NULL THEN entries.points ELSE undone.points END AS points,
        coalesce(undone.paid_yen, entries.paid_yen) AS paid_yen,
        coalesce(undone.returned_yen, entries.returned_yen) AS returned_yen,
        extract(HOUR FROM coalesce(undone.at, entries.at) AT TIME ZONE 'Asia/Tokyo')::smallint AS hour
) AS what;

CREATE TABLE tenants.sales_hours (
    shop_id bigint NOT NULL,
    business_date date NOT NULL,
    hour smallint NOT NULL CHECK (hour BETWEEN 0 AND 23),   -- Tokyo
    receipts bigint NOT NULL,
    uses bigint NOT NULL,
    issued_points bigint NOT NULL,
    redeemed_points bigint NOT NULL,
    lapsed_points bigint NOT NULL,
    sales_yen bigint NOT NULL,
    PRIMARY KEY (business_date, shop_id, hour)
) WITH (fillfactor = 70);

-- Who was at a shop's tills: how many times, less what was undone.
CREATE TABLE tenants.sales_visitors (
    shop_id bigint NOT NULL,
    business_date date NOT NULL,
    hour smallint NOT NULL CHECK (hour BETWEEN 0 AND 23),
    member_id bigint NOT NULL,
    visits integer NOT NULL,
    PRIMARY KEY (business_date, shop_id, hour, member_id)
) WITH (fillfactor = 85);

-- Every entry of a transaction before this one is in. Whoever folds takes only transactions that are
-- older than any that still runs, so none comes in behind the mark.
CREATE TABLE tenants.sales_mark (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    xid xid8 NOT NULL DEFAULT '0'
);
INSERT INTO tenants.sales_mark DEFAULT VALUES;

-- The upper bound says nothing new: it tells the planner that these are few.
CREATE VIEW tenants.sales WITH (security_invoker = true) AS
SELECT
    shop_id, business_date, hour, receipts, uses, issued_points, redeemed_points, lapsed_points,
    sales_yen
FROM tenants.sales_hours
UNION ALL
SELECT
    shop_id, business_date, hour, receipts, uses, issued_points, redeemed_points, lapsed_points,
    sales_yen
FROM tenants.sales_flows
WHERE
    xid >= (SELECT mark.xid FROM tenants.sales_mark AS mark)
    AND xid <= '18446744073709551615';

CREATE VIEW tenants.visits WITH (security_invoker = true) AS
SELECT shop_id, business_date, hour, member_id, visits
FROM tenants.sales_visitors
UNION ALL
SELECT shop_id, business_date, hour, member_id, receipts + uses AS visits
FROM tenants.sales_flows
WHERE
    xid >= (SELECT mark.xid FROM tenants.sales_mark AS mark)
    AND xid <= '18446744073709551615'
    AND kind IN ('accrual', 'redemption');

ALTER TABLE tenants.sales_hours ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.sales_hours FORCE ROW LEVEL SECURITY;
ALTER TABLE tenants.sales_visitors ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.sales_visitors FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON tenants.sales_hours FOR SELECT TO meguri_app
USING (shop_id IN (SELECT shops.shop_id FROM tenants.shops));
CREATE POLICY own ON tenants.sales_visitors FOR SELECT TO meguri_app
USING (shop_id IN (SELECT shops.shop_id FROM tenants.shops));
CREATE POLICY whole ON tenants.sales_hours FOR SELECT TO meguri_auditor USING (true);
CREATE POLICY whole ON tenants.sales_visitors FOR SELECT TO meguri_auditor USING (true);
CREATE POLICY fold ON tenants.sales_hours TO meguri_worker USING (true) WITH CHECK (true);
CREATE POLICY fold ON tenants.sales_visitors TO meguri_worker USING (true) WITH CHECK (true);
GRANT SELECT ON tenants.sales_flows, tenants.sales_hours, tenants.sales_visitors, tenants.sales_mark,
tenants.sales, tenants.visits TO meguri_app, meguri_worker, meguri_auditor;
GRANT INSERT, UPDATE ON tenants.sales_hours, tenants.sales_visitors TO meguri_worker;
GRANT UPDATE (xid) ON tenants.sales_mark TO meguri_worker;

-- At a place people also see what its tills declared of all their sales.
CREATE POLICY placed ON tenants.tills FOR SELECT TO meguri_app
USING (shop_id = ANY(federation.placed()));
CREATE POLICY placed ON tenants.daily_totals FOR SELECT TO meguri_app
USING (
    EXISTS (
        SELECT FROM tenants.tills
        WHERE
            tills.tenant_id = daily_totals.tenant_id
            AND tills.till = daily_totals.till
            AND tills.shop_id = ANY(federation.placed())
    )
);

-- The entries behind a figure: of a day, of a shop on that day.
CREATE INDEX entries_of_day ON federation.entries (business_date, shop_id);
CREATE INDEX daily_totals_of_day ON tenants.daily_totals (business_date);
CREATE INDEX members_joined ON federation.members (joined_on);

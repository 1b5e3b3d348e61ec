-- The books. Every id is a bigint; `..._at` is an instant, `..._on` a day in Asia/Tokyo.
-- Sharding rules (docs: architecture, "Past one machine"): wallets, lots, entries and draws go by
-- member_id, slips, answers and receipts by shop_id, carriers by their own key; cycles and doors are
-- reference tables. So each key holds its shard key, no key crosses a group, and no trigger exists.
CREATE SCHEMA federation;

CREATE SEQUENCE federation.member_ids AS bigint;
CREATE SEQUENCE federation.entry_ids AS bigint CACHE 1;

-- A person, or no more than an opaque id where the operator keeps the persons elsewhere.
CREATE TABLE federation.members (
    member_id bigint PRIMARY KEY,
    joined_on date NOT NULL
);

-- What leads a till to a member: a card, later a one-time code, a phone, a LINE id.
CREATE TABLE federation.carriers (
    carrier text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('card', 'code', 'phone', 'line')),
    member_id bigint NOT NULL,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'stopped')),
    issued_on date NOT NULL
);
CREATE INDEX carriers_of_member ON federation.carriers (member_id);

-- What one member has. This row is the member's lock.
CREATE TABLE federation.wallets (
    member_id bigint PRIMARY KEY REFERENCES federation.members,
    points bigint NOT NULL DEFAULT 0 CHECK (points >= 0),
    points_held bigint NOT NULL DEFAULT 0 CHECK (points_held BETWEEN 0 AND points),
    points_owed bigint NOT NULL DEFAULT 0 CHECK (points_owed >= 0),
    rank text NOT NULL DEFAULT 'general',
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'frozen')),
    next_expires_on date,
    next_expiring_points bigint NOT NULL DEFAULT 0 CHECK (next_expiring_points BETWEEN 0 AND points),
    next_change_at timestamptz,
    CHECK ((next_expires_on IS NULL) = (points = 0))
) WITH (fillfactor = 70);
-- The job that lapses what nobody visits, and a close, find their members here.
CREATE INDEX wallets_due ON federation.wallets (next_expires_on) WHERE next_expires_on IS NOT NULL;

-- The settlement calendar: a cycle is open from its first day until it is closed.
CREATE TABLE federation.cycles (
    cycle_id integer PRIMARY KEY,           -- its first day as yyyymmdd
    first_on date NOT NULL UNIQUE,
    last_on date NOT NULL CHECK (last_on >= first_on),
    closed_at timestamptz
);

-- One counter, raised by every revocation, suspension and change of terms.
CREATE TABLE federation.doors (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    moved bigint NOT NULL DEFAULT 0
);
INSERT INTO federation.doors DEFAULT VALUES;

-- Points of one grant from ONE funder with one last day: the n-th part of the entry that granted it.
-- Who pays for it, and by which scheme, is fixed here for ever.
CREATE TABLE federation.lots (
    member_id bigint NOT NULL,
    entry_id bigint NOT NULL,
    part smallint NOT NULL CHECK (part >= 0),
    points bigint NOT NULL CHECK (points > 0),
    points_left bigint NOT NULL CHECK (points_left BETWEEN 0 AND points),
    points_held bigint NOT NULL DEFAULT 0 CHECK (points_held BETWEEN 0 AND points_left),
    shop_id bigint NOT NULL,
    funder_id bigint NOT NULL,
    scheme_id integer NOT NULL,
    facility_id bigint,                     -- ring-fence: NULL is spent anywhere
    limited boolean NOT NULL,               -- the pool: regular or limited
    rule text NOT NULL,
    usable_from date NOT NULL,
    expires_on date NOT NULL,
    CHECK (expires_on >= usable_from),
    PRIMARY KEY (member_id, entry_id, part)
) WITH (fillfactor = 85);
CREATE INDEX lots_open ON federation.lots (member_id, expires_on) WHERE points_left > 0;

-- What a till asked, for ever: unique per shop. The bytes that were answered stand in `answers`,
-- month by month; this narrow row alone must outlive every partition.
CREATE TABLE federation.slips (
    shop_id bigint NOT NULL,
    slip text NOT NULL,
    tenant_id bigint NOT NULL,
    member_id bigint,                       -- NULL: it concerned nobody we know
    client_id text NOT NULL,
    fingerprint bytea NOT NULL,             -- SHA-256 of call and content; empty: cancelled unseen
    booked_at timestamptz NOT NULL,
    PRIMARY KEY (shop_id, slip)
);

CREATE TABLE federation.answers (
    shop_id bigint NOT NULL,
    slip text NOT NULL,
    tenant_id bigint NOT NULL,
    status smallint NOT NULL,
    body text NOT NULL,
    booked_at timestamptz NOT NULL,
    PRIMARY KEY (shop_id, slip, booked_at)
) PARTITION BY RANGE (booked_at);

-- One receipt earns once. The only row the desk may delete, at a reversal.
CREATE TABLE federation.receipts (
    shop_id bigint NOT NULL,
    business_date date NOT NULL,
    receipt_till text NOT NULL,
    receipt_no text NOT NULL,
    tenant_id bigint NOT NULL,
    slip text NOT NULL,
    booked_at timestamptz NOT NULL,
    PRIMARY KEY (shop_id, business_date, receipt_till, receipt_no)
);

-- One booked event. Append-only; a correction is a new entry that names the old one.
CREATE TABLE federation.entries (
    member_id bigint NOT NULL,
    entry_id bigint NOT NULL,
    kind text NOT NULL CHECK (
        kind IN ('accrual', 'redemption', 'lapse', 'reversal', 'return', 'changeover')
    ),
    tenant_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    till text NOT NULL,
    staff text,
    slip text,
    points bigint NOT NULL,                 -- what it did to the wallet, with its sign
    paid_yen bigint CHECK (paid_yen >= 0),
    excluded_yen bigint CHECK (excluded_yen >= 0),
    receipt_till text,
    receipt_no text,
    lines jsonb,
    of_entry_id bigint,
    reason text,
    at timestamptz NOT NULL,
    business_date date NOT NULL,
    cycle_id integer NOT NULL,
    booked_at timestamptz NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (member_id, entry_id, booked_at)
) PARTITION BY RANGE (booked_at);
CREATE INDEX entries_of_tenant ON federation.entries (tenant_id, entry_id);
-- What was booked since an instant: a close and the watch ask; a few bytes per thousand rows.
CREATE INDEX entries_lately ON federation.entries USING brin (booked_at)
WITH (pages_per_range = 32, autosummarize = on);

-- Points that one entry took from (+) or gave back to (-) one lot: the provenance of every yen.
CREATE TABLE federation.draws (
    member_id bigint NOT NULL,
    entry_id bigint NOT NULL,
    lot_entry_id bigint NOT NULL,
    lot_part smallint NOT NULL,
    kind text NOT NULL,
    points bigint NOT NULL CHECK (points <> 0),
    tenant_id bigint NOT NULL,              -- where it was used
    shop_id bigint NOT NULL,
    funder_id bigint NOT NULL,
    scheme_id integer NOT NULL,
    rule text NOT NULL,
    business_date date NOT NULL,
    cycle_id integer NOT NULL,
    booked_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, entry_id, lot_entry_id, lot_part, booked_at),
    FOREIGN KEY (member_id, lot_entry_id, lot_part) REFERENCES federation.lots
) PARTITION BY RANGE (booked_at);
CREATE INDEX draws_of_lot ON federation.draws (member_id, lot_entry_id, lot_part);

-- Every movement names the account it leaves and the account it enters, so that a row balances by
-- construction; this is the two-sided list of them.
CREATE VIEW federation.postings WITH (security_invoker = true) AS
SELECT member_id, entry_id, 'funder:' || funder_id AS account, -points AS points FROM federation.lots
UNION ALL
SELECT member_id, entry_id, 'member:' || member_id, points FROM federation.lots
UNION ALL
SELECT member_id, entry_id, 'member:' || member_id, -points FROM federation.draws
UNION ALL
SELECT member_id, entry_id, CASE kind WHEN 'lapse' THEN 'lapsed:' || funder_id WHEN 'changeover' THEN 'funder:' || funder_id ELSE 'shop:' || shop_id END, points
FROM federation.draws;

-- Makes the monthly partitions that the coming bookings need. Called at start-up, by the clock's
-- keeper and every hour; safe to call again.
CREATE FUNCTION federation.open_months(from_on date, months integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    whole text;
    first_on date;
    part text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('federation.open_months'));
    FOR step IN 0..months - 1 LOOP
        first_on := (date_trunc('month', from_on) + make_interval(months => step))::date;
        FOREACH whole IN ARRAY ARRAY['answers', 'entries', 'draws'] LOOP
            part := whole || to_char(first_on, '_YYYYMM');
            CONTINUE WHEN to_regclass('federation.' || part) IS NOT NULL;
            EXECUTE format(
                'CREATE TABLE federation.%I PARTITION OF federation.%I FOR VALUES FROM (%L) TO (%L)',
                part, whole,
                first_on::timestamp AT TIME ZONE 'Asia/Tokyo',
                (first_on + interval '1 month') AT TIME ZONE 'Asia/Tokyo'
            );
            EXECUTE format('ALTER TABLE federation.%I ENABLE ROW LEVEL SECURITY', part);
            EXECUTE format('ALTER TABLE federation.%I FORCE ROW LEVEL SECURITY', part);
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;
REVOKE ALL ON FUNCTION federation.open_months FROM public;

-- Whose rows a transaction may see. A reader begins by naming its tenant; nobody named, nothing seen.
ALTER TABLE federation.slips ENABLE ROW LEVEL SECURITY;
ALTER TABLE federation.slips FORCE ROW LEVEL SECURITY;
ALTER TABLE federation.answers ENABLE ROW LEVEL SECURITY;
ALTER TABLE federation.answers FORCE ROW LEVEL SECURITY;
ALTER TABLE federation.receipts ENABLE ROW LEVEL SECURITY;
ALTER TABLE federation.receipts FORCE ROW LEVEL SECURITY;
ALTER TABLE federation.entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE federation.entries FORCE ROW LEVEL SECURITY;
ALTER TABLE federation.draws ENABLE ROW LEVEL SECURITY;
ALTER TABLE federation.draws FORCE ROW LEVEL SECURITY;

CREATE FUNCTION federation.reader() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('meguri.tenant', true), '')::bigint $$;

CREATE POLICY own ON federation.slips FOR SELECT TO meguri_app USING (tenant_id = federation.reader());
CREATE POLICY own ON federation.answers FOR SELECT TO meguri_app USING (tenant_id = federation.reader());
CREATE POLICY own ON federation.receipts FOR SELECT TO meguri_app USING (tenant_id = federation.reader());
CREATE POLICY own ON federation.entries FOR SELECT TO meguri_app USING (tenant_id = federation.reader());
CREATE POLICY own ON federation.draws FOR SELECT TO meguri_app
USING (tenant_id = federation.reader() OR funder_id = federation.reader());

CREATE POLICY desk ON federation.slips TO meguri_desk USING (true) WITH CHECK (true);
CREATE POLICY desk ON federation.answers TO meguri_desk USING (true) WITH CHECK (true);
CREATE POLICY desk ON federation.receipts TO meguri_desk USING (true) WITH CHECK (true);
CREATE POLICY desk ON federation.entries TO meguri_desk USING (true) WITH CHECK (true);
CREATE POLICY desk ON federation.draws TO meguri_desk USING (true) WITH CHECK (true);

CREATE POLICY whole ON federation.slips FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY whole ON federation.answers FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY whole ON federation.receipts FOR SELECT TO meguri_worker, meguri_auditor USING (true);
CREATE POLICY whole ON federation.entries FOR SELECT
TO meguri_worker, meguri_auditor, meguri_sealer USING (true);
CREATE POLICY whole ON federation.draws FOR SELECT TO meguri_worker, meguri_auditor USING (true);

-- What each role may do. Entries, draws, slips and answers are never changed by anyone who serves.
GRANT USAGE ON SCHEMA federation TO
meguri_app, meguri_desk, meguri_counter, meguri_worker, meguri_sealer, meguri_auditor;
GRANT EXECUTE ON FUNCTION federation.open_months TO meguri_worker;

GRANT SELECT ON federation.slips, federation.answers, federation.receipts, federation.entries,
federation.draws, federation.cycles TO meguri_app;

GRANT SELECT, INSERT ON federation.slips, federation.answers, federation.entries, federation.draws,
federation.lots TO meguri_desk;
GRANT SELECT, INSERT, DELETE ON federation.receipts TO meguri_desk;
GRANT UPDATE (points_left, points_held) ON federation.lots TO meguri_desk;
GRANT SELECT ON federation.wallets, federation.carriers, federation.cycles, federation.doors TO meguri_desk;
GRANT UPDATE (
    points, points_held, points_owed, next_expires_on, next_expiring_points, next_change_at
) ON federation.wallets TO meguri_desk;
GRANT USAGE ON SEQUENCE federation.entry_ids TO meguri_desk;

GRANT SELECT ON federation.carriers, federation.wallets, federation.lots, federation.cycles,
federation.doors TO meguri_counter;

GRANT SELECT ON ALL TABLES IN SCHEMA federation TO meguri_worker, meguri_auditor;
GRANT INSERT ON federation.members, federation.carriers, federation.wallets, federation.cycles TO meguri_worker;
GRANT UPDATE (state) ON federation.carriers, federation.wallets TO meguri_worker;
GRANT UPDATE (rank) ON federation.wallets TO meguri_worker;
GRANT UPDATE (closed_at) ON federation.cycles TO meguri_worker;
GRANT UPDATE (moved) ON federation.doors TO meguri_worker;
GRANT USAGE ON SEQUENCE federation.member_ids TO meguri_worker;
GRANT SELECT ON federation.entries TO meguri_sealer;

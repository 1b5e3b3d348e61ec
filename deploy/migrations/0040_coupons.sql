-- Laws are widened, none is lost; what is indexed is new.
-- squawk-ignore-file require-concurrent-index-creation, ban-drop-constraint

-- クーポン: what takes something off a price, for whom, where and when, and who pays for it. A use is a
-- booking as all others; here stand the coupons themselves, and which member has started which.

-- A coupon as it was published: nothing of it changes afterwards but its state.
CREATE TABLE tenants.coupons (
    coupon_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[A-Za-z0-9_.-]{1,40}$'),
    name text NOT NULL CHECK (name <> ''),
    name_en text NOT NULL CHECK (name_en <> ''),
    kind text NOT NULL CHECK (kind IN ('SHOW', 'TIMED', 'SCAN')),
    benefit text NOT NULL CHECK (benefit IN ('FIXED', 'PERCENT', 'GIFT')),
    off_yen bigint CHECK (off_yen BETWEEN 1 AND 10000000),
    percent smallint CHECK (percent BETWEEN 1 AND 100),
    rounding text NOT NULL DEFAULT 'DOWN' CHECK (rounding IN ('DOWN', 'HALF_UP', 'UP')),
    cap_yen bigint CHECK (cap_yen BETWEEN 1 AND 10000000),
    gift text CHECK (gift <> ''),
    gift_en text CHECK (gift_en <> ''),
    gift_worth_yen bigint CHECK (gift_worth_yen >= 0),
    least_yen bigint NOT NULL DEFAULT 0 CHECK (least_yen BETWEEN 0 AND 10000000),
    from_on date NOT NULL,
    to_on date NOT NULL,
    weekdays smallint[] NOT NULL DEFAULT '{}',      -- ISO: Monday is 1; none are all
    from_time time,
    to_time time,
    shops bigint[] NOT NULL DEFAULT '{}',           -- none, and no facilities: everywhere
    facilities bigint[] NOT NULL DEFAULT '{}',
    excluded_categories text[] NOT NULL DEFAULT '{}',
    alone boolean NOT NULL DEFAULT true,            -- 併用不可
    first_visit boolean NOT NULL DEFAULT false,
    segment text,
    stock bigint CHECK (stock > 0),
    per_member bigint CHECK (per_member BETWEEN 1 AND 1000),
    minutes integer CHECK (minutes BETWEEN 1 AND 10080),
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'live', 'paused', 'ended')),
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    drafted_at timestamptz NOT NULL,
    told_up_to bigint NOT NULL DEFAULT 0,           -- the last member in line who was told of it
    CHECK (to_on >= from_on),
    CHECK (weekdays <@ ARRAY[1, 2, 3, 4, 5, 6, 7]::smallint []),
    CHECK ((from_time IS NULL) = (to_time IS NULL)),
    CHECK ((benefit = 'FIXED') = (off_yen IS NOT NULL)),
    CHECK ((benefit = 'PERCENT') = (percent IS NOT NULL)),
    CHECK (cap_yen IS NULL OR benefit = 'PERCENT'),
    CHECK ((benefit = 'GIFT') = (gift IS NOT NULL AND gift_en IS NOT NULL AND gift_worth_yen IS NOT NULL)),
    CHECK ((kind = 'TIMED') = (minutes IS NOT NULL)),
    CHECK (NOT first_visit OR per_member = 1)
);

-- Who pays for what it takes off, by weight; a gift is nobody's cost here.
CREATE TABLE tenants.coupon_shares (
    coupon_id bigint NOT NULL REFERENCES tenants.coupons,
    funder text NOT NULL CHECK (funder IN ('tenant', 'facility', 'operator')),
    weight integer NOT NULL CHECK (weight > 0),
    PRIMARY KEY (coupon_id, funder)
);

-- Each step of a coupon's life, with author and reason.
CREATE TABLE tenants.coupon_steps (
    coupon_id bigint NOT NULL REFERENCES tenants.coupons,
    number bigint GENERATED ALWAYS AS IDENTITY,
    state text NOT NULL CHECK (state IN ('live', 'paused', 'ended')),
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    at timestamptz NOT NULL,
    PRIMARY KEY (coupon_id, number)
);

-- Which member was shown a coupon, and until when a timed one lives that was started.
CREATE TABLE tenants.coupon_holders (
    member_id bigint NOT NULL,
    coupon_id bigint NOT NULL REFERENCES tenants.coupons,
    shown_at timestamptz NOT NULL,
    started_at timestamptz,
    ends_at timestamptz,
    PRIMARY KEY (member_id, coupon_id),
    CHECK ((started_at IS NULL) = (ends_at IS NULL)),
    CHECK (ends_at > started_at)
);
CREATE INDEX coupon_holders_of_coupon ON tenants.coupon_holders (coupon_id);

GRANT SELECT ON tenants.coupons, tenants.coupon_shares
TO meguri_counter, meguri_desk, meguri_worker, meguri_auditor;
GRANT SELECT ON tenants.coupon_steps, tenants.coupon_holders TO meguri_worker, meguri_auditor;
GRANT SELECT, INSERT, UPDATE (started_at, ends_at) ON tenants.coupon_holders TO meguri_counter;
GRANT INSERT, UPDATE (state, told_up_to) ON tenants.coupons TO meguri_worker;
GRANT INSERT ON tenants.coupon_shares, tenants.coupon_steps TO meguri_worker;
GRANT SELECT ON federation.used TO meguri_counter;
-- When a member first bought, for coupons of a first visit.
GRANT SELECT (business_date) ON federation.entries TO meguri_counter;

-- A use in the books is an entry of its own kind, and a kind of its own in settlement.
ALTER TABLE federation.entries DROP CONSTRAINT entries_kind_check;
ALTER TABLE federation.entries ADD CONSTRAINT entries_kind_check CHECK (
    kind IN (
        'accrual', 'redemption', 'lapse', 'reversal', 'return', 'repayment', 'hold', 'release',
        'changeover', 'merge', 'withdrawal', 'adjustment', 'import', 'bonus', 'coupon'
    )
) NOT VALID;

ALTER TABLE settlement.flows DROP CONSTRAINT flows_kind_check;
ALTER TABLE settlement.flows ADD CONSTRAINT flows_kind_check
CHECK (kind IN ('base', 'campaign', 'rank', 'coupon')) NOT VALID;
ALTER TABLE settlement.positions DROP CONSTRAINT positions_kind_check;
ALTER TABLE settlement.positions ADD CONSTRAINT positions_kind_check
CHECK (kind IN ('base', 'campaign', 'rank', 'coupon')) NOT VALID;

CREATE OR REPLACE FUNCTION settlement.kind_of(rule text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE split_part(rule, ':', 1)
    WHEN 'base' THEN 'base' WHEN 'category' THEN 'base' WHEN 'tender' THEN 'base'
    WHEN 'campaign' THEN 'campaign' WHEN 'hour' THEN 'campaign' WHEN 'weather' THEN 'campaign'
    WHEN 'coupon' THEN 'coupon' ELSE 'rank'
END;

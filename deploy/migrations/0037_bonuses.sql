-- Points without a sale: what an operator lays out (occasions), what is due by them (gifts), who brought
-- whom (referrals), where members have been, and stamps, which are never points. What is indexed is new.
-- squawk-ignore-file require-concurrent-index-creation, ban-drop-constraint

ALTER TABLE federation.entries DROP CONSTRAINT entries_kind_check;
ALTER TABLE federation.entries ADD CONSTRAINT entries_kind_check CHECK (
    kind IN (
        'accrual', 'redemption', 'lapse', 'reversal', 'return', 'repayment', 'hold', 'release',
        'changeover', 'merge', 'withdrawal', 'adjustment', 'bonus', 'import'
    )
) NOT VALID;    -- wider than the law before it: old rows need no look, which would hold up every till

-- A rule for points without a sale, dated: of one code the row with the latest day not after a business
-- date holds, of one day the one that was set last. Off (`running`) it gives nothing.
CREATE TABLE tenants.occasions (
    occasion_id bigint PRIMARY KEY DEFAULT nextval('tenants.ids'),
    code text NOT NULL CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,23}$'),
    kind text NOT NULL CHECK (
        kind IN (
            'visit', 'birthday', 'anniversary', 'referral', 'first-visit', 'login', 'stamp', 'rally'
        )
    ),
    name text NOT NULL CHECK (name <> ''),
    name_en text NOT NULL CHECK (name_en <> ''),
    from_on date NOT NULL,
    facility_id bigint REFERENCES tenants.facilities,       -- NULL: everywhere
    points bigint NOT NULL CHECK (points BETWEEN 0 AND 10000000),
    friend_points bigint NOT NULL DEFAULT 0 CHECK (friend_points BETWEEN 0 AND 10000000),
    per text NOT NULL CHECK (per IN ('member', 'facility', 'shop', 'month', 'day')),
    most_per_year integer CHECK (most_per_year > 0),        -- per member and fiscal year; NULL: no cap
    paid_yen_from bigint NOT NULL DEFAULT 0 CHECK (paid_yen_from >= 0),
    stamps smallint CHECK (stamps BETWEEN 2 AND 100),
    open_days smallint CHECK (open_days BETWEEN 1 AND 3660),
    prize text CHECK (prize <> ''),
    lasts_days smallint CHECK (lasts_days BETWEEN 1 AND 3660),  -- NULL: by the expiry policy of its kind
    ring_fenced boolean NOT NULL DEFAULT false CHECK (NOT ring_fenced OR facility_id IS NOT NULL),
    running boolean NOT NULL DEFAULT true,
    facility_weight smallint NOT NULL DEFAULT 0 CHECK (facility_weight >= 0),
    operator_weight smallint NOT NULL DEFAULT 0 CHECK (operator_weight >= 0),
    tenant_weight smallint NOT NULL DEFAULT 0 CHECK (tenant_weight >= 0),
    author text NOT NULL CHECK (author <> ''),
    reason text NOT NULL CHECK (reason <> ''),
    set_at timestamptz NOT NULL,
    CHECK (facility_weight + operator_weight + tenant_weight > 0),
    CHECK ((kind IN ('stamp', 'rally')) = (stamps IS NOT NULL)),
    CHECK (kind <> 'rally' OR open_days IS NOT NULL),
    CHECK (friend_points = 0 OR kind = 'referral'),
    CHECK ((kind = 'birthday') = (per IN ('month', 'day'))),
    -- Where no shop has a part in it, no tenant can pay for it.
    CHECK (kind NOT IN ('birthday', 'anniversary', 'login') OR tenant_weight = 0),
    CHECK (
        kind NOT IN ('birthday', 'anniversary', 'login')
        OR facility_weight = 0 OR facility_id IS NOT NULL
    )
);
CREATE INDEX occasions_by_code ON tenants.occasions (code, from_on DESC, occasion_id DESC);

-- What is due to a member by an occasion, under the slip that books it: the slip is the occasion, so it
-- is booked once however often it is found. `shop_id` and `entry_id` say what caused it.
CREATE TABLE tenants.gifts (
    slip text PRIMARY KEY CHECK (slip ~ '^[A-Za-z0-9_.:/-]{1,59}$'),
    member_id bigint NOT NULL,
    occasion_id bigint NOT NULL REFERENCES tenants.occasions,
    points bigint NOT NULL CHECK (points >= 0),
    due_on date NOT NULL,
    given_on date NOT NULL,                 -- the business date on which it is booked
    shop_id bigint REFERENCES tenants.shops,
    caused_by_member_id bigint,
    caused_by_entry_id bigint,
    state text NOT NULL DEFAULT 'waiting' CHECK (
        state IN ('waiting', 'booked', 'refused', 'void', 'undoing', 'undone', 'kept')
    ),
    told text,                              -- the slug of what was refused
    CHECK (state <> 'refused' OR told IS NOT NULL)
);
CREATE INDEX gifts_to_book ON tenants.gifts (slip) WHERE state IN ('waiting', 'undoing');
CREATE INDEX gifts_of_member ON tenants.gifts (member_id);
CREATE INDEX gifts_of_cause ON tenants.gifts (caused_by_member_id, caused_by_entry_id)
WHERE caused_by_entry_id IS NOT NULL;

-- The first sale of a member at each facility (0: at a shop of none), which anniversaries go by.
CREATE TABLE tenants.first_sales (
    member_id bigint NOT NULL,
    facility_id bigint NOT NULL,
    first_on date NOT NULL,
    entry_id bigint NOT NULL,
    PRIMARY KEY (member_id, facility_id)
);
CREATE INDEX first_sales_by_day ON tenants.first_sales (
    extract(MONTH FROM first_on), extract(DAY FROM first_on)
);

CREATE TABLE tenants.referral_codes (
    member_id bigint PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[A-Z2-7]{10}$'),
    made_at timestamptz NOT NULL
);
CREATE TABLE tenants.referrals (
    friend_id bigint PRIMARY KEY,
    referrer_id bigint NOT NULL CHECK (referrer_id <> friend_id),
    named_on date NOT NULL,
    given_entry_id bigint                   -- the friend's first purchase that earned; NULL: open
);
CREATE INDEX referrals_of_referrer ON tenants.referrals (referrer_id);

-- A card of stamps: `full` it has issued its reward, `over` it was not filled in time. A stamp is a mark
-- on a card and nothing else: no points, no yen; the rows have no column for either.
CREATE TABLE tenants.stamp_cards (
    member_id bigint NOT NULL,
    code text NOT NULL,
    card_no integer NOT NULL CHECK (card_no > 0),
    opened_on date NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'full', 'over')),
    PRIMARY KEY (member_id, code, card_no)
);
CREATE UNIQUE INDEX stamp_cards_one_open ON tenants.stamp_cards (member_id, code)
WHERE state = 'open';
CREATE TABLE tenants.stamps (
    member_id bigint NOT NULL,
    code text NOT NULL,
    card_no integer NOT NULL,
    mark text NOT NULL,                     -- what may be stamped once: a sale, a day at a place
    stamped_on date NOT NULL,
    entry_id bigint NOT NULL,
    facility_id bigint NOT NULL,
    PRIMARY KEY (member_id, code, card_no, mark),
    FOREIGN KEY (member_id, code, card_no) REFERENCES tenants.stamp_cards
);
CREATE INDEX stamps_of_entry ON tenants.stamps (member_id, entry_id);

-- How far the journal was followed: the row is the lock of whoever follows.
CREATE TABLE tenants.followed (
    follower text PRIMARY KEY,
    number bigint NOT NULL DEFAULT 0 CHECK (number >= 0)
);
INSERT INTO tenants.followed (follower) VALUES ('bonuses');

GRANT SELECT ON tenants.occasions TO
meguri_app, meguri_desk, meguri_counter, meguri_worker, meguri_auditor;
GRANT INSERT ON tenants.occasions TO meguri_worker;
GRANT SELECT, INSERT ON tenants.gifts, tenants.first_sales, tenants.referral_codes,
tenants.referrals, tenants.stamp_cards, tenants.stamps, tenants.followed TO meguri_worker;
GRANT UPDATE (state, told) ON tenants.gifts TO meguri_worker;
GRANT UPDATE (first_on, entry_id), DELETE ON tenants.first_sales TO meguri_worker;
GRANT UPDATE (given_entry_id) ON tenants.referrals TO meguri_worker;
GRANT UPDATE (state) ON tenants.stamp_cards TO meguri_worker;
GRANT UPDATE (stamped_on, entry_id), DELETE ON tenants.stamps TO meguri_worker;
GRANT UPDATE (number) ON tenants.followed TO meguri_worker;
GRANT SELECT ON tenants.gifts, tenants.first_sales, tenants.referral_codes, tenants.referrals,
tenants.stamp_cards, tenants.stamps, tenants.followed TO meguri_auditor;
-- What a member is shown of its own.
GRANT SELECT ON tenants.stamp_cards, tenants.stamps, tenants.referral_codes TO meguri_counter;
GRANT INSERT ON tenants.referral_codes TO meguri_counter;

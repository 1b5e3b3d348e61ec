-- 数に限りのあるものと、会員の印: limited counters that the desk locks in order of name, and plain
-- codes that a member bears for some days. Neither costs a booking anything that asks for neither.

-- So many there are in all, and so many are taken: a campaign's budget in points (`campaign:CODE`), a
-- coupon's stock (`coupon:CODE`). Never more than there are, whatever load.
CREATE TABLE federation.stocks (
    stock text PRIMARY KEY CHECK (stock ~ '^[a-z][a-z-]*:[A-Za-z0-9_.:-]{1,80}$'),
    total bigint NOT NULL CHECK (total >= 0),
    used bigint NOT NULL DEFAULT 0,
    CONSTRAINT stocks_used_check CHECK (used BETWEEN 0 AND total)
);

-- What a member is for some days: in a segment, treated by a campaign, born in a month. A rule reads
-- them as of the sale's business date.
CREATE TABLE federation.traits (
    member_id bigint NOT NULL,
    trait text NOT NULL CHECK (trait ~ '^[a-z][a-z-]*:[A-Za-z0-9_.:-]{1,80}$'),
    from_on date NOT NULL,
    to_on date NOT NULL,
    PRIMARY KEY (member_id, trait, from_on),
    CHECK (to_on >= from_on)
);

GRANT SELECT ON federation.stocks, federation.traits
TO meguri_desk, meguri_counter, meguri_worker, meguri_auditor;
GRANT UPDATE (used) ON federation.stocks TO meguri_desk;
GRANT INSERT, UPDATE (total) ON federation.stocks TO meguri_worker;
GRANT INSERT, DELETE, UPDATE (to_on) ON federation.traits TO meguri_worker;

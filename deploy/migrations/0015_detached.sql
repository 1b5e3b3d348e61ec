-- Months that are kept elsewhere. The oldest go first and none is left out, so that one instant, the
-- latest `until_at`, says what is still here: everything that was booked from then on.
CREATE TABLE federation.detached (
    month_on date PRIMARY KEY CHECK (extract(DAY FROM month_on) = 1),
    from_at timestamptz NOT NULL,
    until_at timestamptz NOT NULL CHECK (until_at > from_at),
    entries bigint NOT NULL CHECK (entries >= 0),
    draws bigint NOT NULL CHECK (draws >= 0),
    answers bigint NOT NULL CHECK (answers >= 0),
    entries_sha256 bytea NOT NULL CHECK (length(entries_sha256) = 32),
    draws_sha256 bytea NOT NULL CHECK (length(draws_sha256) = 32),
    answers_sha256 bytea NOT NULL CHECK (length(answers_sha256) = 32),
    detached_at timestamptz NOT NULL
);

-- What the draws of such a month came to, per funder: what became of all points ever issued can
-- still be told. Taken from lots and given back to them apart.
CREATE TABLE federation.detached_draws (
    month_on date NOT NULL REFERENCES federation.detached ON DELETE CASCADE,
    funder_id bigint NOT NULL,
    kind text NOT NULL,
    taken boolean NOT NULL,
    points bigint NOT NULL CHECK (points <> 0 AND (points > 0) = taken),
    PRIMARY KEY (month_on, funder_id, kind, taken)
);

-- Where their tables lie until they are written to files: nobody who serves comes in here.
CREATE SCHEMA archive;

-- Lots of entries that are here, and with them all their draws. Where no month is away the journal
-- is not looked at: the watch asks every few seconds.
CREATE VIEW federation.attached_lots WITH (security_invoker = true) AS
SELECT lots.member_id, lots.entry_id, lots.part, lots.points, lots.points_left
FROM federation.lots
WHERE
    NOT EXISTS (SELECT FROM federation.detached)
    OR NOT EXISTS (
        SELECT FROM federation.journal
        WHERE
            journal.member_id = lots.member_id
            AND journal.entry_id = lots.entry_id
            AND journal.booked_at < (SELECT max(detached.until_at) FROM federation.detached)
    );

GRANT SELECT ON federation.detached TO
meguri_app, meguri_counter, meguri_worker, meguri_auditor;
-- A process asks whether the schema has all that it was made for.
GRANT USAGE ON SCHEMA deploy TO meguri_app;
GRANT SELECT ON deploy.migrations TO meguri_app;

GRANT SELECT ON federation.detached_draws, federation.attached_lots TO meguri_worker, meguri_auditor;

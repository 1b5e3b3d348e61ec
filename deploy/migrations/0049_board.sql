-- 本部からのお知らせ、問合せ、兆候の判断: what headquarters tells its shops and who has seen it, what
-- shops ask and what they were answered, and what became of a signal.

-- Addressed to all, to an area, a facility or a shop; shown from a day to a day. Nothing of it changes
-- but that it may be withdrawn.
CREATE TABLE tenants.board_notices (
    notice_id bigint PRIMARY KEY,
    level text NOT NULL CHECK (level IN ('all', 'area', 'facility', 'shop')),
    place_id bigint NOT NULL,               -- 0: all
    title text NOT NULL CHECK (title <> ''),
    title_en text NOT NULL CHECK (title_en <> ''),
    body text NOT NULL CHECK (body <> ''),
    body_en text NOT NULL CHECK (body_en <> ''),
    from_on date NOT NULL,
    to_on date NOT NULL CHECK (to_on >= from_on),
    to_be_seen boolean NOT NULL,
    author text NOT NULL CHECK (author <> ''),
    made_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_by text,
    CHECK ((level = 'all') = (place_id = 0)),
    CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
);
CREATE INDEX board_notices_by_day ON tenants.board_notices (to_on, from_on);

-- Who has seen it, where: at a shop, or (0) at headquarters, an area, a facility. Append-only.
CREATE TABLE tenants.board_seen (
    notice_id bigint NOT NULL REFERENCES tenants.board_notices,
    shop_id bigint NOT NULL,
    who text NOT NULL CHECK (who <> ''),
    at timestamptz NOT NULL,
    PRIMARY KEY (notice_id, shop_id, who)
);

-- 問合せ: a question, of a shop where its asker stands at one; what was said to it, in order.
CREATE TABLE tenants.questions (
    question_id bigint PRIMARY KEY,
    shop_id bigint,
    asked_by text NOT NULL CHECK (asked_by <> ''),
    asked_name text NOT NULL,
    title text NOT NULL CHECK (title <> ''),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'answered', 'closed')),
    asked_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL
);
CREATE INDEX questions_by_state ON tenants.questions (state, question_id);
CREATE TABLE tenants.question_words (
    question_id bigint NOT NULL REFERENCES tenants.questions,
    number smallint NOT NULL CHECK (number > 0),
    who text NOT NULL CHECK (who <> ''),
    who_name text NOT NULL,
    answers boolean NOT NULL,               -- said by those who answer
    words text NOT NULL CHECK (words <> ''),
    at timestamptz NOT NULL,
    PRIMARY KEY (question_id, number)
);

-- What somebody decided of a signal, by what it is about (`signal`: a digest); the last word counts.
CREATE TABLE tenants.signal_words (
    signal text NOT NULL CHECK (signal ~ '^[0-9a-f]{32}$'),
    number smallint NOT NULL CHECK (number > 0),
    decision text NOT NULL CHECK (decision IN ('harmless', 'watching', 'acted')),
    reason text NOT NULL CHECK (reason <> ''),
    who text NOT NULL CHECK (who <> ''),
    at timestamptz NOT NULL,
    PRIMARY KEY (signal, number)
);

GRANT SELECT ON tenants.board_notices, tenants.board_seen TO meguri_counter, meguri_worker, meguri_auditor;
GRANT SELECT ON tenants.questions, tenants.question_words, tenants.signal_words TO meguri_worker, meguri_auditor;
GRANT INSERT ON tenants.board_notices, tenants.board_seen, tenants.questions, tenants.question_words,
tenants.signal_words TO meguri_worker;
GRANT UPDATE (withdrawn_at, withdrawn_by) ON tenants.board_notices TO meguri_worker;
GRANT UPDATE (state, moved_at) ON tenants.questions TO meguri_worker;

-- The office books from its pages too: the desk looks whether the person is still one of ours.
GRANT SELECT (person_id, state) ON auth.people TO meguri_desk;

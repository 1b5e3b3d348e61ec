-- A question with its first words.
WITH question AS (
    INSERT INTO tenants.questions (
        question_id, shop_id, asked_by, asked_name, title, asked_at, moved_at
    )
    VALUES (
        nextval('tenants.ids'), %(shop_id)s::bigint, %(who)s::text, %(name)s::text, %(title)s::text,
        %(now)s::timestamptz, %(now)s::timestamptz
    )
    RETURNING question_id
),
word AS (
    INSERT INTO tenants.question_words (question_id, number, who, who_name, answers, words, at)
    SELECT
        question_id, 1, %(who)s::text, %(name)s::text, false, %(words)s::text, %(now)s::timestamptz
    FROM question
)
SELECT question_id FROM question

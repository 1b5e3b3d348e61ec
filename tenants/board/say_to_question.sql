-- One more word to a question, which stands in another state then.
WITH question AS (
    UPDATE tenants.questions SET state = %(state)s::text, moved_at = %(now)s::timestamptz
    WHERE question_id = %(question_id)s::bigint
    RETURNING question_id
)
INSERT INTO tenants.question_words (question_id, number, who, who_name, answers, words, at)
SELECT
    question.question_id,
    1 + (
        SELECT count(*) FROM tenants.question_words AS said
        WHERE said.question_id = question.question_id
    ),
    %(who)s::text, %(name)s::text, %(answers)s::boolean, %(words)s::text, %(now)s::timestamptz
FROM question
RETURNING number

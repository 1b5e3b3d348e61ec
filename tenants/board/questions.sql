-- Questions that a reader may see, the newest first: of some shops or their own, or all; by words.
SELECT
    questions.question_id, parties.code || '/' || shops.code AS shop, questions.asked_by,
    questions.asked_name, questions.title, questions.state, questions.asked_at, questions.moved_at
FROM tenants.questions
LEFT JOIN tenants.shops USING (shop_id)
LEFT JOIN tenants.parties ON parties.party_id = shops.tenant_id
WHERE
    (%(question_id)s::bigint IS NULL OR questions.question_id = %(question_id)s::bigint)
    AND (%(before)s::bigint IS NULL OR questions.question_id < %(before)s::bigint)
    AND (%(state)s::text IS NULL OR questions.state = %(state)s::text)
    AND (
        %(shops)s::bigint [] IS NULL OR questions.shop_id = ANY(%(shops)s::bigint [])
        OR questions.asked_by = %(who)s::text
    )
    AND (
        %(words)s::text IS NULL
        OR position(lower(%(words)s::text) IN lower(questions.title)) > 0
        OR EXISTS (
            SELECT FROM tenants.question_words AS said
            WHERE
                said.question_id = questions.question_id
                AND position(lower(%(words)s::text) IN lower(said.words)) > 0
        )
    )
ORDER BY questions.question_id DESC
LIMIT %(most)s::bigint

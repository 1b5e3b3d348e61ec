-- A member's points are kept, and the member is told why.
WITH stopped AS (
    INSERT INTO tenants.pace_stops (member_id, entry_id, business_date, why, stopped_at)
    VALUES (
        %(member_id)s::bigint, %(entry_id)s::bigint, %(business_date)s::date, %(why)s::text,
        %(booked_at)s::timestamptz
    )
    ON CONFLICT DO NOTHING
    RETURNING member_id, entry_id, stopped_at
)

INSERT INTO tenants.member_notices (member_id, occasion, kind, facts, due_at)
SELECT
    stopped.member_id, 'paced/' || stopped.entry_id, 'paced',
    jsonb_build_object('words', %(words)s::text, 'words_en', %(words_en)s::text),
    stopped.stopped_at
FROM stopped
ON CONFLICT (member_id, occasion) DO NOTHING

-- New members with empty wallets; ranks of those who are known; what leads to them all, and what is
-- told of them: what is not told stays as it was.
WITH member AS (
    INSERT INTO federation.members (member_id, joined_on)
    SELECT f.member_id, %(joined_on)s::date
    FROM json_to_recordset(%(fresh)s::json) AS f (member_id bigint)
    RETURNING member_id
),

wallet AS (
    INSERT INTO federation.wallets (member_id, rank)
    SELECT f.member_id, coalesce(f.rank, 'general')
    FROM json_to_recordset(%(fresh)s::json) AS f (member_id bigint, rank text)
    INNER JOIN member USING (member_id)
),

ranked AS (
    UPDATE federation.wallets
    SET rank = r.rank
    FROM json_to_recordset(%(ranks)s::json) AS r (member_id bigint, rank text)
    WHERE wallets.member_id = r.member_id
),

carrier AS (
    INSERT INTO federation.carriers (carrier, kind, member_id, issued_on)
    SELECT c.carrier, c.kind, c.member_id, %(joined_on)s::date
    FROM json_to_recordset(%(carriers)s::json) AS c (carrier text, kind text, member_id bigint)
)

INSERT INTO federation.profiles AS known (
    member_id, name, kana, birth_on, phone, email, external_id, updated_at
)
SELECT
    p.member_id, p.name, p.kana, p.birth_on, p.phone, p.email, p.external_id, %(now)s::timestamptz
FROM json_to_recordset(%(profiles)s::json) AS p (
    member_id bigint, name text, kana text, birth_on date, phone text, email text, external_id text
)
ON CONFLICT (member_id) DO UPDATE SET
    name = coalesce(excluded.name, known.name),
    kana = coalesce(excluded.kana, known.kana),
    birth_on = coalesce(excluded.birth_on, known.birth_on),
    phone = coalesce(excluded.phone, known.phone),
    email = coalesce(excluded.email, known.email),
    external_id = coalesce(excluded.external_id, known.external_id),
    updated_at = excluded.updated_at

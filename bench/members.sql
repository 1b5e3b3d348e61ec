-- Members, each with the card that bears its number. What they have is written when their lots are.
WITH member AS (
    INSERT INTO federation.members (member_id, joined_on)
    SELECT n, %(joined_on)s::date FROM generate_series(1, %(members)s::bigint) AS n
)

INSERT INTO federation.carriers (carrier, kind, member_id, issued_on)
SELECT '6304' || lpad(n::text, 12, '0'), 'card', n, %(joined_on)s::date
FROM generate_series(1, %(members)s::bigint) AS n

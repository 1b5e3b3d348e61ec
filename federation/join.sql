-- New members, each with a card and an empty wallet, in the order they are named.
WITH asked AS (
    SELECT card, rank, nextval('federation.member_ids') AS member_id
    FROM unnest(%(cards)s::text [], %(ranks)s::text []) WITH ORDINALITY AS a (card, rank, turn)
    ORDER BY turn
),

member AS (
    INSERT INTO federation.members (member_id, joined_on)
    SELECT member_id, %(joined_on)s::date FROM asked
    RETURNING member_id
),

carrier AS (
    INSERT INTO federation.carriers (carrier, kind, member_id, issued_on)
    SELECT card, 'card', member_id, %(joined_on)s::date FROM asked
),

wallet AS (
    INSERT INTO federation.wallets (member_id, rank)
    SELECT asked.member_id, asked.rank FROM asked INNER JOIN member USING (member_id)
)

SELECT member_id FROM asked ORDER BY member_id

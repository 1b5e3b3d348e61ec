-- Cards that nobody has registered yet, each with an empty wallet that earns and spends nothing.
WITH asked AS (
    SELECT card, nextval('federation.member_ids') AS member_id
    FROM unnest(%(cards)s::text []) AS a (card)
),

member AS (
    INSERT INTO federation.members (member_id, joined_on)
    SELECT member_id, %(issued_on)s::date FROM asked
    RETURNING member_id
),

carrier AS (
    INSERT INTO federation.carriers (carrier, kind, member_id, issued_on)
    SELECT card, 'card', member_id, %(issued_on)s::date FROM asked
)

INSERT INTO federation.wallets (member_id, state)
SELECT asked.member_id, 'unregistered' FROM asked INNER JOIN member USING (member_id)

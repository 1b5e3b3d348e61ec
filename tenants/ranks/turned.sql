INSERT INTO tenants.rank_turns (member_id, was, rank, since_on, why, at)
VALUES (
    %(member_id)s::bigint, %(was)s::text, %(rank)s::text, %(since_on)s::date, %(why)s::text,
    %(now)s::timestamptz
)

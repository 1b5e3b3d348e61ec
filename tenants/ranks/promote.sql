-- A promotion, or what has changed of one: it lasts longer, is withdrawn, or counts again.
INSERT INTO tenants.promotions AS known (
    member_id, rank, rule, rule_from_on, window_on, figure, from_on, to_on, withdrawn_on, decided_at
)
VALUES (
    %(member_id)s::bigint, %(rank)s::text, %(rule)s::text, %(rule_from_on)s::date,
    %(window_on)s::date, %(figure)s::bigint, %(from_on)s::date, %(to_on)s::date,
    %(withdrawn_on)s::date, %(now)s::timestamptz
)
ON CONFLICT (member_id, rule, window_on) DO UPDATE
    SET to_on = excluded.to_on, figure = excluded.figure, withdrawn_on = excluded.withdrawn_on

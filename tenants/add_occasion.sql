-- A version of an occasion.
INSERT INTO tenants.occasions (
    code, kind, name, name_en, from_on, facility_id, points, friend_points, per, most_per_year,
    paid_yen_from, stamps, open_days, prize, lasts_days, ring_fenced, running, facility_weight,
    operator_weight, tenant_weight, author, reason, set_at
)
VALUES (
    %(code)s::text, %(kind)s::text, %(name)s::text, %(name_en)s::text, %(from_on)s::date,
    %(facility_id)s::bigint, %(points)s::bigint, %(friend_points)s::bigint, %(per)s::text,
    %(most_per_year)s::integer, %(paid_yen_from)s::bigint, %(stamps)s::smallint,
    %(open_days)s::smallint, %(prize)s::text, %(lasts_days)s::smallint, %(ring_fenced)s::boolean,
    %(running)s::boolean, %(facility_weight)s::smallint, %(operator_weight)s::smallint,
    %(tenant_weight)s::smallint, %(author)s::text, %(reason)s::text, %(now)s::timestamptz
)
RETURNING occasion_id

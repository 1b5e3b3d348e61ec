-- Line up per member, as federation/line_up.sql does, but on the coordinator: a statement over what
-- is spread may run on any machine, and a lock there would keep off nobody.
SELECT NULL AS close, places, concerned, spenders, led
FROM federation.line_up(
    %(close)s::bigint,
    %(members)s::bigint [],
    %(carriers)s::text [],
    %(codes)s::text [],
    %(spending_members)s::bigint [],
    %(spending_carriers)s::text []
)

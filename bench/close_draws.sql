-- A cycle's redemptions, each an entry with one draw, by arithmetic from its number alone:
-- every funder at every tenant.
WITH made AS (
    SELECT
        k, first_party + k %% parties AS tenant_id,
        first_party + (k / parties + k) %% parties AS funder_id, 1 + k %% 97 AS points,
        CASE WHEN k %% 20 < 16 THEN 'base' WHEN k %% 20 < 19 THEN 'campaign:x' ELSE 'rank:gold' END
        AS rule,
        CASE WHEN k %% 50 = 0 THEN 'lapse' ELSE 'redemption' END AS kind,
        %(first_on)s::date + (k %% 15)::integer AS sold_on
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS k
    CROSS JOIN (
        SELECT %(first_party)s::bigint AS first_party, %(parties)s::bigint AS parties
    ) AS asked
),

entry AS (
    INSERT INTO federation.entries (
        member_id, entry_id, kind, tenant_id, shop_id, till, points, at, business_date, cycle_id,
        booked_at
    )
    SELECT
        k %% 500000, k, kind, tenant_id, tenant_id, 'T01', -points, sold_on, sold_on,
        %(cycle_id)s::integer, sold_on
    FROM made
)

INSERT INTO federation.draws (
    member_id, entry_id, lot_entry_id, lot_part, kind, points, tenant_id, shop_id, funder_id,
    scheme_id, rule, business_date, cycle_id, booked_at
)
SELECT
    k %% 500000, k, k / 5, 0, kind, points, tenant_id, tenant_id, funder_id, 1, rule, sold_on,
    %(cycle_id)s::integer, sold_on
FROM made

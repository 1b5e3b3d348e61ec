-- A member at the tills of two facilities within five minutes, the second time to spend.
WITH visit AS (
    SELECT
        entries.member_id, entries.entry_id, entries.kind, entries.tenant_id, entries.shop_id,
        entries.till, entries.business_date, entries.points, entries.at, shops.facility_id,
        lag(entries.entry_id) OVER before AS last_entry_id,
        lag(entries.at) OVER before AS last_at,
        lag(shops.facility_id) OVER before AS last_facility_id
    FROM federation.entries
    INNER JOIN tenants.shops USING (shop_id)
    WHERE
        entries.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
        AND entries.kind IN ('accrual', 'redemption', 'hold')
    WINDOW before AS (PARTITION BY entries.member_id ORDER BY entries.at, entries.entry_id)
)

SELECT
    member_id, tenant_id, shop_id, till, business_date, 2 AS times, -points AS points,
    json_build_array(
        json_build_array(member_id, last_entry_id), json_build_array(member_id, entry_id)
    ) AS entries
FROM visit
WHERE
    kind IN ('redemption', 'hold')
    AND facility_id <> last_facility_id
    AND at < last_at + interval '5 minutes'

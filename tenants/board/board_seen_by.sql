-- Every shop that a notice is for, and who saw it there first; those that did not, first.
SELECT
    parties.code || '/' || shops.code AS shop, shops.name, shops.name_en, first.who, first.at
FROM tenants.board_notices AS notices
INNER JOIN tenants.shops ON shops.tenant_id <> 1
INNER JOIN tenants.parties ON parties.party_id = shops.tenant_id
LEFT JOIN tenants.area_facilities USING (facility_id)
LEFT JOIN LATERAL (
    SELECT seen.who, seen.at
    FROM tenants.board_seen AS seen
    WHERE seen.notice_id = notices.notice_id AND seen.shop_id = shops.shop_id
    ORDER BY seen.at
    LIMIT 1
) AS first ON true
WHERE
    notices.notice_id = %(notice_id)s::bigint
    AND notices.place_id = CASE notices.level
        WHEN 'all' THEN 0
        WHEN 'area' THEN area_facilities.area_id
        WHEN 'facility' THEN shops.facility_id
        ELSE shops.shop_id
    END
ORDER BY first.at DESC NULLS FIRST, parties.code, shops.code

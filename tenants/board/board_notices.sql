-- Notices as headquarters sees them, the newest first: for how many shops, seen at how many.
SELECT
    notices.notice_id, notices.level, notices.title, notices.title_en, notices.body, notices.body_en,
    notices.from_on, notices.to_on, notices.to_be_seen, notices.author, notices.made_at,
    notices.withdrawn_at, reach.shops, reach.seen,
    CASE notices.level
        WHEN 'area' THEN (SELECT areas.code FROM tenants.areas WHERE areas.area_id = notices.place_id)
        WHEN 'facility' THEN (
            SELECT parties.code FROM tenants.parties WHERE parties.party_id = notices.place_id
        )
        WHEN 'shop' THEN (
            SELECT parties.code || '/' || shops.code
            FROM tenants.shops
            INNER JOIN tenants.parties ON parties.party_id = shops.tenant_id
            WHERE shops.shop_id = notices.place_id
        )
    END AS place
FROM tenants.board_notices AS notices
CROSS JOIN LATERAL (
    SELECT
        count(*) AS shops,
        count(*) FILTER (WHERE EXISTS (
            SELECT FROM tenants.board_seen
            WHERE board_seen.notice_id = notices.notice_id AND board_seen.shop_id = shops.shop_id
        )) AS seen
    FROM tenants.shops
    LEFT JOIN tenants.area_facilities USING (facility_id)
    WHERE
        shops.tenant_id <> 1
        AND notices.place_id = CASE notices.level
            WHEN 'all' THEN 0
            WHEN 'area' THEN area_facilities.area_id
            WHEN 'facility' THEN shops.facility_id
            ELSE shops.shop_id
        END
) AS reach
WHERE
    (%(notice_id)s::bigint IS NULL OR notices.notice_id = %(notice_id)s::bigint)
    AND (%(before)s::bigint IS NULL OR notices.notice_id < %(before)s::bigint)
ORDER BY notices.notice_id DESC
LIMIT %(most)s::bigint

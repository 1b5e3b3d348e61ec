-- Somebody has seen a notice at the shops where it hangs; 0 is where no shop is.
WITH hangs AS (
    SELECT notices.notice_id, place.shop_id
    FROM tenants.board_notices AS notices
    CROSS JOIN unnest(%(shops)s::bigint []) AS place (shop_id)
    LEFT JOIN tenants.shops ON shops.shop_id = place.shop_id
    LEFT JOIN tenants.area_facilities USING (facility_id)
    WHERE
        notices.notice_id = %(notice_id)s::bigint
        AND notices.withdrawn_at IS NULL
        AND (
            notices.level = 'all' OR place.shop_id = 0
            OR notices.place_id = CASE notices.level
                WHEN 'area' THEN area_facilities.area_id
                WHEN 'facility' THEN shops.facility_id
                ELSE shops.shop_id
            END
        )
),
seen AS (
    INSERT INTO tenants.board_seen (notice_id, shop_id, who, at)
    SELECT hangs.notice_id, hangs.shop_id, %(who)s::text, %(now)s::timestamptz
    FROM hangs
    ON CONFLICT DO NOTHING
)
SELECT shop_id FROM hangs

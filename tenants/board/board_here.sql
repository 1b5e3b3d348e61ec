-- What hangs on a day at some shops, or anywhere (NULL), the newest first; when it was seen there, by
-- anybody or by one.
SELECT
    notices.notice_id, notices.title, notices.title_en, notices.body, notices.body_en,
    notices.from_on, notices.to_on, notices.to_be_seen,
    (
        SELECT min(seen.at) FROM tenants.board_seen AS seen
        WHERE
            seen.notice_id = notices.notice_id
            AND (%(who)s::text IS NULL OR seen.who = %(who)s::text)
            AND (
                %(shops)s::bigint [] IS NULL OR %(who)s::text IS NOT NULL
                OR seen.shop_id = ANY(%(shops)s::bigint [])
            )
    ) AS seen_at
FROM tenants.board_notices AS notices
WHERE
    notices.from_on <= %(today)s::date AND notices.to_on >= %(today)s::date
    AND notices.withdrawn_at IS NULL
    AND (
        notices.level = 'all' OR %(shops)s::bigint [] IS NULL
        OR EXISTS (
            SELECT FROM tenants.shops
            LEFT JOIN tenants.area_facilities USING (facility_id)
            WHERE
                shops.shop_id = ANY(%(shops)s::bigint [])
                AND notices.place_id = CASE notices.level
                    WHEN 'area' THEN area_facilities.area_id
                    WHEN 'facility' THEN shops.facility_id
                    ELSE shops.shop_id
                END
        )
    )
ORDER BY notices.notice_id DESC
LIMIT 50

-- The prizes that wait for a member, or for who has become one with it, the oldest first: of each full card
-- as its occasion said when the last stamp was put, and not handed over yet.
SELECT
    cards.member_id AS card_member_id, cards.code, cards.card_no, agreed.prize
FROM tenants.stamp_cards AS cards
CROSS JOIN LATERAL (
    SELECT coalesce(max(stamps.stamped_on), cards.opened_on) AS full_on
    FROM tenants.stamps
    WHERE
        stamps.member_id = cards.member_id
        AND stamps.code = cards.code
        AND stamps.card_no = cards.card_no
) AS last
CROSS JOIN LATERAL (
    SELECT occasions.prize
    FROM tenants.occasions
    WHERE occasions.code = cards.code AND occasions.from_on <= last.full_on
    ORDER BY occasions.from_on DESC, occasions.occasion_id DESC
    LIMIT 1
) AS agreed
WHERE
    cards.member_id IN (
        SELECT kin.member_id FROM federation.members AS kin
        WHERE kin.member_id = %(member_id)s::bigint OR kin.merged_into = %(member_id)s::bigint
    )
    AND (%(code)s::text IS NULL OR cards.code = %(code)s::text)
    AND cards.state = 'full'
    AND agreed.prize IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM tenants.benefit_uses AS handed
        WHERE
            handed.card_member_id = cards.member_id
            AND handed.benefit = 'prize:' || cards.code
            AND handed.card_no = cards.card_no
            AND handed.undone_at IS NULL
    )
ORDER BY last.full_on, cards.member_id, cards.code, cards.card_no

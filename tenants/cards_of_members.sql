-- The last card of each code that these members have, with its stamps.
SELECT DISTINCT ON (cards.member_id, cards.code)
    cards.member_id, cards.code, cards.card_no, cards.opened_on, cards.state,
    (
        SELECT coalesce(json_agg(json_build_object(
            'mark', stamps.mark, 'stamped_on', stamps.stamped_on, 'entry_id', stamps.entry_id,
            'facility_id', stamps.facility_id
        )), '[]')::text
        FROM tenants.stamps
        WHERE
            stamps.member_id = cards.member_id
            AND stamps.code = cards.code
            AND stamps.card_no = cards.card_no
    ) AS marks
FROM tenants.stamp_cards AS cards
WHERE cards.member_id = ANY(%(members)s::bigint [])
ORDER BY cards.member_id, cards.code, cards.card_no DESC

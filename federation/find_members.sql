-- Members whose name begins so, by the reading where that is asked, in its order, behind a place.
SELECT
    profiles.member_id, profiles.name, profiles.kana, wallets.state, wallets.rank, members.joined_on
FROM federation.profiles
INNER JOIN federation.wallets USING (member_id)
INNER JOIN federation.members USING (member_id)
WHERE
    (%(kana)s::text IS NULL OR starts_with(profiles.kana, %(kana)s::text))
    AND (%(name)s::text IS NULL OR starts_with(profiles.name, %(name)s::text))
    AND (
        %(after)s::bigint IS NULL
        OR (coalesce(profiles.kana, ''), profiles.member_id) > (
            SELECT coalesce(place.kana, ''), place.member_id
            FROM federation.profiles AS place
            WHERE place.member_id = %(after)s::bigint
        )
    )
ORDER BY coalesce(profiles.kana, ''), profiles.member_id
LIMIT %(most)s::bigint

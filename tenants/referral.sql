-- Who brought a friend by a code, and what speaks against it: whether the two are one person, one phone,
-- one mail or one household; whether the friend brought the other; whether the friend is new.
SELECT
    heir.member_id AS referrer_id,
    heir.member_id = coalesce(friend.merged_into, friend.member_id)
    OR EXISTS (
        SELECT
        FROM federation.profiles AS own
        INNER JOIN federation.profiles AS theirs ON theirs.member_id IN (heir.member_id, codes.member_id)
        WHERE
            own.member_id = friend.member_id
            AND (
                own.phone = theirs.phone
                OR lower(own.email) = lower(theirs.email)
                OR (
                    own.postcode = theirs.postcode
                    AND (
                        split_part(translate(own.name, '　', ' '), ' ', 1)
                        = split_part(translate(theirs.name, '　', ' '), ' ', 1)
                        OR split_part(translate(own.kana, '　', ' '), ' ', 1)
                        = split_part(translate(theirs.kana, '　', ' '), ' ', 1)
                    )
                )
            )
    ) AS same,
    EXISTS (
        SELECT FROM tenants.referrals
        WHERE
            referrals.friend_id IN (heir.member_id, codes.member_id)
            AND referrals.referrer_id = friend.member_id
    ) AS brought_by_friend,
    EXISTS (SELECT FROM tenants.referrals WHERE referrals.friend_id = friend.member_id)
    OR EXISTS (
        SELECT FROM federation.entries
        WHERE
            entries.member_id IN (
                SELECT kin.member_id
                FROM federation.members AS kin
                WHERE friend.member_id IN (kin.member_id, kin.merged_into)
            )
            AND entries.kind = 'accrual'
    ) AS known
FROM tenants.referral_codes AS codes
INNER JOIN federation.members AS named ON named.member_id = codes.member_id
INNER JOIN federation.members AS heir
    ON heir.member_id = coalesce(named.merged_into, named.member_id)
INNER JOIN federation.members AS friend ON friend.member_id = %(friend_id)s::bigint
WHERE codes.code = %(code)s::text AND heir.state = 'active' AND friend.state = 'active'

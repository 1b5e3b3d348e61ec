-- Of these members, who was brought by whom, and by which purchase that was rewarded; not where the two
-- have become one.
SELECT
    referrals.friend_id, coalesce(referrer.merged_into, referrals.referrer_id) AS referrer_id,
    referrals.given_entry_id
FROM tenants.referrals
INNER JOIN federation.members AS friend ON friend.member_id = referrals.friend_id
INNER JOIN federation.members AS referrer ON referrer.member_id = referrals.referrer_id
WHERE
    referrals.friend_id = ANY(%(members)s::bigint [])
    AND coalesce(referrer.merged_into, referrals.referrer_id)
    <> coalesce(friend.merged_into, referrals.friend_id)

-- A member as the operator sees it.
SELECT
    members.member_id, members.joined_on, wallets.state, wallets.rank, wallets.points,
    members.merged_into, members.left_at, members.erased_at, profiles.updated_at,
    coalesce(profiles.birth_changes, 0) AS birth_changes,
    profiles.name, profiles.kana, profiles.birth_on, profiles.sex, profiles.postcode,
    profiles.phone, profiles.email, profiles.external_id
FROM federation.members
INNER JOIN federation.wallets USING (member_id)
LEFT JOIN federation.profiles USING (member_id)
WHERE members.member_id = %(member_id)s::bigint

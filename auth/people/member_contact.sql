SELECT members.member_id, profiles.email, profiles.phone
FROM federation.members
LEFT JOIN federation.profiles ON profiles.member_id = members.member_id
WHERE members.member_id = %(member_id)s::bigint AND members.state = 'active'

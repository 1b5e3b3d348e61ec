DELETE FROM auth.devices WHERE member_id = %(member_id)s::bigint

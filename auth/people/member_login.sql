SELECT password FROM auth.member_logins WHERE member_id = %(member_id)s::bigint

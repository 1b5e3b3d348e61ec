UPDATE auth.grants SET ended_at = %(now)s
WHERE member_id = %(member_id)s AND ended_at IS NULL
AND (%(client_id)s::text IS NULL OR client_id = %(client_id)s)

UPDATE auth.grants SET ended_at = %(now)s WHERE grant_id = %(grant_id)s AND ended_at IS NULL

UPDATE auth.grants SET jkt = %(jkt)s WHERE grant_id = %(grant_id)s

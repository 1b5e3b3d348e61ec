UPDATE tenants.rank_mark SET number = %(number)s::bigint

DELETE FROM auth.tries WHERE tried_at < %(before)s::timestamptz

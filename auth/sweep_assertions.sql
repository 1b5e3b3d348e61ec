-- What is refused for its age needs no remembering.
DELETE FROM auth.assertions WHERE expires_at < %(before)s

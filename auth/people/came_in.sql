-- Whoever was invited, or came back by a link, is one of us once they have a second factor.
UPDATE auth.people SET state = 'active', signed_in_at = %(now)s::timestamptz
WHERE person_id = %(person_id)s::text AND state IN ('invited', 'active')

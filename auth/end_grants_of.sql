-- What members allowed who have left or become one with another, of some members or of all.
UPDATE auth.grants SET ended_at = %(now)s::timestamptz
FROM federation.members
WHERE
    members.member_id = grants.member_id AND members.state IN ('withdrawn', 'merged')
    AND grants.ended_at IS NULL
    AND (%(members)s::bigint [] IS NULL OR grants.member_id = ANY(%(members)s::bigint []))

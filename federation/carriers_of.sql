-- What leads to a member.
SELECT carrier, kind, state, issued_on
FROM federation.carriers
WHERE member_id = %(member_id)s::bigint
ORDER BY issued_on, carrier

-- Where these carriers lead, and whether they still do.
SELECT carrier, member_id, kind, state
FROM federation.carriers
WHERE carrier = ANY(%(carriers)s::text [])

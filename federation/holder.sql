-- Whom a carrier leads to.
SELECT member_id, kind, state FROM federation.carriers WHERE carrier = %(carrier)s::text

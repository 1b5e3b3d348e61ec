-- A carrier leads to a member; one of the member's own that was stopped does so again, and one that
-- leads to another stays as it is.
INSERT INTO federation.carriers (carrier, kind, member_id, issued_on)
VALUES (%(carrier)s::text, %(kind)s::text, %(member_id)s::bigint, %(issued_on)s::date)
ON CONFLICT (carrier) DO UPDATE SET state = 'active'
WHERE carriers.member_id = excluded.member_id AND carriers.kind = excluded.kind

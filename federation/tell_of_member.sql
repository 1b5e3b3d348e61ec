-- A member's change, noticed once for each tenant that has booked something for the member.
INSERT INTO federation.notices (tenant_id, kind, member_id, content)
SELECT DISTINCT entries.tenant_id, %(kind)s::text, entries.member_id, %(content)s::text
FROM federation.entries
WHERE entries.member_id = %(member_id)s::bigint

-- What leads to a member by kind leads nowhere any more.
DELETE FROM federation.carriers
WHERE member_id = %(member_id)s::bigint AND kind = %(kind)s::text AND kind <> 'card'

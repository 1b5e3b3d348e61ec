-- In which language a member is written to.
SELECT lang FROM tenants.member_languages WHERE member_id = %(member_id)s::bigint

SELECT log_id, at, what, who, person_id, told, address FROM auth.people_log
WHERE person_id = %(person_id)s::text
ORDER BY log_id DESC
LIMIT 20

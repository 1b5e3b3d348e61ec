SELECT log_id, at, what, who, person_id, told, address FROM auth.people_log
WHERE what = 'break-glass' AND log_id > %(since)s::bigint
ORDER BY log_id DESC
LIMIT 50

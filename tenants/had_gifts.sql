-- Which of these were laid down already.
SELECT slip FROM tenants.gifts WHERE slip = ANY(%(slips)s::text [])

-- The next members that a segment is evaluated over; on another day it begins anew.
SELECT wallets.member_id
FROM tenants.segments
INNER JOIN federation.wallets
    ON wallets.member_id > CASE
        WHEN segments.counting_on = %(today)s::date THEN segments.after_member_id ELSE 0
    END
WHERE segments.segment = %(segment)s::text AND wallets.state IN ('active', 'frozen')
ORDER BY wallets.member_id
LIMIT %(most)s::integer

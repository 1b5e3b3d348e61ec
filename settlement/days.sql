-- The business dates of a cycle's entries, late ones among them.
SELECT DISTINCT business_date
FROM federation.entries
WHERE cycle_id = %(cycle_id)s::integer AND booked_at >= %(since)s::timestamptz
ORDER BY business_date

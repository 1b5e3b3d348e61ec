-- Where these members bought first, by facility.
SELECT member_id, facility_id, first_on, entry_id
FROM tenants.first_sales
WHERE member_id = ANY(%(members)s::bigint [])

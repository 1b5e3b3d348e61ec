-- First sales, each once.
INSERT INTO tenants.first_sales (member_id, facility_id, first_on, entry_id)
SELECT member_id, facility_id, first_on, entry_id
FROM json_to_recordset(%(sales)s::json) AS s (
    member_id bigint, facility_id bigint, first_on date, entry_id bigint
)
ORDER BY member_id, facility_id
ON CONFLICT (member_id, facility_id) DO NOTHING

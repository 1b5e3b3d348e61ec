-- These sales were undone: they were nobody's first.
DELETE FROM tenants.first_sales
USING json_to_recordset(%(sales)s::json) AS s (member_id bigint, entry_id bigint)
WHERE first_sales.member_id = s.member_id AND first_sales.entry_id = s.entry_id
RETURNING first_sales.member_id, first_sales.facility_id

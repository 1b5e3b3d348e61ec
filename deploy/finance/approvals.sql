-- The approvals of a cycle and of those before it, the newest first: which plan, by whom, over what.
SELECT cycle_id, plan, prepared_by, approved_by, approved_at, encode(sha256, 'hex') AS sha256
FROM settlement.approvals
WHERE cycle_id <= %(cycle_id)s::integer
ORDER BY cycle_id DESC, plan DESC
LIMIT 12

-- Slips of a run that stand in a cycle that is closed.
SELECT entries.slip
FROM tenants.correction_slips AS slips
INNER JOIN federation.entries
    ON entries.member_id = slips.member_id
    AND entries.slip = 'correction/' || slips.run || '/' || slips.member_id
INNER JOIN federation.cycles USING (cycle_id)
WHERE slips.run = %(run)s::text AND NOT slips.undoes AND cycles.closed_at IS NOT NULL
LIMIT 1

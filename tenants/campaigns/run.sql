-- A run and how far it is.
SELECT
    runs.run, runs.campaign, runs.from_on, runs.to_on, runs.multiplier, runs.cap_points_per_receipt,
    runs.shortage, runs.state, runs.proposed_by, runs.reason, runs.approved_by, runs.undo_proposed_by,
    runs.undo_reason, runs.undo_approved_by,
    (
        SELECT count(DISTINCT members.member_id) FROM tenants.correction_members AS members
        WHERE members.run = runs.run
    ) AS members,
    (
        SELECT count(*) FROM tenants.correction_slips AS slips
        WHERE slips.run = runs.run AND NOT slips.undoes
    ) AS booked,
    (
        SELECT count(*) FROM tenants.correction_slips AS slips
        WHERE slips.run = runs.run AND slips.undoes
    ) AS undone,
    (
        SELECT coalesce(sum(CASE WHEN slips.undoes THEN -slips.points ELSE slips.points END), 0)::bigint
        FROM tenants.correction_slips AS slips
        WHERE slips.run = runs.run
    ) AS taken_points
FROM tenants.correction_runs AS runs
WHERE runs.run = %(run)s::text

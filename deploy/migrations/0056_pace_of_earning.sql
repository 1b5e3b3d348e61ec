-- 付与の速さ: how often in a business date a member may earn before the points are kept until somebody has
-- made sure. NULL: nothing is asked.
-- Both tables are small.
-- squawk-ignore-file ban-drop-constraint

ALTER TABLE tenants.paces ADD COLUMN accruals smallint;     -- of a business date
ALTER TABLE tenants.paces ADD CONSTRAINT paces_accruals_check
CHECK (accruals BETWEEN 1 AND 1000) NOT VALID;
ALTER TABLE tenants.pace_stops DROP CONSTRAINT pace_stops_why_check;
ALTER TABLE tenants.pace_stops ADD CONSTRAINT pace_stops_why_check
CHECK (why IN ('often', 'far', 'earned')) NOT VALID;    -- wider than the law before it

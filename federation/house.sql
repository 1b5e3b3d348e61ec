-- What the whole batch stands on: the doors' counter, the last close, the cycles still open.
SELECT
    (SELECT moved FROM federation.doors) AS moved,
    (SELECT max(closed_at) FROM federation.cycles) AS last_closed_at,
    array_agg(cycle_id ORDER BY first_on) AS cycle_ids,
    array_agg(first_on ORDER BY first_on) AS firsts,
    array_agg(last_on ORDER BY first_on) AS lasts
FROM federation.cycles
WHERE closed_at IS NULL AND first_on <= %(today)s::date + 1

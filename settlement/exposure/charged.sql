-- The cycles that have begun and are not stated: fees of theirs are still to come.
SELECT calendar.first_on, calendar.last_on
FROM federation.cycles AS calendar
WHERE
    calendar.first_on <= %(on)s::date
    AND NOT EXISTS (SELECT FROM settlement.statements WHERE statements.cycle_id = calendar.cycle_id)
ORDER BY calendar.first_on

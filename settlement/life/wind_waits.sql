-- What must be done before a programme is over: cycles up to a day that are not settled, and lines
-- of statements in dispute.
SELECT
    (
        SELECT count(*) FROM federation.cycles AS planned
        LEFT JOIN settlement.cycles AS begun USING (cycle_id)
        WHERE planned.first_on <= %(on)s::date AND begun.state IS DISTINCT FROM 'settled'
    ) AS cycles,
    (SELECT count(*) FROM settlement.disputes WHERE state = 'open') AS disputes

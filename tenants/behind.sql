-- Whether there is anything to do for whoever gives: an occasion was ever laid out, and the journal leads
-- further than it was followed, or something waits to be booked.
SELECT
    EXISTS (SELECT FROM tenants.gifts WHERE state IN ('waiting', 'undoing'))
    OR (
        EXISTS (SELECT FROM tenants.occasions)
        AND (SELECT coalesce(max(number), 0) FROM federation.journal)
        > (SELECT number FROM tenants.followed WHERE follower = 'bonuses')
    ) AS behind

-- Whether anything had been booked at an instant, or was before the months that were detached.
SELECT
    EXISTS (SELECT FROM federation.detached)
    OR EXISTS (
        SELECT FROM federation.entries WHERE entries.booked_at <= %(at)s::timestamptz
    ) AS begun

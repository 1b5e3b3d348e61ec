-- A carrier is stopped, or leads to its member again.
UPDATE federation.carriers SET state = %(state)s::text WHERE carrier = %(carrier)s::text

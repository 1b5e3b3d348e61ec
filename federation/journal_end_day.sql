-- The journal's head at the end of a day.
INSERT INTO federation.heads (day_on, number, chain)
VALUES (%(day_on)s::date, %(number)s::bigint, %(chain)s::bytea)

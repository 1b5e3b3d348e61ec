-- A limited counter and how many there are in all; one that is there has so many from now on, but never
-- fewer than are taken: then nothing is answered.
INSERT INTO federation.stocks (stock, total) VALUES (%(stock)s::text, %(total)s::bigint)
ON CONFLICT (stock) DO UPDATE SET total = excluded.total WHERE stocks.used <= excluded.total
RETURNING total - used AS remaining

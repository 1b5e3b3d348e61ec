-- What a batch took of limited counters (+), or gave back (-); their rows are locked (`stocks.sql`).
UPDATE federation.stocks
SET used = greatest(0, stocks.used + t.taken)
FROM json_to_recordset(%(stocks)s::json) AS t (stock text, taken bigint)
WHERE stocks.stock = t.stock

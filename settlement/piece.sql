-- Keep the next piece of a sealed file.
INSERT INTO settlement.pieces (cycle_id, piece, slice, leaves, peaks, body)
VALUES (
    %(cycle_id)s::integer, %(piece)s::integer, %(slice)s::integer, %(leaves)s::bigint,
    %(peaks)s::bytea, %(body)s::bytea
)

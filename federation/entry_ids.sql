-- Numbers for the entries of one batch, in the order they will be booked.
SELECT nextval('federation.entry_ids') FROM generate_series(1, %(count)s::integer)

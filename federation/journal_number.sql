-- Numbers, hashes and the chain for these entries, in the order in which they stand here.
INSERT INTO federation.journal (number, member_id, entry_id, booked_at, format, hash, chain)
SELECT
    %(after)s::bigint + turn, member_id, entry_id, booked_at, %(format)s::smallint, hash, chain
FROM unnest(
    %(members)s::bigint [], %(entries)s::bigint [], %(booked)s::timestamptz [],
    %(hashes)s::bytea [], %(chains)s::bytea []
) WITH ORDINALITY AS a (member_id, entry_id, booked_at, hash, chain, turn)

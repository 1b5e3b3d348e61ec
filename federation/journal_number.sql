-- Numbers, hashes and the chain for these entries, in the order in which they stand here.
INSERT INTO federation.journal (number, member_id, entry_id, booked_at, format, hash, chain)
SELECT
    %(after)s::bigint + turn, member_id, entry_id, booked_at, %(format)s::smallint,
    decode(hash, 'hex'), decode(chain, 'hex')
FROM ROWS FROM (
    json_to_recordset(%(asked)s::json)
    AS (member_id bigint, entry_id bigint, booked_at timestamptz),
    unnest(%(hashes)s::text []),
    unnest(%(chains)s::text [])
) WITH ORDINALITY AS asked (member_id, entry_id, booked_at, hash, chain, turn)

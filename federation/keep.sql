-- Every new slip of a batch with its answer, in order of key: two desks never wait crosswise.
WITH kept AS (
    SELECT *
    FROM json_to_recordset(%(kept)s::json) AS k (
        shop_id bigint, slip text, tenant_id bigint, member_id bigint, client_id text,
        fingerprint text,
        status smallint, body text, offline boolean
    )
    ORDER BY shop_id, slip
),

slip AS (
    INSERT INTO federation.slips (
        shop_id, slip, tenant_id, member_id, client_id, fingerprint, booked_at, offline
    )
    SELECT
        shop_id, slip, tenant_id, member_id, client_id, decode(fingerprint, 'hex'),
        %(booked_at)s::timestamptz, offline
    FROM kept
)

INSERT INTO federation.answers (shop_id, slip, tenant_id, status, body, booked_at)
SELECT shop_id, slip, tenant_id, status, body, %(booked_at)s::timestamptz
FROM kept

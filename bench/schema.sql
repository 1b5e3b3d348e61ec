-- What a bench needs beside the hub's own tables: its tills by number, and sales worked out from
-- their number alone, so that building writes no row twice.
CREATE SCHEMA bench;
CREATE TABLE bench.tills (
    n integer PRIMARY KEY,
    tenant_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    till text NOT NULL
);
GRANT USAGE ON SCHEMA bench TO meguri_desk;

-- The k-th sale of the past: members take turns in an order that leaps about, days go forward.
CREATE FUNCTION bench.sales(first bigint, last bigint, members bigint, lots bigint, ends_at timestamptz)
RETURNS TABLE (
    k bigint, member_id bigint, tenant_id bigint, shop_id bigint, till text, points bigint,
    at timestamptz, sold_on date, cycle_id integer, expires_on date
) LANGUAGE sql STABLE AS $$
    SELECT
        k, k * 7919 % members + 1, tills.tenant_id, tills.shop_id, tills.till, 20 + k % 81, at, sold_on,
        cycles.cycle_id,
        make_date(extract(year FROM sold_on - interval '3 months')::integer + 2, 3, 31)
    FROM generate_series(first, last) AS k
    CROSS JOIN LATERAL (
        SELECT ends_at - (lots - k) * (interval '60 days' / lots) AS at
    ) AS dated
    CROSS JOIN LATERAL (SELECT (at AT TIME ZONE 'Asia/Tokyo')::date AS sold_on) AS day
    INNER JOIN bench.tills ON tills.n = k % (SELECT count(*) FROM bench.tills)
    INNER JOIN federation.cycles ON sold_on BETWEEN cycles.first_on AND cycles.last_on
$$;

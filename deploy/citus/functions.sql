-- What the desk calls on the coordinator. A statement that touches no spread table but these runs
-- there and nowhere else, so that a lock in it is a lock for all desks.
CREATE OR REPLACE FUNCTION federation.line_up(
    closing bigint, members bigint [], carriers text [], codes text [], spending_members bigint [],
    spending_carriers text [], OUT places bigint, OUT concerned text, OUT spenders text, OUT led text
)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    leads json;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(closing);
    -- Each its own statement: they lie in different groups.
    SELECT coalesce(json_object_agg(c.carrier, c.member_id), '{}') INTO leads
    FROM federation.carriers AS c WHERE c.carrier = ANY(carriers);
    SELECT coalesce(json_object_agg(pairs.key, pairs.value), '{}') INTO leads
    FROM (
        SELECT key, value::bigint AS value FROM json_each_text(leads)
        UNION ALL
        SELECT found.code, found.member_id
        FROM (SELECT c.code, c.member_id FROM federation.codes AS c WHERE c.code = ANY(codes)) AS found
    ) AS pairs;
    -- In the same order everywhere, on the coordinator, before anything is written.
    SELECT count(pg_advisory_xact_lock(28005, ordered.place)) INTO places
    FROM (
        SELECT DISTINCT hashint8(met.member_id) AS place
        FROM (
            SELECT unnest(members) AS member_id
            UNION
            SELECT value::bigint FROM json_each_text(leads)
        ) AS met
        ORDER BY place
    ) AS ordered;
    SELECT coalesce(array_agg(met.member_id), '{}')::text INTO concerned
    FROM (
        SELECT unnest(members) AS member_id UNION SELECT value::bigint FROM json_each_text(leads)
    ) AS met;
    SELECT coalesce(array_agg(met.member_id), '{}')::text INTO spenders
    FROM (
        SELECT unnest(spending_members) AS member_id
        UNION
        SELECT value::bigint FROM json_each_text(leads) WHERE key = ANY(spending_carriers)
    ) AS met;
    -- As commands, not by set_config(): only these are sent on to the machines that are asked next
    -- (citus.propagate_set_commands).
    EXECUTE format('SET LOCAL meguri.concerned = %L', concerned);
    EXECUTE format('SET LOCAL meguri.spenders = %L', spenders);
    led := leads::text;
END
$$;
REVOKE ALL ON FUNCTION federation.line_up FROM public;
GRANT EXECUTE ON FUNCTION federation.line_up TO meguri_desk;

-- A month is made beside its table and then attached: that waits for nobody who reads or writes, where
-- creating it in place stood in everybody's way, and with a reader of two tables crosswise.
CREATE OR REPLACE FUNCTION federation.open_months(from_on date, months integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    whole text;
    first_on date;
    part text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('federation.open_months'));
    FOR step IN 0..months - 1 LOOP
        first_on := (date_trunc('month', from_on) + make_interval(months => step))::date;
        FOREACH whole IN ARRAY ARRAY['answers', 'entries', 'draws'] LOOP
            part := whole || to_char(first_on, '_YYYYMM');
            CONTINUE WHEN to_regclass('federation.' || part) IS NOT NULL;
            EXECUTE format('CREATE TABLE federation.%I (LIKE federation.%I INCLUDING ALL)', part, whole);
            EXECUTE format('ALTER TABLE federation.%I ENABLE ROW LEVEL SECURITY', part);
            EXECUTE format('ALTER TABLE federation.%I FORCE ROW LEVEL SECURITY', part);
            EXECUTE format(
                'ALTER TABLE federation.%I ATTACH PARTITION federation.%I FOR VALUES FROM (%L) TO (%L)',
                whole, part,
                first_on::timestamp AT TIME ZONE 'Asia/Tokyo',
                (first_on + interval '1 month') AT TIME ZONE 'Asia/Tokyo'
            );
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;

-- One accrual, one call, one transaction: the same rows that the desk writes for a slip, in the way
-- one would write it for a pool of connections. It is what pgbench and the naive hub call.
CREATE FUNCTION bench.accrue_one(
    tenant bigint, shop bigint, till_code text, client text, slip_no text, print_of bytea,
    card text, yen bigint, gives bigint, receipt text, sold_on date, sold_at timestamptz,
    lapses_on date, scheme integer, close_lock bigint,
    OUT status smallint, OUT body text
) LANGUAGE plpgsql AS $$
DECLARE
    known record;
    wallet record;
    cycle integer;
    entry bigint;
    next_on date;
    next_points bigint;
    now timestamptz := clock_timestamp();
BEGIN
    PERFORM pg_advisory_xact_lock_shared(close_lock);
    SELECT w.* INTO wallet
    FROM federation.carriers AS c
    INNER JOIN federation.wallets AS w USING (member_id)
    WHERE c.carrier = card AND c.state = 'active'
    FOR UPDATE OF w;
    IF NOT FOUND THEN
        status := 404;
        body := '{"type": "/problems/not-found"}';
        RETURN;
    END IF;

    SELECT slips.fingerprint, answers.status, answers.body INTO known
    FROM federation.slips
    INNER JOIN federation.answers USING (shop_id, slip, booked_at)
    WHERE slips.shop_id = shop AND slips.slip = slip_no;
    IF FOUND THEN
        status := CASE WHEN known.fingerprint = print_of THEN known.status ELSE 422 END;
        body := known.body;
        RETURN;
    END IF;

    SELECT cycles.cycle_id INTO STRICT cycle
    FROM federation.cycles
    WHERE closed_at IS NULL AND accrue_one.sold_on BETWEEN first_on AND last_on;
    entry := nextval('federation.entry_ids');
    next_on := least(wallet.next_expires_on, lapses_on);
    next_points := CASE WHEN wallet.next_expires_on = next_on THEN wallet.next_expiring_points ELSE 0 END
        + CASE WHEN lapses_on = next_on THEN gives ELSE 0 END;

    INSERT INTO federation.entries (
        member_id, entry_id, kind, tenant_id, shop_id, till, slip, points, paid_yen, excluded_yen,
        receipt_till, receipt_no, rank, at, business_date, cycle_id, booked_at
    ) VALUES (
        wallet.member_id, entry, 'accrual', tenant, shop, till_code, slip_no, gives, yen, 0,
        till_code, receipt, wallet.rank, sold_at, accrue_one.sold_on, cycle, now
    );
    INSERT INTO federation.lots (
        member_id, entry_id, part, points, points_left, shop_id, funder_id, scheme_id, limited, rule,
        usable_from, expires_on
    ) VALUES (
        wallet.member_id, entry, 0, gives, gives, shop, tenant, scheme, false, 'base',
        accrue_one.sold_on, lapses_on
    );
    INSERT INTO federation.receipts (
        shop_id, business_date, receipt_till, receipt_no, tenant_id, slip, booked_at
    ) VALUES (shop, accrue_one.sold_on, till_code, receipt, tenant, slip_no, now);
    UPDATE federation.wallets
    SET
        points = wallet.points + gives,
        next_expires_on = next_on,
        next_expiring_points = next_points,
        next_change_at = (next_on + 1)::timestamp AT TIME ZONE 'Asia/Tokyo'
    WHERE member_id = wallet.member_id;

    status := 201;
    body := format(
        '{"entry":"%s","slip":"%s","balance":{"points":%s,"held":%s,"owed":%s,"next_to_expire":'
        '{"points":%s,"on":"%s"}},"print":["会員番号%24s","今回付与%23sP","残高%27sP",'
        '"失効予定%24s","取引番号","%32s"],"points":%s,"grants":[{"rule":"base","points":%s,'
        '"expires_on":"%s","funders":[{"party":"%s","points":%s}]}],"yen_to_next_point":%s}',
        entry, slip_no, wallet.points + gives, wallet.points_held, wallet.points_owed, next_points,
        next_on, '************' || right(card, 4), gives, wallet.points + gives, next_on, entry, gives,
        gives, lapses_on, tenant, gives, 110 - yen % 110
    );
    INSERT INTO federation.slips (
        shop_id, slip, tenant_id, member_id, client_id, fingerprint, booked_at
    ) VALUES (shop, slip_no, tenant, wallet.member_id, client, print_of, now);
    INSERT INTO federation.answers (shop_id, slip, tenant_id, status, body, booked_at)
    VALUES (shop, slip_no, tenant, status, body, now);
END
$$;
GRANT EXECUTE ON FUNCTION bench.accrue_one TO meguri_desk;

-- The slips by which receipts have earned.
SELECT receipts.shop_id, receipts.business_date, receipts.receipt_till, receipts.receipt_no,
    receipts.slip, coalesce(receipts.slip_shop_id, receipts.shop_id) AS slip_shop_id
FROM unnest(%(shops)s::bigint [], %(days)s::date [], %(tills)s::text [], %(nos)s::text [])
    AS asked (shop_id, business_date, receipt_till, receipt_no)
INNER JOIN federation.receipts USING (shop_id, business_date, receipt_till, receipt_no)

-- The entries that granted certain lots, as far as the reader may see them.
SELECT
    entries.member_id, entries.entry_id, entries.shop_id, entries.business_date,
    entries.receipt_till, entries.receipt_no, entries.slip
FROM unnest(%(members)s::bigint [], %(entries)s::bigint []) AS asked (member_id, entry_id)
INNER JOIN federation.entries USING (member_id, entry_id)

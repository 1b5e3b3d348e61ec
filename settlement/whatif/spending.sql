-- Which points go first, by day.
SELECT from_on, spend_order = 'LIMITED_FIRST' AS limited_first FROM tenants.programme ORDER BY from_on

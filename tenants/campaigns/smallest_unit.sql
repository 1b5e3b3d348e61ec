-- The fewest yen for which any shop gives a point.
SELECT coalesce(min(yen_per_point), 100) AS yen_per_point FROM tenants.terms

SELECT
    count(*) FILTER (WHERE state = 'waiting') AS waiting,
    count(*) FILTER (WHERE state = 'dead') AS dead
FROM tenants.letters
WHERE state IN ('waiting', 'dead')

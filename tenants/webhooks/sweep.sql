-- What ended long ago is forgotten; the events themselves stay.
DELETE FROM tenants.deliveries
WHERE delivery IN (
    SELECT delivery FROM tenants.deliveries WHERE ended_at < %(before)s::timestamptz LIMIT 10000
)

-- What each client may ask; the one without a name is everybody else's.
SELECT client_id, per_second, burst, till_per_second, till_burst FROM tenants.limits

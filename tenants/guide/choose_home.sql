-- The member calls this facility its own from now on.
INSERT INTO tenants.member_homes (member_id, facility_id, chosen_at)
SELECT %(member_id)s::bigint, facilities.facility_id, %(now)s::timestamptz
FROM tenants.facilities
INNER JOIN tenants.parties ON parties.party_id = facilities.facility_id
WHERE parties.code = %(facility)s::text
ON CONFLICT (member_id) DO UPDATE
SET facility_id = excluded.facility_id, chosen_at = excluded.chosen_at

-- Facilities by id.
SELECT parties.party_id, parties.code
FROM tenants.facilities
INNER JOIN tenants.parties ON parties.party_id = facilities.facility_id

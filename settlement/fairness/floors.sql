-- The floors that hold on a day, a party's own before everybody's (no party).
SELECT DISTINCT ON (floors.party_id) parties.code AS party, floors.floor_bp
FROM settlement.give_take_floors AS floors
LEFT JOIN tenants.parties USING (party_id)
WHERE floors.from_on <= %(on)s::date
ORDER BY floors.party_id, floors.from_on DESC, floors.version DESC

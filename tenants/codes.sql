-- The codes of some parties.
SELECT party_id, code FROM tenants.parties WHERE party_id = ANY(%(parties)s::bigint [])

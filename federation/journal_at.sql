-- The chain at each of these numbers, as it stands now.
SELECT number, chain FROM federation.journal WHERE number = ANY(%(numbers)s::bigint [])

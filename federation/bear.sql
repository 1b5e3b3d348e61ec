-- These members bear a trait from a day to a day; who bears it from that day already, to the new end.
INSERT INTO federation.traits (member_id, trait, from_on, to_on)
SELECT member_id, %(trait)s::text, %(from_on)s::date, %(to_on)s::date
FROM unnest(%(members)s::bigint []) AS m (member_id)
ON CONFLICT (member_id, trait, from_on) DO UPDATE SET to_on = excluded.to_on

-- From a day on these members bear a trait no more: what began before ends the day before it, what
-- would begin later is taken away.
WITH never AS (
    DELETE FROM federation.traits
    WHERE
        member_id = ANY(%(members)s::bigint [])
        AND trait = %(trait)s::text
        AND from_on >= %(from_on)s::date
)

UPDATE federation.traits
SET to_on = %(from_on)s::date - 1
WHERE
    member_id = ANY(%(members)s::bigint [])
    AND trait = %(trait)s::text
    AND from_on < %(from_on)s::date
    AND to_on >= %(from_on)s::date

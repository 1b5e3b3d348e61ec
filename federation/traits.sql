-- What those who lined up (`line_up.sql`), or these members, bear of some traits, and on which days.
SELECT member_id, trait, from_on, to_on
FROM federation.traits
WHERE
    member_id = ANY(
        coalesce(%(members)s::bigint [], current_setting('meguri.concerned', true)::bigint [])
    )
    AND trait = ANY(%(traits)s::text [])

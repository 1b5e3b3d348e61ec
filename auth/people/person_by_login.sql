-- Who may show a password: one of us, or whoever was invited and chose one, but has no second factor
-- yet: as long as the link lasted that let them in.
SELECT people.person_id, people.password FROM auth.people
WHERE
    people.login = %(login)s::text
    AND (
        people.state = 'active'
        OR (
            people.state = 'invited'
            AND EXISTS (
                SELECT FROM auth.links
                WHERE
                    links.person_id = people.person_id
                    AND links.used_at IS NOT NULL
                    AND links.expires_at > %(now)s::timestamptz
            )
        )
    )

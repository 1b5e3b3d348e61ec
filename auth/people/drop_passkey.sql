-- Not the last one of a person who has no other second factor.
DELETE FROM auth.passkeys AS gone
WHERE gone.credential_id = %(credential_id)s::bytea AND gone.person_id = %(person_id)s::text
AND (
    EXISTS (
        SELECT FROM auth.passkeys AS other
        WHERE other.person_id = gone.person_id AND other.credential_id <> gone.credential_id
    )
    OR EXISTS (
        SELECT FROM auth.people WHERE people.person_id = gone.person_id AND people.totp IS NOT NULL
    )
)

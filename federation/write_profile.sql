-- A member's profile, in the place of the one before.
INSERT INTO federation.profiles (
    member_id, name, kana, birth_on, sex, postcode, phone, email, external_id, updated_at
)
VALUES (
    %(member_id)s::bigint, %(name)s::text, %(kana)s::text, %(birth_on)s::date, %(sex)s::text,
    %(postcode)s::text, %(phone)s::text, %(email)s::text, %(external_id)s::text,
    %(now)s::timestamptz
)
ON CONFLICT (member_id) DO UPDATE SET
    name = excluded.name, kana = excluded.kana, birth_on = excluded.birth_on, sex = excluded.sex,
    postcode = excluded.postcode, phone = excluded.phone, email = excluded.email,
    external_id = excluded.external_id, updated_at = excluded.updated_at,
    birth_changes = profiles.birth_changes + (
        profiles.birth_on IS NOT NULL AND profiles.birth_on IS DISTINCT FROM excluded.birth_on
    )::integer

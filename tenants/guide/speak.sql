-- In which language a member is written to from now on.
INSERT INTO tenants.member_languages (member_id, lang)
VALUES (%(member_id)s::bigint, %(lang)s::text)
ON CONFLICT (member_id) DO UPDATE SET lang = excluded.lang

-- A rule with a name.
INSERT INTO tenants.segments (segment, name, name_en, rule, author, reason, made_at)
VALUES (
    %(segment)s::text, %(name)s::text, %(name_en)s::text, %(rule)s::jsonb, %(who)s::text,
    %(reason)s::text, %(now)s::timestamptz
)

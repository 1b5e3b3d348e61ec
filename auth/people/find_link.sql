SELECT links.person_id, links.kind, people.login, people.name
FROM auth.links INNER JOIN auth.people USING (person_id)
WHERE
    links.link_sha256 = %(link_sha256)s::bytea AND links.used_at IS NULL
    AND links.expires_at > %(now)s::timestamptz

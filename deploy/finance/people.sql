-- What the people are called who took the steps of a cycle.
SELECT person_id, name FROM auth.people
WHERE person_id = any(%(people)s::text [])

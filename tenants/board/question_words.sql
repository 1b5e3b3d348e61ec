SELECT number, who_name, answers, words, at
FROM tenants.question_words
WHERE question_id = %(question_id)s::bigint
ORDER BY number
